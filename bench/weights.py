"""Whether the few fitted weights of data/weights.yaml still are the best, by cross-validation.

The loss is the mean of −ln P(an accepted cause). The weights are searched one after the other about their
present value; three folds tell what the fit is worth on cases not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np

from bench import shared
from bench.result import Result, Row, rounded
from penia import knowledge
from penia.evaluate.cases import pairs
from penia.infer import rank
from penia.infer.weights import Weights, weights
from penia.knowledge.schema import Figure
from penia.question import Question, question
from penia.read.case import case_record

QUESTION = "Are the fitted weights still the best?"
FOLDERS = ("cases", "cases_written")
FITTED = ("prior", "drug", "findings", "tests", "cluster", "counts", "background")
STEPS = (0.7, 0.85, 1.18, 1.4)
MOST = {"cluster": 1.0, "background": 1.0}
FOLDS = 3
FLOOR = 1e-4
ROUNDS = 1

Case = tuple[Question, frozenset[str]]


def cases(folder: Path) -> list[Case]:
    found: list[Case] = []
    for pair in pairs(folder):
        case, key = pair.read()
        asked = question(case_record(case))
        if asked.low is not None:
            found.append((asked, frozenset(key.causes)))
    return found


def loss(sets: Sequence[Sequence[Case]], fitted: Weights) -> float:
    return float(np.mean([np.mean([_surprise(case, fitted) for case in cases]) for cases in sets if cases]))


def _surprise(case: Case, fitted: Weights) -> float:
    asked, accepted = case
    assert asked.low is not None
    ranking = rank(asked.record, asked.reading, asked.low, knowledge.load(), asked.setting, fitted)
    right = [p for h, p in zip(ranking.hypotheses, ranking.probability, strict=True) if h.id in accepted]
    return -float(np.log(max(sum(right), FLOOR)))


def search(worth: Callable[[Weights], float], start: Weights) -> Weights:
    best, least = start, worth(start)
    for _ in range(ROUNDS):
        for name in FITTED:
            value = getattr(best, name).value
            for step in STEPS:
                tried = changed(best, name, min(value * step, MOST.get(name, np.inf)))
                if (found := worth(tried)) < least - 1e-4:
                    best, least = tried, found
    return best


def changed(fitted: Weights, name: str, value: float) -> Weights:
    figure: Figure = getattr(fitted, name)
    return msgspec.structs.replace(fitted, **{name: msgspec.structs.replace(figure, value=value)})


def run(quick: bool) -> Result:
    if (nothing := shared.missing(QUESTION, *FOLDERS)) is not None:
        return nothing
    sets = [cases(shared.FOLDER / folder)[: 12 if quick else None] for folder in FOLDERS]
    start, folds = weights(), 0 if quick else FOLDS
    unseen = [_fold(sets, start, fold) for fold in range(folds)]
    whole = search(lambda tried: loss(sets, tried), start)
    rows: list[Row] = [
        {"weight": name, "shipped": getattr(start, name).value, "best": rounded(getattr(whole, name).value)}
        for name in FITTED
    ]
    told = [
        f"Loss (mean −ln P of an accepted cause; folders weigh alike) as shipped {loss(sets, start):.3f}, "
        f"fitted to all {loss(sets, whole):.3f}."
    ]
    if unseen:
        before, after = (float(np.mean(column)) for column in zip(*unseen, strict=True))
        told.append(f"On cases not seen, {FOLDS} folds: {before:.3f} as shipped, {after:.3f} fitted.")
    else:
        told.append("Twelve cases a folder and no folds: no fit to be trusted.")
    return Result(question=QUESTION, rows=tuple(rows), notes=tuple(told))


def _fold(sets: Sequence[Sequence[Case]], start: Weights, fold: int) -> tuple[float, float]:
    """Loss on the cases left out, as shipped and fitted to the others."""
    train = [[case for i, case in enumerate(found) if i % FOLDS != fold] for found in sets]
    test = [[case for i, case in enumerate(found) if i % FOLDS == fold] for found in sets]
    return loss(test, start), loss(test, search(lambda tried: loss(train, tried), start))
