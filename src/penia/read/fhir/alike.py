"""The commonest resources, with what is alike from one to the next left as bytes.

A record holds thousands of results and doses, of which little but the id, the time and the number differs.
Here only that is decoded; what the other bytes mean is worked out once and kept. A resource with any field
that is not named here is read in full (``resources.py``).
"""

from __future__ import annotations

from typing import Literal

from msgspec import Raw

from penia.read.fhir.elements import Element, Meta, Period, Reference
from penia.read.fhir.resources import NONE, DispenseRequest

Said = Literal[
    "final", "amended", "corrected", "preliminary", "unknown",
    "active", "completed", "in-progress", "on-hold", "stopped", "ended",
]  # fmt: skip
"""Status of a resource that says something of the person."""


class Common(Element, frozen=True, forbid_unknown_fields=True):
    id: str | None = None
    status: Said | None = None
    meta: Meta | None = None
    resource_type: Raw = NONE
    subject: Raw = NONE
    encounter: Raw = NONE
    identifier: Raw = NONE
    implicit_rules: Raw = NONE
    language: Raw = NONE
    text: Raw = NONE
    extension: Raw = NONE
    """From ``resource_type`` on: not read here."""


class Amount(Element, frozen=True, forbid_unknown_fields=True):
    value: int | float
    comparator: str | None = None
    unit: str | None = None
    code: str | None = None
    system: Raw = NONE


class Measured(Common, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An Observation of one quantity."""

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
    """A MedicationAdministration."""

    effective_date_time: str | None = None
    effective_period: Period | None = None
    dosage: Raw = NONE
    context: Raw = NONE
    request: Raw = NONE
    device: Raw = NONE


class Ordered(Taken, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A MedicationRequest."""

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


def composed(**fields: bytes) -> bytes:
    """JSON of those of the fields that are there."""
    return b"{%b}" % b",".join(b'"%b":%b' % (name.encode(), told) for name, told in fields.items() if told)
