"""Which drugs of a record were given as one regimen, whose own incidence then goes before theirs, and which
cytotoxics were given in one cycle, so that one chemotherapy is one cause."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from penia.infer.derived import derived
from penia.knowledge.regimens import Regimen, counting, needed
from penia.knowledge.schema import Drug


class Dated(Protocol):
    """A course, as far as it matters here."""

    @property
    def starts(self) -> tuple[datetime | None, ...]: ...


class InRegimen(msgspec.Struct, frozen=True):
    """One drug of a regimen."""

    regimen: Regimen
    part: float
    """Its part of the regimen's incidence: by its own, among those of the drugs that the figure is of."""


class Chemotherapy(msgspec.Struct, frozen=True):
    """Cytotoxics of one cycle."""

    id: str
    """``regimen:folfox``; of drugs that make no known regimen theirs, joined."""
    name: str


def chemotherapies(
    courses: Mapping[str, Dated],
    drugs: Mapping[str, Drug],
    regimens: Mapping[str, InRegimen],
    cycle: timedelta,
) -> dict[str, Chemotherapy]:
    """``drug:x`` → its chemotherapy, of ``courses`` of cytotoxics: a regimen, or two or more others whose
    last starts lie within one ``cycle``; one without a date is taken to belong to the latest."""
    found = {
        drug: Chemotherapy(each.regimen.id, each.regimen.name.partition(" (")[0])
        for drug, each in regimens.items()
        if drug in courses
    }
    for group in _cycles({d: course.starts[-1] for d, course in courses.items() if d not in found}, cycle):
        if len(group) > 1:
            one = Chemotherapy("+".join(sorted(group)), ", ".join(sorted(drugs[d].name for d in group)))
            found |= dict.fromkeys(group, one)
    return found


def _cycles(begun: Mapping[str, datetime | None], cycle: timedelta) -> list[list[str]]:
    """Names by time, those begun within one cycle of the first of them together."""
    dated = sorted((start, name) for name, start in begun.items() if start is not None)
    found: list[list[str]] = [[]]
    opened = dated[0][0] if dated else None
    for start, name in dated:
        if opened is not None and start - opened > cycle:
            found.append([])
            opened = start
        found[-1].append(name)
    found[-1] += sorted(name for name, start in begun.items() if start is None)
    return found


def given_together(
    courses: Mapping[str, Dated], drugs: Mapping[str, Drug], known: tuple[Regimen, ...]
) -> dict[str, InRegimen]:
    """``drug:x`` → its regimen. Of the regimens whose drugs were all begun within one cycle the largest is
    taken, then the next of what is left; a drug that belongs to none stands by itself."""
    found: dict[str, InRegimen] = {}
    left = dict(courses)
    for regimen, those in _largest_first(known):
        if those <= left.keys() and _within_a_cycle(those, regimen.cycle_days, left):
            acting = {drug: drugs[drug].incidence.value for drug in counting(regimen) if drug in drugs}
            whole = sum(acting.values())
            found |= {drug: InRegimen(regimen, own / whole) for drug, own in acting.items()}
            left = {drug: course for drug, course in left.items() if drug not in those}
    return found


@derived
def _largest_first(known: tuple[Regimen, ...]) -> list[tuple[Regimen, frozenset[str]]]:
    """Each with the drugs without which it is not this one."""
    return sorted(((each, needed(each)) for each in known), key=lambda each: -len(each[1]))


def _within_a_cycle(those: frozenset[str], days: float, courses: Mapping[str, Dated]) -> bool:
    """The last starts lie no further apart than one cycle; a drug without a date stands in no one's way."""
    last = [start for drug in those if (start := courses[drug].starts[-1]) is not None]
    return not last or max(last) - min(last) <= timedelta(days=days)
