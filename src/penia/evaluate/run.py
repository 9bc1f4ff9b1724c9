"""Every case of a folder explained and compared with its key."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from time import perf_counter

from penia import knowledge
from penia.evaluate.cases import EvaluationError, Pair, pairs
from penia.evaluate.outcome import Outcome, outcome
from penia.evaluate.summary import Report, Unread, report
from penia.explanation import Explanation
from penia.pipeline import explain
from penia.read import ReadError
from penia.read.case import case_record
from penia.record import Record

Follow = Callable[[tuple[Pair, ...]], Iterable[Pair]]
"""Hands on the cases one by one, and may show how far it is."""


def evaluate(
    folder: Path,
    limit: int | None = None,
    follow: Follow = iter,
    explained: Callable[[Record], Explanation] = explain,
) -> Report:
    """Raises EvaluationError where no case can be read. ``limit``: the first so many cases."""
    knowledge.load()  # the first case would else pay for it
    outcomes: list[Outcome] = []
    unread: list[Unread] = []
    versions: dict[str, str] = {}
    for pair in follow(pairs(folder)[:limit]):
        try:
            found, versions = _one(pair, explained)
            outcomes.append(found)
        except (ReadError, EvaluationError) as error:
            unread.append(Unread(pair.name, str(error)))
    if not outcomes:
        raise EvaluationError(f"None of the {len(unread)} cases in {folder} can be read: {unread[0].reason}")
    return report(str(folder), outcomes, unread, versions)


def _one(pair: Pair, explained: Callable[[Record], Explanation]) -> tuple[Outcome, dict[str, str]]:
    case, key = pair.read()
    start = perf_counter()
    explanation = explained(case_record(case))
    seconds = perf_counter() - start
    found = outcome(
        pair.name,
        key,
        explanation.candidates,
        knowledge.load(),
        seconds,
        explanation.sets,
        explanation.others,
    )
    return found, explanation.versions
