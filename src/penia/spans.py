"""How long something has gone on, or how long ago it was, as words tell it."""

from __future__ import annotations

import re

_NUMBERS = {
    word: number
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1
    )
} | {"a": 1, "an": 1, "several": 3, "many": 3, "few": 3}
_UNITS = {"day": 1.0, "d": 1.0, "week": 7.0, "wk": 7.0, "month": 30.4, "mo": 30.4, "year": 365.0, "yr": 365.0}
_NUMBER = rf"(?:(?:\d+(?:\.\d+)? ?(?:-|–|to) ?)?\d+(?:\.\d+)?|{'|'.join(_NUMBERS)})"
_SPAN = rf"(?P<number>{_NUMBER})[ -](?:more )?(?P<unit>{'|'.join(sorted(_UNITS, key=len, reverse=True))})s?\b"
_AGO = re.compile(rf"\b{_SPAN}(?= (?:ago|earlier|before|prior|previously)\b)")
_FOR = re.compile(
    rf"(?<!every )(?<!after )(?<!until )(?<!from )(?<!in )(?<!at )\b(?:(?!a day\b)|(?<=for )){_SPAN}"
    r"(?! (?:ago|earlier|before|prior|previously|later|after|old|of age|apart)\b)"
)
_NOT_THEN = r"(?! (?:ago|earlier|before|prior|old|of age|apart)\b)(?!,? then\b)"
_COURSE = (
    re.compile(rf"\b(?:for|over) (?:about |some |at least )?{_SPAN}{_NOT_THEN}"),
    re.compile(rf"\b{_SPAN} (?:course|treatment|in all)\b"),
)
_VAGUE = re.compile(r"\b(?:for|over|several|many)(?: the (?:last|past))? (?P<unit>week|month|year)s\b")


_LAST = re.compile(
    r"\b(?:last (?P<unit>week|month|year)|in (?:childhood|infancy)|in (?:(?:his|her|their) )?(?:youth|teens)"
    r"|as an? (?:child|boy|girl|teenager|toddler|infant|baby|student|young (?:man|woman|adult))"
    r"|(?:years|decades|long) ago|(?:years|decades) (?:earlier|before)"
    r"|(?<!for )(?<!the )(?<!past )(?<!last )(?P<some>week|month)s (?:ago|earlier|before))\b"
)


def days_ago(text: str) -> float | None:
    """``eight weeks before`` → 56; ``last year``, ``years ago`` and ``as a child`` are a year at least,
    ``months before`` two months."""
    told = _longest(_AGO, text)
    last = _LAST.search(text) if told is None else None
    if last is None:
        return told
    return 2 * _UNITS[last["some"]] if last["some"] else _UNITS[last["unit"] or "year"]


def days_long(text: str) -> float | None:
    """``for six weeks``, ``three-week history`` → days; ``for weeks`` is two of them at least."""
    told = _longest(_FOR, text)
    vague = _VAGUE.search(text) if told is None else None
    return told if vague is None else 2 * _UNITS[vague["unit"]]


def days_of_course(text: str) -> float | None:
    """``for ten days``, ``two-week course`` → days; ``for a week, then half the dose`` tells no end."""
    return max((days for days in (_longest(one, text) for one in _COURSE) if days is not None), default=None)


def _longest(pattern: re.Pattern[str], text: str) -> float | None:
    return max((_days(found) for found in pattern.finditer(text)), default=None)


def _days(found: re.Match[str]) -> float:
    number = re.split(r" ?(?:-|–|to) ?", found["number"])[-1]
    return (float(number) if number[0].isdigit() else _NUMBERS[number]) * _UNITS[found["unit"]]
