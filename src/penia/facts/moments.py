"""Of which time a fact tells: what is of the low counts, and what is over or of another illness."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache

from penia import spans
from penia.facts import tables
from penia.facts.resolve import Source
from penia.facts.schema.words import WindowKind
from penia.facts.statement import Said

_DAY = timedelta(days=1)
_OLD = re.compile(
    r"(?:old|previous|remote|former|prior(?! to)|past(?! (?:\w+ ){0,2}(?:days?|weeks?|months?)))\b"
    r"|.*\b(?:in the (?:(?:distant|remote) )?past$"
    r"|(?<!not )in (?:complete |full |long |lasting )*remission\b)"
)
"""So a text says that all of it was before."""
_NOW = re.compile(
    r"\b(?:and|now|again|since|still|until|diagnosed|known|onset|started|began|begun|partial)\b"
)
"""Beside these a time of before is not that of all that a text says."""
_YEAR = re.compile(r"\bin (?P<year>(?:19|20)\d\d)\b")


def in_window(
    kind: WindowKind, time: datetime | None, anchor: datetime | None, last: datetime | None = None
) -> bool:
    """From some days before ``anchor`` to some days after it, or after the ``last`` low count."""
    if time is None or anchor is None:
        return True
    window = tables.rules().windows[kind]
    return anchor - window.before * _DAY <= time <= (last or anchor) + window.after * _DAY


def near(time: datetime | None, first: datetime | None, last: datetime | None) -> bool:
    """In the days of the low counts, or about them."""
    if time is None or first is None or last is None:
        return True
    window = tables.rules().windows["near"]
    return first - window.before * _DAY <= time <= last + window.after * _DAY


def _told_over(name: str, time: datetime | None, anchor: datetime | None, kind: WindowKind) -> bool:
    """Its own words say that it had ended before the window; without a time, it is told now."""
    if anchor is None:
        return False
    text, time = tables.normalise(name, True), time or anchor
    if in_window(kind, time, anchor):
        before = not in_window(kind, time - ago(text), anchor)
        return (before or _OLD.match(text) is not None or _of_a_year_before(text, time)) and not _NOW.search(
            text
        )
    if any(re.search(rf"\b(?:{words})\b", text) for words in tables.rules().ended):
        return True
    long = spans.days_long(text)
    return long is not None and not in_window(kind, time + long * _DAY, anchor)


def _of_a_year_before(text: str, time: datetime) -> bool:
    """``in 2011``: not of this year or the last; a year to come is one of a calendar that was shifted."""
    told = _YEAR.search(text)
    return told is not None and int(told["year"]) not in (time.year, time.year - 1)


_PIECES = re.compile(
    r"(?:[,;.]\s+|;)(?!(?:about |some )?(?:\w+ )?(?:years|decades|months|weeks|long) (?:ago|earlier|before)\b"
    r"|in (?:the past|(?:19|20)\d\d|\w* ?remission|childhood|infancy)\b"
    r"|(?:now )?(?:resolved|settled|cured|healed|recovered)\b)",
    re.IGNORECASE,
)
"""Parts of a text with a time of their own."""


def of_now(name: str, time: datetime | None, anchor: datetime | None, kind: WindowKind = "vital") -> str:
    """The pieces of a text that tell of what was not over: ``stroke in 2011; fever`` → ``fever``."""
    pieces = [piece for piece in _PIECES.split(name) if piece.strip()]
    now = [piece for piece in pieces if not _told_over(piece, time, anchor, kind)]
    return name if len(now) == len(pieces) else ", ".join(now)


def ago(text: str) -> timedelta:
    """Before its time, by its words."""
    return min(spans.days_ago(text) or 0.0, 36_500) * _DAY


def lasting(
    said: list[tuple[Said, Source]], low: tuple[datetime | None, datetime | None]
) -> Iterator[tuple[Said, Source]]:
    """Without the passing signs of another time, as a hypotension of weeks before the low counts, and tests
    for an acute infection of months before or after; and without what holds for so many days, where it was
    more days before."""
    rules, fading = tables.rules(), _fading()
    for one, source in said:
        lasts, fades = rules.lapsing.get(one.key), fading.get(one.key)
        if (
            (one.key not in rules.passing or in_window("vital", source.time, *low))
            and (lasts is None or not one.present or _lasts(source, low[0], lasts))
            and (fades is None or (_lasts(source, low[0], fades) and not _later(source, low[1], fades)))
        ):
            yield one, source


@cache
def _fading() -> dict[str, int]:
    """Finding key → days about the low counts within which it tells of them."""
    return {key: days for days, keys in tables.rules().fading.items() for key in keys}


def _lasts(source: Source, low: datetime | None, days: float) -> bool:
    """By its time, or by the longer one before it that its words tell."""
    if source.time is None or low is None:
        return True
    return max(low - source.time, ago(tables.normalise(source.text, True))) <= days * _DAY


def _later(source: Source, last: datetime | None, days: float) -> bool:
    return source.time is not None and last is not None and source.time - last > days * _DAY
