"""The layout of a structured case: what a published story tells of one person, as JSON.

| field | holds |
|---|---|
| person | age_years, sex, ancestry, pregnant |
| setting | emergency, inpatient, outpatient, primary-care, neonatal, unknown |
| places, family | words |
| counts, labs, vitals | day, what or name, value, unit, flag; labs also loinc |
| differential | day, cell, percent |
| tests | day, name, result |
| drugs | ingredient, start_day, stop_day, note |
| exposures | what, note |
| conditions | name, icd10, since_day, status (active; past, history, resolved, inactive) |
| findings | name, hpo, present, day |
| kind, source, note | where the story is from; never read, as a title may name the answer |

Days count from the presentation. Null is not stated. A fact without a day is taken as known on day 0, but a
drug or a condition without one has no start.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from penia.record import Sex

Day = Annotated[float, msgspec.Meta(ge=-60_000, le=60_000)]
"""No life is longer."""
Age = Annotated[float, msgspec.Meta(ge=0, le=150)]


class CasePerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    age_years: Age | None = None
    sex: Sex | None = None
    ancestry: str | None = None
    pregnant: bool | None = None


class Measured(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of counts, labs, vitals, differential or tests."""

    day: Day | None = None
    what: str | None = None
    name: str | None = None
    cell: str | None = None
    loinc: str | None = None
    value: float | str | None = None
    percent: float | None = None
    result: str | None = None
    unit: str | None = None
    flag: str | None = None


class CaseDrug(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ingredient: str
    start_day: Day | None = None
    stop_day: Day | None = None
    note: str | None = None


class CaseExposure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    what: str
    note: str | None = None


class CaseCondition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    icd10: str | None = None
    since_day: Day | None = None
    status: str | None = None


class CaseFinding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    hpo: str | None = None
    present: bool = True
    day: Day | None = None


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    person: CasePerson = CasePerson()
    setting: str | None = None
    places: tuple[str, ...] = ()
    counts: tuple[Measured, ...] = ()
    labs: tuple[Measured, ...] = ()
    differential: tuple[Measured, ...] = ()
    tests: tuple[Measured, ...] = ()
    drugs: tuple[CaseDrug, ...] = ()
    exposures: tuple[CaseExposure, ...] = ()
    conditions: tuple[CaseCondition, ...] = ()
    findings: tuple[CaseFinding, ...] = ()
    family: tuple[str, ...] = ()
    vitals: tuple[Measured, ...] = ()
    kind: str | None = None
    source: dict[str, str | int | None] | str | None = None
    note: str | None = None
