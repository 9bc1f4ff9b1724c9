"""The resources of FHIR R4 that the reader uses, each with only the fields it uses.

https://hl7.org/fhir/R4/resourcelist.html
"""

from __future__ import annotations

from msgspec import Raw, field

from penia.read.fhir.elements import (
    Annotation,
    Coding,
    Concept,
    Element,
    Extension,
    Period,
    Quantity,
    Reference,
    ReferenceRange,
    Resource,
    Span,
)

NONE = Raw()


class Head(Element, frozen=True):
    """Enough of any resource to know whose it is."""

    resource_type: str = ""
    id: str | None = None
    subject: Reference | None = None
    patient: Reference | None = None
    identifier: object = None
    entry: Raw = NONE
    link: Raw = NONE
    """Of a Bundle: what it holds, and where it goes on."""


class Address(Element, frozen=True):
    country: str | None = None


class Patient(Resource, frozen=True):
    birth_date: str | None = None
    gender: str | None = None
    deceased_date_time: str | None = None
    extension: tuple[Extension, ...] = ()
    address: tuple[Address, ...] = ()


class Place(Element, frozen=True):
    location: Reference | None = None


class Encounter(Resource, frozen=True):
    klass: Coding | tuple[Concept, ...] | None = field(default=None, name="class")
    """A list of concepts in R5."""
    type: tuple[Concept, ...] = ()
    service_type: Concept | None = None
    period: Period | None = None
    actual_period: Period | None = None
    """R5's name of the period."""
    location: tuple[Place, ...] = ()


class Valued(Element, frozen=True):
    """What an Observation and its components share."""

    code: Concept | None = None
    value_quantity: Quantity | None = None
    value_codeable_concept: Concept | None = None
    value_string: str | None = None
    value_boolean: bool | None = None
    value_integer: int | None = None
    value_range: Span | None = None
    value_date_time: str | None = None
    data_absent_reason: Concept | None = None
    interpretation: tuple[Concept, ...] = ()
    reference_range: tuple[ReferenceRange, ...] = ()


class Specimen(Resource, frozen=True):
    type: Concept | None = None


class Observation(Valued, frozen=True):
    resource_type: str = ""
    id: str | None = None
    status: str | None = None
    note: tuple[Annotation, ...] = ()
    modifier_extension: tuple[Extension, ...] = ()
    body_site: Concept | None = None
    category: tuple[Concept, ...] = ()
    focus: tuple[Reference, ...] = ()
    subject: Reference | None = None
    effective_date_time: str | None = None
    effective_instant: str | None = None
    effective_period: Period | None = None
    issued: str | None = None
    specimen: Reference | None = None
    contained: tuple[Specimen, ...] = ()
    component: tuple[Valued, ...] = ()
    has_member: tuple[Reference, ...] = ()

    def withheld(self) -> bool:
        return False

    def notes(self) -> str | None:
        return "; ".join(n.text.strip() for n in self.note if n.text.strip()) or None


class Attachment(Element, frozen=True):
    content_type: str | None = None
    data: str | None = None


class DiagnosticReport(Resource, frozen=True):
    effective_date_time: str | None = None
    effective_period: Period | None = None
    issued: str | None = None
    specimen: tuple[Reference, ...] = ()
    result: tuple[Reference, ...] = ()
    conclusion: str | None = None
    conclusion_code: tuple[Concept, ...] = ()
    presented_form: tuple[Attachment, ...] = ()


class Ingredient(Element, frozen=True):
    item_codeable_concept: Concept | None = None
    item_reference: Reference | None = None


class Medication(Resource, frozen=True):
    ingredient: tuple[Ingredient, ...] = ()


class Repeat(Element, frozen=True):
    bounds_period: Period | None = None
    bounds_duration: Quantity | None = None
    count: int | None = None
    frequency: int | None = None
    period: float | None = None
    period_unit: str | None = None


class Timing(Element, frozen=True):
    repeat: Repeat | None = None


class DoseAndRate(Element, frozen=True):
    dose_quantity: Quantity | None = None


class Dosage(Element, frozen=True):
    text: str | None = None
    patient_instruction: str | None = None
    timing: Timing | None = None
    as_needed: bool | None = None
    """Of R5; the next two are of R4."""
    as_needed_boolean: bool | None = None
    as_needed_codeable_concept: Concept | None = None
    route: Concept | None = None
    dose_and_rate: tuple[DoseAndRate, ...] = ()


class AdministeredDosage(Element, frozen=True):
    text: str | None = None
    route: Concept | None = None
    dose: Quantity | None = None


class DispenseRequest(Element, frozen=True):
    validity_period: Period | None = None
    expected_supply_duration: Quantity | None = None


class ConceptOrReference(Element, frozen=True):
    concept: Concept | None = None
    reference: Reference | None = None


class OfDrug(Resource, frozen=True):
    """What the four medication resources share."""

    medication: ConceptOrReference | None = None
    """R5's one field for the two that follow."""
    medication_codeable_concept: Concept | None = None
    medication_reference: Reference | None = None
    contained: tuple[Medication, ...] = ()


class MedicationRequest(OfDrug, frozen=True):
    intent: str | None = None
    do_not_perform: bool = False
    authored_on: str | None = None
    status_changed: str | None = None
    dosage_instruction: tuple[Dosage, ...] = ()
    dispense_request: DispenseRequest | None = None


class MedicationStatement(OfDrug, frozen=True):
    date_asserted: str | None = None
    effective_period: Period | None = None
    effective_date_time: str | None = None
    dosage: tuple[Dosage, ...] = ()


class MedicationAdministration(OfDrug, frozen=True):
    effective_period: Period | None = None
    effective_date_time: str | None = None
    dosage: AdministeredDosage | None = None


class MedicationDispense(OfDrug, frozen=True):
    when_handed_over: str | None = None
    when_prepared: str | None = None
    days_supply: Quantity | None = None
    dosage_instruction: tuple[Dosage, ...] = ()


class Condition(Resource, frozen=True):
    verification_status: Concept | None = None
    clinical_status: Concept | None = None
    category: tuple[Concept, ...] = ()
    onset_date_time: str | None = None
    onset_period: Period | None = None
    abatement_date_time: str | None = None
    abatement_period: Period | None = None
    recorded_date: str | None = None


class Procedure(Resource, frozen=True):
    performed_date_time: str | None = None
    performed_period: Period | None = None


class Immunization(Resource, frozen=True):
    vaccine_code: Concept | None = None
    occurrence_date_time: str | None = None
    route: Concept | None = None


class Reaction(Element, frozen=True):
    substance: Concept | None = None
    manifestation: tuple[Concept, ...] = ()
    description: str | None = None


class AllergyIntolerance(Resource, frozen=True):
    verification_status: Concept | None = None
    onset_date_time: str | None = None
    recorded_date: str | None = None
    reaction: tuple[Reaction, ...] = ()


class RelativeCondition(Element, frozen=True):
    code: Concept | None = None
    outcome: Concept | None = None
    note: tuple[Annotation, ...] = ()


class FamilyMemberHistory(Resource, frozen=True):
    relationship: Concept | None = None
    condition: tuple[RelativeCondition, ...] = ()
    date: str | None = None
