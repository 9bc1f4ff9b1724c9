"""One series: where it is cut, what is hidden, and how the forecasts compare."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec
import numpy as np

from bench.backtest.rivals import friberg, last_value
from penia import knowledge
from penia.episode import limit
from penia.forecast import Wish, can_be_forecast, of_question
from penia.infer import rank
from penia.infer.course import figures
from penia.question import question
from penia.record import Count, Record

KEPT = 3
"""Counts that a forecast has before it, at least."""
HORIZON = 28.0
CUTS, EVERY = 3, 6
"""Cuts of one series at least, and one for so many counts."""
_DAY = timedelta(days=1)
FLOOR = 0.05


class Scored(msgspec.Struct, frozen=True):
    """One hidden count."""

    set: str
    series: str
    line: str
    ahead: float
    """Days from the last count that was known."""
    found: float
    median: float
    half: tuple[float, float]
    most: tuple[float, float]
    nearly_all: tuple[float, float]
    last: float
    friberg: float
    effective: float

    def inside(self) -> bool:
        return within(self.found, self.most)

    def error(self, guess: float) -> float:
        return abs(float(np.log(max(guess, FLOOR) / max(self.found, FLOOR))))


def within(found: float, interval: tuple[float, float]) -> bool:
    """Counts under FLOOR are one and the same."""
    low, found, high = (max(v, FLOOR) for v in (interval[0], found, interval[1]))
    return low <= found <= high


def scored(set_: str, name: str, record: Record) -> Iterator[Scored]:
    line = next((n for n in ("ANC", "WBC") if len(_series(record, n)) > KEPT), None)
    if line is None:
        return
    series = _series(record, line)
    for cut in _cuts(len(series)):
        yield from _after(set_, name, record, line, series, cut)


def _series(record: Record, line: str) -> list[Count]:
    by_time = {c.time: c for c in record.counts if c.lineage == line and c.comparator is None}
    return [by_time[t] for t in sorted(by_time)]


def _cuts(count: int) -> list[int]:
    """Numbers of counts known, spread over the later part of the series."""
    first = max(KEPT, count // 3)
    return sorted(set(np.linspace(first, count - 1, max(CUTS, count // EVERY)).round().astype(int).tolist()))


def _after(
    set_: str, name: str, record: Record, line: str, series: list[Count], cut: int
) -> Iterator[Scored]:
    at: datetime = series[cut - 1].time
    later = [c for c in series[cut : cut + 4] if 0.5 * _DAY <= c.time - at <= HORIZON * _DAY]
    asked = question(record, at)
    if not later or not can_be_forecast(asked) or asked.low is None or asked.episode is None:
        return
    if asked.episode.resolved is not None:
        return
    ranking = rank(asked.record, asked.reading, asked.low, knowledge.load(), asked.setting)
    stopped = stopped_by(record, asked.record, later[0].time)
    wish = Wish(stop=stopped) if stopped else Wish(go_on=True)
    made = of_question(asked, ranking, days=int(HORIZON), wish=wish, names=(line,))
    band = made.scenarios[0].lines[0]
    offset = (made.start - at) / _DAY
    known = np.array([c.value for c in series[:cut]])
    days = np.array([(c.time - asked.episode.first_low) / _DAY for c in series[:cut]])
    ahead = np.array([(c.time - at) / _DAY for c in later])
    lower = limit(line, record.person, at)
    healthy = (lower.value if lower else 1.5) * figures().lines[line].above.value
    near = days > -60.0
    rival = friberg(days[near], known[near], days[-1] + ahead, healthy)
    plain = last_value(known, ahead)

    def at_day(values: tuple[float, ...], day: float) -> float:
        logs = np.log(np.maximum(np.array(values), 1e-3))
        return float(np.exp(np.interp(day - offset, made.days, logs)))

    for count, day, simple, other in zip(later, ahead.tolist(), plain.tolist(), rival.tolist(), strict=True):
        lows, highs = (tuple(v) for v in zip(*band.most, strict=True))
        inner = [tuple(v) for v in zip(*band.half, strict=True)]
        outer = [tuple(v) for v in zip(*band.nearly_all, strict=True)]
        yield Scored(
            set_, name, line, day, count.value, at_day(band.median, day),
            (at_day(inner[0], day), at_day(inner[1], day)), (at_day(lows, day), at_day(highs, day)),
            (at_day(outer[0], day), at_day(outer[1], day)),
            simple, other, made.effective,
        )  # fmt: skip


def stopped_by(record: Record, known: Record, before: datetime) -> tuple[str, ...]:
    """Drugs that ``known``, the record at the cut, has as still given and that are over at the first hidden
    count: that much the forecast may be told."""
    going = {e.ingredient for e in known.exposures if e.kind == "drug" and e.stop is None}
    later = {
        e.ingredient
        for e in record.exposures
        if (e.start is None or e.start <= before) and (e.stop is None or e.stop > before)
    }
    return tuple(sorted(d for d in going - later if d and f"drug:{d}" in knowledge.load().drugs))
