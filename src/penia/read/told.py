"""When a drug was taken, by the words beside it: ``stopped two months before``, ``for ten days``."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from penia.read.times import times
from penia.spans import days_ago, days_long, days_of_course

_DAY = timedelta(days=1)
_CLAUSE = re.compile(r"[;.](?= |$)|\(|\)")
_ENDED = re.compile(
    r"\b(?:stopp(?:ed|ing)|discontinued|withdrawn|ended|finish(?:ed|ing)|completed|until"
    r"|last (?:\w+ )?(?:dose|taken|given|used|cycle|infusion))\b"
)
_EARLIER = re.compile(
    r".*\b(?:in (?:childhood|infancy|(?:his|her) youth)|as an? (?:child|infant|boy|girl))\b"
    r"|in (?:an? |the )?(?:(?:remote|distant|far) past|(?:earlier|past|previous) (?:treatment|use))\b"
    r"|in the past$"
    r"|(?:earlier|previous|past|prior) (?:treatment|therapy|use|course)\b"
    r"|(?:(?:taken|given|used) )?(?:earlier|previously|formerly|(?:many |several )?years (?:ago|before))$"
)
_STARTS = re.compile(
    r"\b(?:start|began|begun|introduc|commenc|initiat|since|first (?:dose|tablet|infusion|injection|cycle))"
)
_DAY_OF = re.compile(
    r"\bday (?P<day>\d{1,3}) (?:of|on) (?:the |this )?(?:therapy|treatment|it|course|drug|medication)\b"
    r"|\b(?P<number>\d{1,3}) (?P<unit>day|week)s? (?:after|into|of|from|since) "
    r"(?:the |its |her |his )?(?:first (?:dose|tablet|infusion|injection)|start|beginning|starting|treatment"
    r"|therapy)\b"
)
_LATER = re.compile(
    r"\blater in the (?:course|illness|stay)\b|\bduring the (?:stay|admission)\b"
    r"|\b(?:started|begun|given|added) (?:only )?after (?:the )?(?:presentation|admission|transfer)\b"
    r"|^after (?:presentation|admission)$"
    r"|(?:^|, )(?:only )?after (?:the )?diagnosis$"
)
_NO_COURSE = re.compile(r"\b(?:paus|held|withheld|stopped for|without|unchanged|last|past|despite|none|no )")
_NEAR = 0.25
"""By so much of it a told time may differ from the days since the start."""
_LONG_USE = 60.0
"""Days: what was taken for as long may well be taken still; a shorter course may be over."""
_LONG_AGO = timedelta(days=14)
"""What was begun later than that may well go on."""


class Told(NamedTuple):
    """From when to when it was taken, as far as fields and words tell."""

    start: datetime | None
    stop: datetime | None
    inferred: bool = False
    """The stop is at the latest then."""


def told(
    note: str | None,
    start: datetime | None,
    stop: datetime | None,
    now: datetime,
    again: datetime | None = None,
) -> Told:
    """Completes what the fields say by the words of ``note``, which are said ``now``, at the presentation.
    ``again``: when the same drug was begun once more, before which the words may say that it had ended."""
    if stop is not None or not note:
        return Told(start, stop)
    clauses = [clause.strip().lower() for clause in _CLAUSE.split(note)]
    courses = [days_of_course(clause) for clause in clauses if not _NO_COURSE.search(clause)]
    course = max((days for days in courses if days is not None), default=None)
    for clause in clauses:
        ago = days_ago(clause)
        if ago is not None and _ENDED.search(clause) and (start is None or now - ago * _DAY >= start):
            end = now - ago * _DAY
            return Told(start or (end - course * _DAY if course is not None else None), end)
    if start is not None and course is not None and course * _DAY < (1 - _NEAR) * (now - start):
        return Told(start, start + course * _DAY)
    if start is not None and again is not None and any(map(_ENDED.search, clauses)):
        return Told(start, min(start + times().prescription.value * _DAY, again), inferred=True)
    if start is not None and any(_taken_then(clause, now - start) for clause in clauses):
        return Told(start, min(start + times().prescription.value * _DAY, now), inferred=True)
    if start is None and any(_EARLIER.match(piece.strip()) for c in clauses for piece in c.split(",")):
        return Told(start, now - times().earlier.value * _DAY, inferred=True)
    if start is None and any(_LATER.search(clause) for clause in clauses):
        return Told(now + _DAY / 2, None)
    begun = max((days for days in map(_begun, clauses) if days is not None), default=None)
    return Told(now - begun * _DAY if start is None and begun is not None else start, stop)


def _begun(clause: str) -> float | None:
    """Days since the start by ``day 3 of therapy``, ``begun two weeks ago``, ``for 14 years``."""
    of = _DAY_OF.search(clause)
    if of is not None:
        return float(of["day"] or of["number"]) * (7 if of["unit"] == "week" else 1)
    if _ENDED.search(clause):
        return None
    ago = days_ago(clause)
    if ago is not None:
        return ago if _STARTS.search(clause) else None
    long = days_long(clause)
    return long if long is not None and long >= _LONG_USE else None


def _taken_then(clause: str, since: timedelta) -> bool:
    """``for a cough, two months before``: the whole of it was then."""
    ago = days_ago(clause)
    near = ago is not None and abs(ago * _DAY - since) <= _NEAR * since
    return near and since > _LONG_AGO and not _BEGUN.search(clause)


_BEGUN = re.compile(r"\b(?:start|began|begun|since|initiat|introduc)")
