"""On what answers rest, by weight: figures read in their source, sourced ones, judgement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, get_args

import msgspec

from penia.errors import PeniaError
from penia.evaluate.cases import EvaluationError
from penia.explanation import Candidate, Contribution, ContributionKind
from penia.infer.wording import JUDGEMENT
from penia.pipeline import explain
from penia.read import read_all
from penia.record import Record
from penia.virtual import simulate

Ground = Literal["verified", "sourced", "judgement", "background"]
"""``background``: the cause lists no figure, and the base rate of the finding stands in its place."""
GROUNDS: tuple[Ground, ...] = get_args(Ground)
RIVALS = 2
"""Candidates against which the first of a case is held."""
PATIENTS = 100
"""Virtual patients on whom figures are weighed where no records are given."""


class Part(msgspec.Struct, frozen=True):
    """One figure at work between two candidates."""

    cause: str
    contribution: Contribution
    decibans: float

    @property
    def ground(self) -> Ground:
        """That of its weakest source."""
        cited = self.contribution.citations
        if not cited:
            return "background"
        if JUDGEMENT in cited:
            return "judgement"
        return "verified" if all(citation.verified for citation in cited) else "sourced"


class Heavy(msgspec.Struct, frozen=True):
    """A figure that was not read in its source, and what it weighs over all cases."""

    cause: str
    key: str
    """Finding key, count line, ``prior``, ``tempo`` or ``course``."""
    ground: Ground
    text: str
    decibans: float
    cases: int


class Grounds(msgspec.Struct, frozen=True):
    """What told the first candidate of each case from the next ones, in decibans without their sign."""

    cases: int
    decibans: dict[ContributionKind, dict[Ground, float]]
    heaviest: tuple[Heavy, ...]
    """Figures not read in their source, the heaviest first."""

    @property
    def verified(self) -> float:
        """Share of the evidence by weight that rests on figures read in their source."""
        summed = self.summed()
        return summed["verified"] / (sum(summed.values()) or 1.0)

    def summed(self) -> dict[Ground, float]:
        return {g: sum(parts.get(g, 0.0) for parts in self.decibans.values()) for g in GROUNDS}


def grounds(records: Iterable[Record], most: int = 20) -> Grounds:
    """Raises EvaluationError where no record has a low count."""
    cases = [found for record in records if (found := parts(explain(record).candidates))]
    if not cases:
        raise EvaluationError("None of the records has a low count; give a folder of cases or records.")
    decibans: defaultdict[ContributionKind, defaultdict[Ground, float]] = defaultdict(
        lambda: defaultdict(float)
    )
    for part in (part for found in cases for part in found):
        decibans[part.contribution.kind][part.ground] += part.decibans
    return Grounds(len(cases), {k: dict(v) for k, v in decibans.items()}, _heaviest(cases)[:most])


def stored(folder: Path) -> list[Record]:
    """Every record in the folder; the keys beside cases, and what cannot be read, are left out."""
    paths = (path for path in sorted(folder.glob("*.json")) if not path.name.endswith(".key.json"))
    return [record for path in paths for record in _read(path)]


def drawn(count: int) -> Iterator[Record]:
    """Virtual patients, always the same ones."""
    return (patient.record() for patient in simulate(count))


def parts(candidates: Sequence[Candidate]) -> list[Part]:
    """Half of what each contribution makes between two candidates is the work of either's figure, the whole
    of one that the other does not have; a base rate on which both rest drops out."""
    found: list[Part] = []
    for other in candidates[1 : 1 + RIVALS]:
        mine, theirs = ({c.key: c for c in each.contributions} for each in (candidates[0], other))
        for key in mine | theirs:
            ours, its = mine.get(key), theirs.get(key)
            apart = abs((ours.decibans if ours else 0.0) - (its.decibans if its else 0.0))
            share = apart / 2 if ours and its else apart
            found += [
                Part(_speaker(c), own, share) for c, own in ((candidates[0], ours), (other, its)) if own
            ]
    return found


def _heaviest(cases: Sequence[Sequence[Part]]) -> tuple[Heavy, ...]:
    weights: defaultdict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    first: dict[tuple[str, str], Part] = {}
    for number, found in enumerate(cases):
        for part in (part for part in found if part.ground in ("judgement", "sourced")):
            name = part.cause, part.contribution.key
            weights[name][number] = weights[name].get(number, 0.0) + part.decibans
            first.setdefault(name, part)
    order = sorted(weights, key=lambda name: (-sum(weights[name].values()), name))
    return tuple(
        Heavy(*n, first[n].ground, first[n].contribution.text, sum(weights[n].values()), len(weights[n]))
        for n in order
    )


def _speaker(candidate: Candidate) -> str:
    """The kind whose figures are shown, where one is named; else the cause."""
    whole = candidate.causes[0]
    return next((f.cause for f in candidate.finer if 2 * f.probability >= candidate.probability), whole)


def _read(path: Path) -> Iterator[Record]:
    """None of a file that cannot be read."""
    try:
        yield from read_all(path)
    except PeniaError:
        return
