"""The data types of FHIR R4 that the reader uses, each with only the fields it uses.

https://hl7.org/fhir/R4/datatypes.html. A field of the wrong type makes the whole resource unreadable,
with the field's path in the message: a value beside a broken one is not to be trusted.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import chain

import msgspec

from penia.read.calendar import utc

UNSAID = frozenset(
    {
        *("entered-in-error", "cancelled", "declined", "not-done", "not-taken", "draft"),
        *("planned", "preparation", "registered", "intended"),
    }
)
"""Status of a resource that says nothing of the person, or nothing yet."""


class Element(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Base: frozen, FHIR's camelCase names, unknown fields skipped."""


class Coding(Element, frozen=True):
    system: str | None = None
    code: str | None = None
    display: str | None = None


class Concept(Element, frozen=True):
    coding: tuple[Coding, ...] = ()
    text: str | None = None

    def label(self) -> str:
        """What a reader would call it: the text, else a display, else the first code."""
        return _label(self)

    def names(self) -> tuple[str, ...]:
        """The text and the displays, each once, in this order."""
        return _names(self)

    def has(self, *codes: str) -> bool:
        return any(c.code in codes for c in self.coding)


@lru_cache(maxsize=10_000)
def _names(concept: Concept) -> tuple[str, ...]:
    """Kept for the next resource alike: a record names few different things."""
    found = [concept.text, *(c.display for c in concept.coding)]
    return tuple(dict.fromkeys(n.strip() for n in found if n and n.strip()))


@lru_cache(maxsize=10_000)
def _label(concept: Concept) -> str:
    coded = (f"{_short(c.system)} {c.code}".strip() for c in concept.coding if c.code)
    return next(chain(concept.names(), coded), "")


class Quantity(Element, frozen=True):
    value: int | float | None = None
    comparator: str | None = None
    unit: str | None = None
    code: str | None = None

    def units(self) -> str | None:
        return self.code or self.unit


class Identifier(Element, frozen=True):
    system: str | None = None
    value: str | None = None


class Reference(Element, frozen=True):
    reference: str | None = None
    identifier: Identifier | None = None
    display: str | None = None


class Period(Element, frozen=True):
    start: str | None = None
    end: str | None = None


class Span(Element, frozen=True):
    """Range of quantities, as in a reference range or an age."""

    low: Quantity | None = None
    high: Quantity | None = None


class ReferenceRange(Element, frozen=True):
    low: Quantity | None = None
    high: Quantity | None = None
    type: Concept | None = None
    text: str | None = None


class Annotation(Element, frozen=True):
    text: str = ""


class Extension(Element, frozen=True):
    url: str = ""
    value_string: str | None = None
    value_coding: Coding | None = None
    value_codeable_concept: Concept | None = None
    extension: tuple[Extension, ...] = ()


class Meta(Element, frozen=True):
    version_id: str | None = None
    last_updated: str | None = None


class Resource(Element, frozen=True):
    """Fields that all resources share."""

    resource_type: str = ""
    id: str | None = None
    status: str | None = None
    code: Concept | None = None
    note: tuple[Annotation, ...] = ()
    meta: Meta | None = None
    modifier_extension: tuple[Extension, ...] = ()
    """May turn the meaning around; FHIR forbids to read on where one is not understood."""
    taken: str | None = None
    not_given: bool = False
    not_done: bool = False
    was_not_given: bool = False
    was_not_taken: bool = False
    """How STU3 and DSTU2 say what R4 says with the status ``not-taken`` and ``not-done``."""

    def withheld(self) -> bool:
        return self.taken == "n" or any(
            (self.not_given, self.not_done, self.was_not_given, self.was_not_taken)
        )

    def notes(self) -> str | None:
        return "; ".join(n.text.strip() for n in self.note if n.text.strip()) or None


ANY_DAY = datetime(2000, 1, 2, tzinfo=UTC)
_WHEN = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(T.+)?)?)?")


@lru_cache(maxsize=10_000)
def moment(text: str | None) -> datetime | None:
    """A FHIR date, dateTime or instant in UTC; the start of what a partial one names; without a zone, UTC.

    Raises ValueError where it is none.
    """
    if text is None:
        return None
    if text[10:11] == "T":
        try:
            return _day(text[:10]) + _since_midnight(text[10:])
        except OverflowError as error:
            raise ValueError(text) from error
    return _day(text)


@lru_cache(maxsize=10_000)
def _day(text: str) -> datetime:
    """The midnight with which a date begins, in UTC; a partial one is its first day."""
    year, month, day = _date(text)
    return datetime(int(year), int(month or 1), int(day or 1), tzinfo=UTC)


@lru_cache(maxsize=10_000)
def _since_midnight(clock: str) -> timedelta:
    """From the midnight in UTC of its day to a time with its zone, as ``T07:30:00+02:00``: many days have the
    same times."""
    if "\n" in clock:
        raise ValueError(clock)
    return utc(datetime.fromisoformat(f"{ANY_DAY:%F}{clock}")) - ANY_DAY


def moments(period: Period | None) -> tuple[datetime | None, datetime | None]:
    """Start and end. Raises ValueError."""
    return (moment(period.start or None), moment(period.end or None)) if period else (None, None)


def middle(text: str) -> date:
    """A FHIR date; the middle of what a partial one names (a birth year is 1 July). Raises ValueError."""
    year, month, day = _date(text)
    if month is None:
        return date(int(year), 7, 1)
    return date(int(year), int(month), int(day) if day else monthrange(int(year), int(month))[1] // 2)


def _date(text: str) -> tuple[str, str | None, str | None]:
    """Year, month and day of a date or dateTime. Raises ValueError."""
    parts = _WHEN.fullmatch(text)
    if parts is None:
        raise ValueError(text)
    return parts[1], parts[2], parts[3]


def _short(system: str | None) -> str:
    return (system or "").rsplit("/", 1)[-1].rsplit(":", 1)[-1]
