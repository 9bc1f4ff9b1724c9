"""What is known of one person: frozen values, sorted by time.

Times are aware datetimes in UTC; a date without a time stands for its midnight. ``None`` means that the
source gives no time. Counts are in 10⁹/L (haemoglobin in g/L, haematocrit as a fraction, MCV in fL).
"""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec

from penia.columns import frame, table
from penia.errors import PeniaError

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""An aware time; JSON that gives no zone is refused."""

Sex = Literal["female", "male"]
Comparator = Literal["<", "<=", ">", ">="]
Interpretation = Literal["high", "low", "normal", "abnormal", "positive", "negative"]
Setting = Literal[
    "outpatient", "emergency", "inpatient", "intensive-care", "haematology", "oncology", "neonatal"
]
ExposureKind = Literal["drug", "vaccine", "radiation", "chemical", "other"]
FindingKind = Literal["finding", "history", "family", "place", "allergy"]
TestKind = Literal["laboratory", "vital", "report"]
ConditionStatus = Literal["active", "past", "refuted", "suspected"]

COUNTS = {
    "person": "string", "time": "timestamp", "lineage": "string", "value": "float64", "comparator": "string",
    "low": "float64", "high": "float64", "specimen": "string", "derived": "bool_", "place": "string",
}  # fmt: skip


class Origin(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Where a fact came from, as it was received."""

    place: str
    """Resource, row or line, such as ``Observation/88``."""
    text: str | None = None
    """The value as it was written."""
    unit: str | None = None
    """The unit as it was written."""
    code: str | None = None
    """``system|code`` that decided what the fact is."""


class Person(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    id: str
    sex: Sex | None = None
    birth: date | None = None
    ancestry: tuple[str, ...] = ()
    """As written in the record, e.g. ``Black or African American``."""
    duffy_null: bool | None = None
    death: Moment | None = None

    @staticmethod
    def born(age: float, at: datetime) -> date:
        """The birth date of one of ``age`` years at ``at``, so that ``Person.age`` gives them back."""
        return at.date() - timedelta(days=math.ceil(age * 365.25 - 1e-6))

    def age(self, at: datetime) -> float | None:
        """Years of age at ``at``; None if the birth date is unknown."""
        if self.birth is None:
            return None
        return max(0.0, (at.date() - self.birth).days / 365.25)


class Count(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """One measured number of one cell line."""

    time: Moment
    lineage: str
    """WBC, ANC, ALC, AMC, AEC, ABC, PLT, HB, RBC, RETIC, BLASTS, BANDS, ... (codes/loinc.csv)."""
    value: Annotated[float, msgspec.Meta(ge=0)]
    """10⁹/L; haemoglobin g/L. With a comparator: the limit of quantification."""
    comparator: Comparator | None = None
    low: float | None = None
    """The laboratory's own lower limit, in the unit of ``value``."""
    high: float | None = None
    interpretation: Interpretation | None = None
    """The laboratory's own flag."""
    specimen: str | None = None
    derived: bool = False
    """True where it was computed from a percentage and the white count of the same specimen."""
    origin: Origin = Origin(place="")


class Exposure(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A drug by ingredient, or radiation, a chemical, a vaccine; from ``start`` to ``stop``."""

    name: str
    """As received."""
    kind: ExposureKind = "drug"
    ingredient: str | None = None
    """Generic name as after ``drug:``; None where the name is not known to the tables."""
    start: Moment | None = None
    stop: Moment | None = None
    """None while it goes on, or where no stop is known."""
    doses: tuple[Moment, ...] = ()
    """Times of single administrations, where the record holds them."""
    as_needed: bool = False
    """It was at hand from start to stop; when it was taken, or whether, the record does not say."""
    stop_inferred: bool = False
    """The record gives no end: ``stop`` is the latest that it can have been, or what a convention infers."""
    route: str | None = None
    note: str | None = None
    origins: tuple[Origin, ...] = ()


class Condition(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A diagnosis that the record states."""

    name: str
    codes: tuple[str, ...] = ()
    """``icd10cm:D61.9``, ``icd9cm:284.9``, ``snomed:...``, ``hpo:HP:...``."""
    status: ConditionStatus = "active"
    since: Moment | None = None
    until: Moment | None = None
    recorded: Moment | None = None
    origin: Origin = Origin(place="")


class Finding(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A sign, symptom, piece of history or place; present or absent. Unknown is not stored."""

    name: str
    present: bool = True
    kind: FindingKind = "finding"
    time: Moment | None = None
    codes: tuple[str, ...] = ()
    origin: Origin = Origin(place="")


class TestResult(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """An analyte, test or report with its result as received."""

    __test__ = False

    name: str
    time: Moment | None = None
    kind: TestKind = "laboratory"
    codes: tuple[str, ...] = ()
    """``loinc:2276-4``, ..."""
    analyte: str | None = None
    """Our name (codes/loinc.csv) where a code decided it."""
    value: float | None = None
    unit: str | None = None
    comparator: Comparator | None = None
    interpretation: Interpretation | None = None
    text: str | None = None
    low: float | None = None
    high: float | None = None
    specimen: str | None = None
    origin: Origin = Origin(place="")


class Procedure(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    name: str
    codes: tuple[str, ...] = ()
    time: Moment | None = None
    origin: Origin = Origin(place="")


class Stay(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A contact with care, for the setting in which the counts were taken."""

    setting: Setting
    start: Moment | None = None
    stop: Moment | None = None


class Problem(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Something dropped or not understood, with its place, the reason and the remedy."""

    kind: str
    """Short name: ``unit-unknown``, ``code-unmapped``, ``entered-in-error``, ``implausible``, ..."""
    place: str
    reason: str
    remedy: str = ""
    count: int = 1
    """How many times the same thing was met."""


class Record(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Everything known of one person."""

    person: Person
    counts: tuple[Count, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    conditions: tuple[Condition, ...] = ()
    findings: tuple[Finding, ...] = ()
    tests: tuple[TestResult, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    stays: tuple[Stay, ...] = ()
    problems: tuple[Problem, ...] = ()

    def until(self, at: datetime) -> Record:
        """The record as it was known at ``at``; facts without any time are kept."""

        def known(time: datetime | None) -> bool:
            return time is None or time <= at

        return msgspec.structs.replace(
            self,
            counts=tuple(c for c in self.counts if c.time <= at),
            exposures=tuple(_exposure_until(e, at) for e in self.exposures if known(e.start)),
            conditions=tuple(
                _condition_until(c, at) for c in self.conditions if known(c.recorded or c.since)
            ),
            findings=tuple(f for f in self.findings if known(f.time)),
            tests=tuple(t for t in self.tests if known(t.time)),
            procedures=tuple(p for p in self.procedures if known(p.time)),
            stays=tuple(s for s in self.stays if known(s.start)),
            person=msgspec.structs.replace(
                self.person, death=self.person.death if known(self.person.death) else None
            ),
        )

    def to_json(self) -> bytes:
        return msgspec.json.encode(self)

    def to_arrow(self) -> Any:
        """Its counts as a ``pyarrow.Table``, in 10⁹/L (haemoglobin g/L), times in UTC.

        >>> penia.read("record.json").to_arrow().to_pylist()
        """
        who = self.person.id
        rows = [
            (who, c.time, c.lineage, c.value, c.comparator, c.low, c.high, c.specimen, c.derived, place)
            for c, place in ((c, c.origin.place) for c in self.counts)
        ]
        return table(COUNTS, rows)

    def to_pandas(self) -> Any:
        """The same as ``to_arrow`` for pandas. Raises PeniaError where pandas is not installed."""
        return frame(self.to_arrow())

    @staticmethod
    def from_json(data: bytes | str) -> Record:
        """Raises PeniaError naming the field that is wrong."""
        try:
            return msgspec.json.decode(data, type=Record)
        except (msgspec.DecodeError, RecursionError) as error:
            raise PeniaError(f"this is no whole Record ({error}); write it again with to_json.") from error


def _exposure_until(exposure: Exposure, at: datetime) -> Exposure:
    stop = exposure.stop if exposure.stop is None or exposure.stop <= at else None
    return msgspec.structs.replace(
        exposure,
        stop=stop,
        stop_inferred=exposure.stop_inferred and stop is not None,
        doses=tuple(d for d in exposure.doses if d <= at),
    )


def _condition_until(condition: Condition, at: datetime) -> Condition:
    if condition.until is None or condition.until <= at:
        return condition
    return msgspec.structs.replace(condition, until=None, status="active")
