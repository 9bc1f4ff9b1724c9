"""How long words call white cells low: since when, whether that stays so, and whether it came and went."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from penia import spans
from penia.facts import tables
from penia.facts.moments import in_window
from penia.facts.resolve import Source
from penia.facts.statement import Heard, Said

_DAY = timedelta(days=1)
WHITE = "nlmw"
"""Letters of the lines of white cells."""


class White(NamedTuple):
    """Words on a line of white cells."""

    line: str
    low: bool
    time: datetime
    """When they say that it was so first."""
    source: Source
    stays: bool
    """They do not tell that it was over, nor how long it lasted."""
    again: bool
    """It came and went."""


def heard_of(heard: Heard, source: Source, low_since: datetime | None) -> Iterator[White]:
    """``low_since``: when what it calls low was so first, if it is the low count in question."""
    rule = tables.rules().low_long
    known = any(one.key == rule.key for one in heard.keys)
    text = tables.normalise(source.text, True)
    stays = not known and re.search(rule.unless, text) is None
    again = re.search(rule.again, text) is not None
    for line, low in heard.low:
        time = low_since if low else source.time
        if line in WHITE and time is not None:
            yield White(line, low, time, source, stays, again)


def low_since(name: str, time: datetime | None, anchor: datetime | None) -> datetime | None:
    """When what is called low was so first: at its time, or longer ago where one of now tells its length."""
    if time is None or (anchor is not None and not in_window("near", time, anchor)):
        return time
    told = re.search(tables.rules().low_long.length, tables.normalise(name, True))
    days = spans.days_long(told["length"]) if told else None
    return time if days is None else time - days * _DAY


def still_low(white: list[White], last_low: datetime | None, normal: datetime | None) -> list[White]:
    """Since these no white cells were normal, or called so, before they were low last."""

    def over(one: White) -> bool:
        end = max((w.time for w in white if w.low and w.line == one.line), default=one.time)
        end = max(end, last_low or end)
        denied = [w.time for w in white if not w.low and w.line == one.line]
        return any(one.time < time < end for time in [*denied, *([normal] if normal else [])])

    return [one for one in white if one.low and not over(one)]


def low_long(
    still: list[White], white: list[White], first_low: datetime | None, anchor: datetime | None
) -> Iterator[tuple[Said, Source]]:
    """A low white count that words place long before the counts of now, or before it was low last."""
    rule = tables.rules().low_long
    for one in still:
        ended = any(w.line == one.line and not w.low and w.time > one.time for w in white)
        last = max(w.time for w in still if w.line == one.line)
        until = first_low or (last if ended else anchor)
        if one.stays and until is not None and until - one.time >= rule.least * _DAY:
            yield Said(rule.key, True), one.source
