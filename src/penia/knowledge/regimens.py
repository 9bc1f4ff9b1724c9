"""The shape of data/regimens.yaml: chemotherapy as it is given, several drugs in a cycle.

The names under which records write a regimen stand in the code tables (``combinations``), which read them
into ingredients; here stands what the drugs do together. Days are days of the cycle, the first is 1.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

from penia.knowledge.schema import Distribution, Figure, Knowledge, Published, Source
from penia.knowledge.store import table

Part = Literal["counts", "beside", "support"]
"""``counts``: one of the drugs whose neutropenia the regimen's figures are of. ``beside``: belongs to it, but
what it does to counts is another matter (anti-CD20, glucocorticoid, antibody). ``support``: may be missing or
go unrecorded (folinic acid, mesna, G-CSF)."""


class Given(Knowledge, frozen=True):
    """A drug of the regimen."""

    drug: str
    """``drug:<ingredient>``"""
    days: tuple[float, ...] = (1.0,)
    part: Part = "counts"
    cycles: tuple[int, int] | None = None
    """First and last cycle, where it is not given in all of them."""


class Regimen(Knowledge, frozen=True):
    id: str
    """``regimen:folfox``"""
    name: str
    """As it is written, then for whom: ``FOLFOX (cancer of the large bowel)``."""
    drugs: tuple[Given, ...]
    cycle_days: float
    incidence: Figure
    """P(ANC < 1.5 at some time of the course)"""
    severe: Figure
    """P(neutropenia of grade 3 or 4 (ANC < 1.0) at some time of the course)"""
    gcsf: Literal["usual", "by-risk", "rarely"]
    """Whether G-CSF goes with it from the first cycle: ``by-risk`` where age or illness decides."""
    febrile: Figure | None = None
    """P(fever with neutropenia at some time of the course)"""
    nadir: Distribution | None = None
    """Day of the cycle; None takes the cytotoxic pattern's."""
    published: tuple[Published, ...] = ()
    note: str | None = None


class Regimens(Knowledge, frozen=True):
    """data/regimens.yaml"""

    regimens: tuple[Regimen, ...]
    sources: dict[str, Source]


@cache
def regimens() -> Regimens:
    return table("regimens", Regimens)


def needed(regimen: Regimen) -> frozenset[str]:
    """Drugs without which it is not this regimen."""
    return frozenset(given.drug for given in regimen.drugs if given.part != "support")


def counting(regimen: Regimen) -> frozenset[str]:
    """Drugs whose neutropenia the regimen's figures are of."""
    return frozenset(given.drug for given in regimen.drugs if given.part == "counts")


def recognised(names: frozenset[str]) -> Regimen | None:
    """The largest regimen all of whose needed drugs are among ``names`` (``drug:<ingredient>``)."""
    whole = [each for each in regimens().regimens if needed(each) <= names]
    return max(whole, key=lambda each: len(needed(each)), default=None)
