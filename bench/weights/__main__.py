"""``python -m bench.weights FOLDER...``: what the fitted weights of data/weights.yaml would best be.

Each folder holds structured cases with keys (the layout that ``penia evaluate`` reads) and weighs alike,
however many cases it has. The loss is the mean of −ln P(an accepted cause). The weights are searched one
after the other about their present value; three folds tell what the fit is worth on cases not seen.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np

from penia import knowledge
from penia.evaluate.cases import pairs
from penia.infer import rank
from penia.infer.weights import Weights, weights
from penia.knowledge.schema import Figure
from penia.question import Question, question
from penia.read.case import case_record

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


def main(folders: Sequence[str]) -> None:
    sets = [cases(Path(folder)) for folder in folders]
    start = weights()
    print(f"loss now {loss(sets, start):.4f}", flush=True)
    unseen: list[float] = []
    for fold in range(FOLDS):
        train = [[case for i, case in enumerate(found) if i % FOLDS != fold] for found in sets]
        test = [[case for i, case in enumerate(found) if i % FOLDS == fold] for found in sets]
        fitted = search(lambda tried, train=train: loss(train, tried), start)
        unseen.append(loss(test, fitted))
        print(f"fold {fold + 1}: unseen {loss(test, start):.4f} before, {unseen[-1]:.4f} after", flush=True)
    whole = search(lambda tried: loss(sets, tried), start)
    print(f"cross-validated {np.mean(unseen):.4f}; on all, fitted to all, {loss(sets, whole):.4f}")
    for name in FITTED:
        print(f"  {name}: {getattr(whole, name).value:.3g}")


if __name__ == "__main__":
    main(sys.argv[1:])
