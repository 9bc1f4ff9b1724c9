"""When a drug was taken, by the words beside it: ``stopped two months before``, ``for ten days``."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from penia.read.times import times
from penia.spans import days_ago, days_of_course

_DAY = timedelta(days=1)
_CLAUSE = re.compile(r"[;.](?= |$)|\(|\)")
_ENDED = re.compile(
    r"\b(?:stopp(?:ed|ing)|discontinued|withdrawn|ended|finish(?:ed|ing)|completed|until"
    r"|last (?:\w+ )?(?:dose|taken|given|used|cycle|infusion))\b"
)
_EARLIER = re.compile(
    r"in (?:an? |the )?(?:(?:remote|distant|far) past|(?:earlier|past|previous) (?:treatment|use))\b"
    r"|in the past$"
    r"|(?:earlier|previous|past|prior) (?:treatment|therapy|use|course)\b"
    r"|(?:(?:taken|given|used) )?(?:earlier|previously|formerly|(?:many |several )?years (?:ago|before))$"
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
_LONG_AGO = timedelta(days=14)
"""What was begun later than that may well go on."""


class Told(NamedTuple):
    """From when to when it was taken, as far as fields and words tell."""

    start: datetime | None
    stop: datetime | None
    inferred: bool = False
    """The stop is at the latest then."""


def told(note: str | None, start: datetime | None, stop: datetime | None, now: datetime) -> Told:
    """Completes what the fields say by the words of ``note``, which are said ``now``, at the presentation."""
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
    if start is not None and any(_taken_then(clause, now - start) for clause in clauses):
        return Told(start, min(start + times().prescription.value * _DAY, now), inferred=True)
    if start is None and any(_EARLIER.match(piece.strip()) for c in clauses for piece in c.split(",")):
        return Told(start, now - times().earlier.value * _DAY, inferred=True)
    if start is None and any(_LATER.search(clause) for clause in clauses):
        return Told(now + _DAY / 2, None)
    return Told(start, stop)


def _taken_then(clause: str, since: timedelta) -> bool:
    """``for a cough, two months before``: the whole of it was then."""
    ago = days_ago(clause)
    near = ago is not None and abs(ago * _DAY - since) <= _NEAR * since
    return near and since > _LONG_AGO and not _BEGUN.search(clause)


_BEGUN = re.compile(r"\b(?:start|began|begun|since|initiat|introduc)")
