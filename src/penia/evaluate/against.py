"""What changed between two evaluations of the same cases: the work of a change of knowledge or engine."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec

from penia.evaluate.cases import EvaluationError
from penia.evaluate.outcome import FLOOR, Outcome
from penia.evaluate.summary import Report

NOTICED = 0.02
"""Least change of the probability of the truth that is told."""


class Moved(msgspec.Struct, frozen=True):
    """One case, before and after."""

    name: str
    principal: str
    named: tuple[str, str]
    """The first candidate."""
    rank: tuple[int | None, int | None]
    """Of the first accepted cause."""
    probability: tuple[float, float]
    """Of the accepted causes."""


class Against(msgspec.Struct, frozen=True):
    up: tuple[Moved, ...]
    """The truth became likelier; the most first."""
    down: tuple[Moved, ...]
    same: int
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    log_score: tuple[float, float]
    """Mean over the cases of both."""
    first: tuple[float, float]
    """Share with an accepted cause first."""


def earlier(path: Path) -> Report:
    """A report that ``penia evaluate --json`` wrote. Raises EvaluationError."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Report)
    except OSError as error:
        raise EvaluationError(f"{path} cannot be read ({error.strerror}).") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise EvaluationError(
            f"{path} is no report of an evaluation ({error}); write one with penia evaluate DIR --json."
        ) from error


def against(before: Report, after: Report) -> Against:
    """Raises EvaluationError where the two have no case in common."""
    old, new = ({o.name: o for o in report.outcomes} for report in (before, after))
    both = sorted(old.keys() & new.keys())
    if not both:
        raise EvaluationError("The two evaluations have no case in common; compare reports of one folder.")
    moved = [_moved(old[name], new[name]) for name in both if _differs(old[name], new[name])]
    gain = {m.name: m.probability[1] - m.probability[0] for m in moved}
    return Against(
        up=tuple(sorted((m for m in moved if gain[m.name] >= 0), key=lambda m: (-gain[m.name], m.name))),
        down=tuple(sorted((m for m in moved if gain[m.name] < 0), key=lambda m: (gain[m.name], m.name))),
        same=len(both) - len(moved),
        only_before=tuple(sorted(old.keys() - new.keys())),
        only_after=tuple(sorted(new.keys() - old.keys())),
        log_score=(_log_score(old, both), _log_score(new, both)),
        first=(_first(old, both), _first(new, both)),
    )


def _differs(old: Outcome, new: Outcome) -> bool:
    return old.any_rank != new.any_rank or abs(new.probability - old.probability) >= NOTICED


def _moved(old: Outcome, new: Outcome) -> Moved:
    return Moved(
        name=new.name,
        principal=new.principal,
        named=(old.named, new.named),
        rank=(old.any_rank, new.any_rank),
        probability=(old.probability, new.probability),
    )


def _log_score(outcomes: dict[str, Outcome], names: list[str]) -> float:
    return math.fsum(math.log(max(outcomes[name].probability, FLOOR)) for name in names) / len(names)


def _first(outcomes: dict[str, Outcome], names: list[str]) -> float:
    return sum(outcomes[name].any_rank == 1 for name in names) / len(names)
