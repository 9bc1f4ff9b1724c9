"""The commonest resources, with what is alike from one to the next left as bytes.

A record holds thousands of results and doses, of which little but the id, the time and the number differs.
Here only that is decoded; what the other bytes mean is worked out once and kept. A resource with any field
that is not named here is read in full (``resources.py``).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec
from msgspec import Raw

from penia.read.fhir.elements import Element, Meta, Period, Reference
from penia.read.fhir.resources import NONE, DispenseRequest

if TYPE_CHECKING:
    from penia.read.fhir.context import Context

SEPARATOR = b"\x1e"  # a control character, which no JSON text can contain


class Common(Element, frozen=True, forbid_unknown_fields=True, kw_only=True):
    resource_type: str
    id: str | None = None
    status: str | None = None
    meta: Meta | None = None
    subject: Reference | None = None
    patient: Reference | None = None
    encounter: Raw = NONE
    identifier: Raw = NONE
    implicit_rules: Raw = NONE
    language: Raw = NONE
    text: Raw = NONE
    extension: Raw = NONE
    """From ``encounter`` on: not read here."""


class Amount(Element, frozen=True, forbid_unknown_fields=True):
    value: int | float
    comparator: str | None = None
    unit: str | None = None
    code: str | None = None
    system: Raw = NONE


class Measured(Common, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An Observation of one quantity."""

    resource_type: Literal["Observation"]
    value_quantity: Amount
    code: Raw = NONE
    category: Raw = NONE
    interpretation: Raw = NONE
    reference_range: Raw = NONE
    effective_date_time: str | None = None
    issued: str | None = None
    specimen: Reference | None = None
    performer: Raw = NONE
    method: Raw = NONE
    device: Raw = NONE
    based_on: Raw = NONE
    derived_from: Raw = NONE


class Taken(Common, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A resource of one drug, named in it."""

    medication_codeable_concept: Raw
    note: Raw = NONE
    status_reason: Raw = NONE
    category: Raw = NONE
    performer: Raw = NONE
    reason_code: Raw = NONE
    reason_reference: Raw = NONE
    supporting_information: Raw = NONE


class Given(Taken, frozen=True, forbid_unknown_fields=True, kw_only=True):
    resource_type: Literal["MedicationAdministration"]
    effective_date_time: str | None = None
    effective_period: Period | None = None
    dosage: Raw = NONE
    context: Raw = NONE
    request: Raw = NONE
    device: Raw = NONE


class Ordered(Taken, frozen=True, forbid_unknown_fields=True, kw_only=True):
    resource_type: Literal["MedicationRequest"]
    intent: str | None = None
    authored_on: str | None = None
    dosage_instruction: Raw = NONE
    dispense_request: DispenseRequest | None = None
    requester: Raw = NONE
    recorder: Raw = NONE
    priority: Raw = NONE
    substitution: Raw = NONE
    course_of_therapy_type: Raw = NONE
    group_identifier: Raw = NONE


def composed(parts: bytes, *names: str) -> bytes:
    """JSON of those of the fields that are there; ``parts``: what each holds, joined by the separator."""
    fields = zip(names, parts.split(SEPARATOR), strict=True)
    return b"{%b}" % b",".join(b'"%b":%b' % (name.encode(), told) for name, told in fields if told)


class Placed(msgspec.Struct, frozen=True, gc=False):
    """A resource as bytes."""

    place: str
    """``Kind/id``, empty where it has no id."""
    data: bytes


class Seen(Placed, frozen=True, gc=False):
    """One of these resources with what it says."""

    @abstractmethod
    def read(self, context: Context) -> None: ...


class Quick(NamedTuple):
    """How a kind of resource is read quickly."""

    decode: Callable[[bytes], Common]
    understand: Callable[[Any, bytes], Seen | None]
    """None where it is to be read in full."""

    def look(self, data: bytes) -> tuple[Reference | None, Seen | None]:
        """Of whom it is and what it says; None where it is to be read in full."""
        try:
            head = self.decode(data)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return None, None
        return head.subject or head.patient, self.understand(head, data) if head.id else None
