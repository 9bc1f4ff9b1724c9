"""One column: the log P(course of the counts | hypothesis, lowest and last normal count)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.infer.counts import Evidence
from penia.infer.course.adaptive import effectives
from penia.infer.course.draws import depths
from penia.infer.course.family import Family, family, of_cause
from penia.infer.course.figures import CourseFigures, figures
from penia.infer.course.fit import causeless, fits
from penia.infer.course.library import (
    CYCLE,
    DRUG_DRAWS,
    LEVELS,
    SETTLED,
    Kept,
    Paths,
    library,
    path,
)  # fmt: skip
from penia.infer.course.reading import on_grid
from penia.infer.course.refined import refined, wanting
from penia.infer.course.series import Line, lines
from penia.infer.course.timing import MOST, Timed, begun, drug, even, fall
from penia.infer.course.timing import rows as library_rows
from penia.infer.derived import derived
from penia.infer.hypotheses import Hypothesis
from penia.knowledge import load
from penia.knowledge.schema import Cause
from penia.marrow.channels import CONSTANT
from penia.record import Record

Array = NDArray[np.float64]
_DAY = timedelta(days=1)
_MARGIN = 1.3
_LONGEST = (len(LEVELS) - 1) * DRUG_DRAWS + np.arange(MOST) % DRUG_DRAWS
"""Paths of a drug that goes on, for each draw."""


class Scores(msgspec.Struct, frozen=True, eq=False):
    logs: Array
    """(H,) log P(counts to score | given counts, hypothesis)"""
    none: float
    """The same under the process that knows no cause."""
    effective: Array
    """(H,) effective number of draws."""


def is_followed(record: Record, first_low: datetime | None) -> bool:
    """Counts to score make a course, which says itself how long they were low."""
    return first_low is not None and bool(lines(record, first_low, figures()))


def course_evidence(
    hypotheses: Sequence[Hypothesis],
    record: Record,
    onset: tuple[datetime | None, datetime | None],
    exponent: float = 1.0,
    standing: Array | None = None,
) -> Evidence | None:
    """``exponent`` of the likelihood; ``standing`` (H,): log odds by all other evidence.
    None where no line has a count to score beside the lowest and the last normal one."""
    last_normal, first_low = onset
    if first_low is None:
        return None
    seen = lines(record, first_low, figures())
    if not seen:
        return None
    found = score(hypotheses, seen, (last_normal, first_low), figures(), standing)
    gained = bounded(found.logs - found.none, np.array([_unknown(h) for h in hypotheses]))
    logs = exponent * gained
    text = ", ".join(f"{len(line.days)} {line.name}" for line in seen)
    places = tuple(dict.fromkeys(p for line in seen for p in line.places))
    effective = tuple(float(x) for x in found.effective)
    return Evidence("course", f"course of {text} counts", logs, places, effective=effective)


def bounded(gained: Array, unknown: Array) -> Array:
    """log Bayes factors against the process that knows no cause, which takes a share of every course, and
    the share ``unknown`` of those whose course the channels do not hold."""
    share = np.maximum(figures().none.value, np.minimum(unknown, 1 - figures().none.value))
    return np.minimum(np.logaddexp(np.log1p(-share) + gained, np.log(share)), figures().bound.value)


def _unknown(hypothesis: Hypothesis) -> float:
    """A channel without a course says nothing of an episode that passes."""
    if hypothesis.cause is None or any(c.kind not in CONSTANT for c in hypothesis.cause.channels):
        return 0.0
    tempo = hypothesis.pattern.tempo
    return 1 - (tempo.get("chronic", 0.0) + tempo.get("cyclic", 0.0)) / sum(tempo.values())


def score(
    hypotheses: Sequence[Hypothesis],
    seen: Sequence[Line],
    onset: tuple[datetime | None, datetime],
    given: CourseFigures,
    standing: Array | None = None,
) -> Scores:
    """``standing`` (H,): log odds by all other evidence; those that lead are refined where their draws are
    few."""
    found = [_whole(h) for h in hypotheses]
    alike = _alike(hypotheses, [k for _, k in found])
    ones: list[int] = np.unique(alike, return_index=True)[1].tolist()
    tried, kept = [hypotheses[i] for i in ones], [found[i][1] for i in ones]
    lead = _lead(seen)
    paths = {line.name: [path(k, line.name) for k in kept] for line in seen}
    end = max(float(line.days[-1]) for line in seen)
    timed = _timed(tried, kept, lead, onset, end)
    rows = [
        np.arange(MOST) if h.drug is None else library_rows(t, end) for h, t in zip(tried, timed, strict=True)
    ]
    expected = {
        line.name: depths(MOST)[:, None] * _expected(line, paths[line.name], kept, timed, rows)
        for line in seen
    }
    whole, part = fits(seen, expected)
    logs, effects = (log_mean(whole) - log_mean(part))[alike], effectives(whole)[alike]
    whole, part = whole[alike], part[alike]
    chosen = [] if standing is None else wanting(standing + logs, whole)
    until = max((_until(timed[alike[i]], end) for i in chosen), default=0.0)
    few = [(hypotheses[i], found[i][0]) for i in chosen]
    better = refined(few, whole[chosen], part[chosen], seen, onset, lead, until)
    for i, one in zip(chosen, better, strict=True):
        logs[i], effects[i] = one.log, one.effective
    return Scores(logs, causeless(seen, given), effects)


def _until(timed: Timed, end: float) -> float:
    """Simulated day after which no course is read, with a margin for draws that begin earlier."""
    return np.inf if timed.ever.any() else _MARGIN * float(((end - timed.start) / timed.stretch).max())


def _alike(hypotheses: Sequence[Hypothesis], kept: Sequence[Kept]) -> list[int]:
    """Which of the courses to work out is that of each: diseases of one family have one, a drug has its own
    days."""
    place: dict[Kept | str, int] = {}
    return [
        place.setdefault(k if h.drug is None else h.id, len(place))
        for h, k in zip(hypotheses, kept, strict=True)
    ]


def _whole(hypothesis: Hypothesis) -> tuple[Family, Kept]:
    """Of a cause of which only what its finer causes leave stands trial, the paths of the whole."""
    whole = load().causes.get(hypothesis.id)
    return _held(family(hypothesis)) if whole is None else _of_cause(whole)


@derived
def _of_cause(cause: Cause) -> tuple[Family, Kept]:
    return _held(of_cause(cause))


def _held(family: Family) -> tuple[Family, Kept]:
    return family, library()[family]


def _lead(seen: Sequence[Line]) -> str:
    """The line that fell furthest below health."""
    return min(seen, key=lambda line: float(line.values.min()) / line.scatter.between).name


def _timed(
    hypotheses: Sequence[Hypothesis],
    kept: Sequence[Kept],
    lead: str,
    onset: tuple[datetime | None, datetime],
    end: float,
) -> list[Timed]:
    gap = np.inf if onset[0] is None else (onset[1] - onset[0]) / _DAY
    falls = [fall(k, lead) for k in kept]
    ill = [(*f, k.pace) for h, k, f in zip(hypotheses, kept, falls, strict=True) if h.drug is None]
    first, last, pace = np.array(ill).reshape(-1, 3, MOST).swapaxes(0, 1)
    starts = iter(begun((first, last), pace, gap, even(False)))
    always = np.full(MOST, np.inf)
    return [
        Timed(next(starts), k.pace, k.own.ever, always)
        if h.drug is None
        else drug(h, f[0][_LONGEST], onset, end, even(True))
        for h, k, f in zip(hypotheses, kept, falls, strict=True)
    ]


def _expected(
    line: Line,
    paths: Sequence[Paths | None],
    kept: Sequence[Kept],
    timed: Sequence[Timed],
    rows: Sequence[NDArray[np.intp]],
) -> Array:
    """log count relative to health (H, M, n)."""
    expected = np.zeros((len(paths), MOST, len(line.days)))
    found = {i: p for i, p in enumerate(paths) if p is not None}
    if not found:
        return expected
    touched, library = list(found), np.concatenate(list(found.values()))
    offsets = np.cumsum([0, *(kept[i].count for i in touched)])[:-1]
    places = np.stack([rows[i] + o for i, o in zip(touched, offsets, strict=True)])
    start, stretch, ever = (
        np.stack([getattr(timed[i], name) for i in touched]) for name in ("start", "stretch", "ever")
    )
    day = (line.days - start[:, :, None]) / stretch[:, :, None]
    day[ever] = SETTLED + np.mod(day[ever], CYCLE)
    expected[touched] = on_grid(library, places, day)
    for place, i in enumerate(touched):
        for later in timed[i].again:
            expected[i] += on_grid(library, places[place], day[place] - later / stretch[place][:, None])
    return expected


def log_mean(logs: Array) -> Array:
    """log of the mean of exp over the last axis."""
    top = logs.max(axis=-1, keepdims=True)
    total: Array = np.exp(logs - top).mean(axis=-1)
    return top[..., 0] + np.log(total)
