"""How much of the knowledge is filled, sourced and verified: a cell for each cause and parameter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import msgspec

from penia.knowledge.schema import JUDGEMENT, Cause, Drug
from penia.knowledge.store import KnowledgeBase
from penia.knowledge.walk import Held, all_held, held

State = Literal["verified", "sourced", "judgement", "class-default", "missing"]
"""The best grade of the figures of the cell."""
ENOUGH = 8
"""Findings that a cause should list."""
CAUSE = ("share", "known", "low_given", "frequency", "pattern", "findings", "channels", "response")
DRUG = ("incidence", "severe", "latency", "modifiers", "rechallenge", "findings")


class Row(msgspec.Struct, frozen=True):
    id: str
    cells: dict[str, State]
    findings: int
    actions: int
    sources: int
    figures: int
    verified: int


class Share(msgspec.Struct, frozen=True):
    verified: int
    of: int

    @property
    def part(self) -> float:
        return self.verified / self.of if self.of else 0.0


class Coverage(msgspec.Struct, frozen=True):
    causes: tuple[Row, ...]
    drugs: tuple[Row, ...]
    used: Share
    """Of all figures that the engine uses."""
    sourced: Share
    """Of all figures that name a source, published ones included."""


def coverage(base: KnowledgeBase) -> Coverage:
    figures = list(all_held(base))
    used = [figure for figure in figures if figure.used]
    sourced = [figure for figure in figures if figure.source != JUDGEMENT]
    return Coverage(
        causes=tuple(_cause(cause) for cause in base.causes.values()),
        drugs=tuple(_drug(drug) for drug in base.drugs.values()),
        used=_share(used),
        sourced=_share(sourced),
    )


def totals(rows: Sequence[Row]) -> dict[str, Counter[State]]:
    """Parameter → how many entries stand at each state."""
    found: dict[str, Counter[State]] = {}
    for row in rows:
        for name, state in row.cells.items():
            found.setdefault(name, Counter())[state] += 1
    return found


def _share(figures: Sequence[Held]) -> Share:
    return Share(sum(figure.verified for figure in figures), len(figures))


def _cause(cause: Cause) -> Row:
    whole = [(figure.place.removeprefix("prior."), figure) for figure in held(cause.id, cause)]
    return _row(cause, CAUSE, whole, len(cause.findings), len(cause.actions))


def _drug(drug: Drug) -> Row:
    whole = [(figure.place, figure) for figure in held(drug.id, drug)]
    row = _row(drug, DRUG, whole, len(drug.findings), len(drug.actions))
    inherited = {*drug.inherited} | ({"latency"} if drug.latency is None else set[str]())
    own: dict[str, State] = {
        name: "class-default" if name in inherited else state for name, state in row.cells.items()
    }
    return msgspec.structs.replace(row, cells=own)


def _row(
    entry: Cause | Drug,
    names: Sequence[str],
    figures: Sequence[tuple[str, Held]],
    findings: int,
    actions: int,
) -> Row:
    used = [figure for _, figure in figures if figure.used]
    return Row(
        id=entry.id,
        cells={name: _state([f for place, f in figures if f.used and _of(place, name)]) for name in names},
        findings=findings,
        actions=actions,
        sources=len(entry.sources),
        figures=len(used),
        verified=sum(figure.verified for figure in used),
    )


def _of(place: str, name: str) -> bool:
    return place == name or place.startswith((f"{name}.", f"{name} "))


def _state(figures: Sequence[Held]) -> State:
    if not figures:
        return "missing"
    if any(figure.verified for figure in figures):
        return "verified"
    return "sourced" if any(figure.source != JUDGEMENT for figure in figures) else "judgement"
