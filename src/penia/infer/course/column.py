"""One column: the log P(course of the counts | hypothesis, lowest and last normal count)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.infer.counts import Evidence
from penia.infer.course.draws import depths
from penia.infer.course.family import Family, family, of_cause
from penia.infer.course.figures import CourseFigures, figures
from penia.infer.course.library import CYCLE, GRID, SETTLED, Kept, Paths, blended, library
from penia.infer.course.scatter import Scatter, log_density
from penia.infer.course.series import Line, lines
from penia.infer.course.timing import MOST, Timed, disease, drug
from penia.infer.hypotheses import Hypothesis
from penia.knowledge import load
from penia.knowledge.schema import Lineage
from penia.marrow.channels import CONSTANT
from penia.record import Record

Array = NDArray[np.float64]
_LETTER: dict[str, Lineage] = {"ANC": "n", "ALC": "l"}
_DAY = timedelta(days=1)


class Scores(msgspec.Struct, frozen=True, eq=False):
    logs: Array
    """(H,) log P(counts to score | given counts, hypothesis)"""
    none: float
    """The same under the process that knows no cause."""
    effective: Array
    """(H,) effective number of draws."""


def course_evidence(
    hypotheses: Sequence[Hypothesis],
    record: Record,
    onset: tuple[datetime | None, datetime | None],
    exponent: float = 1.0,
) -> Evidence | None:
    """``exponent`` of the likelihood. None where no line has a count to score: under three counts of it."""
    last_normal, first_low = onset
    if first_low is None:
        return None
    seen = lines(record, first_low, figures())
    if not seen:
        return None
    found = score(hypotheses, seen, (last_normal, first_low), figures())
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
) -> Scores:
    kept = [library()[_whole(h)] for h in hypotheses]
    lead = _lead(seen)
    paths = {line.name: _paths(line.name, kept) for line in seen}
    timed = _timed(hypotheses, kept, paths[lead], onset, max(float(line.days[-1]) for line in seen))
    whole = np.zeros((len(hypotheses), MOST))
    part = np.zeros((len(hypotheses), MOST))
    none = 0.0
    for line in seen:
        shape = (len(hypotheses), MOST, len(line.days))
        expected = depths(MOST)[:, None] * _expected(line, paths[line.name], kept, timed)
        residuals = (line.values - expected).reshape(-1, shape[2])
        known = np.unique([line.lowest, line.lowest if line.normal is None else line.normal])
        drift = Scatter(line.scatter.between, given.drift.value, given.drift_days.value)
        aimless = drift.covariance(line.days, line.days) + np.diag(line.spread**2)
        whole += log_density(residuals, line.covariance, line.bound).reshape(shape[:2])
        part += _of(known, residuals, line.covariance, line.bound).reshape(shape[:2])
        values = line.values[None]
        none += float((log_density(values, aimless, line.bound) - _of(known, values, aimless, line.bound))[0])
    weight = np.exp(whole - whole.max(axis=1, keepdims=True))
    effective = weight.sum(axis=1) ** 2 / (weight**2).sum(axis=1)
    return Scores(log_mean(whole) - log_mean(part), none, effective)


def _of(known: NDArray[np.int_], residuals: Array, whole: Array, bound: NDArray[np.bool_]) -> Array:
    """log density (N,) of the counts ``known`` alone, which are scored elsewhere."""
    return log_density(residuals[:, known], whole[np.ix_(known, known)], bound[known])


def _whole(hypothesis: Hypothesis) -> Family:
    """Of a cause of which only what its finer causes leave stands trial, the paths of the whole."""
    whole = load().causes.get(hypothesis.id)
    return family(hypothesis) if whole is None else of_cause(whole)


def _lead(seen: Sequence[Line]) -> str:
    """The line that fell furthest below health."""
    return min(seen, key=lambda line: float(line.values.min()) / line.scatter.between).name


def _paths(name: str, kept: Sequence[Kept]) -> list[Paths | None]:
    return [blended(k.paths) for k in kept] if name == "WBC" else [k.paths[_LETTER[name]] for k in kept]


def _timed(
    hypotheses: Sequence[Hypothesis],
    kept: Sequence[Kept],
    lead: Sequence[Paths | None],
    onset: tuple[datetime | None, datetime],
    end: float,
) -> list[Timed]:
    last_normal, first_low = onset
    gap = np.inf if last_normal is None else (first_low - last_normal) / _DAY
    return [
        disease(k, p, gap) if h.drug is None else drug(h, p, first_low, last_normal, end)
        for h, k, p in zip(hypotheses, kept, lead, strict=True)
    ]


def _expected(
    line: Line, paths: Sequence[Paths | None], kept: Sequence[Kept], timed: Sequence[Timed]
) -> Array:
    """log count relative to health (H, M, n)."""
    expected = np.zeros((len(paths), MOST, len(line.days)))
    found = {i: p for i, p in enumerate(paths) if p is not None}
    if not found:
        return expected
    touched, library = list(found), np.concatenate(list(found.values()))
    offsets = np.cumsum([0, *(kept[i].count for i in touched)])[:-1]
    rows = np.stack([timed[i].rows + o for i, o in zip(touched, offsets, strict=True)])
    start, stretch, ever = (
        np.stack([getattr(timed[i], name) for i in touched]) for name in ("start", "stretch", "ever")
    )
    day = (line.days - start[:, :, None]) / stretch[:, :, None]
    day = np.where(ever[:, :, None], SETTLED + np.mod(day, CYCLE), day)
    expected[touched] = _read(library, rows, day)
    for place, i in enumerate(touched):
        for later in timed[i].again:
            expected[i] += _read(library, rows[place], day[place] - later / stretch[place][:, None])
    return expected


def _read(library: Paths, rows: NDArray[np.int_], day: Array) -> Array:
    """Paths of ``rows`` (...) on simulated days (..., n): health before, the last day after."""
    at = np.interp(day, GRID, np.arange(len(GRID)))
    below = np.minimum(at.astype(np.int32), len(GRID) - 2)
    part = at - below
    flat = rows[..., None] * len(GRID) + below
    stored = library.ravel()
    return stored[flat] * (1 - part) + stored[flat + 1] * part


def log_mean(logs: Array) -> Array:
    """log of the mean of exp over the last axis."""
    top = logs.max(axis=-1, keepdims=True)
    total: Array = np.exp(logs - top).mean(axis=-1)
    return top[..., 0] + np.log(total)
