"""The parts of a Phenopacket that are read (phenopacket-schema 2.0), as its JSON has them."""

from __future__ import annotations

import re
from typing import cast

import msgspec


class Part(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Base of all parts: camelCase names, what is not named here is not read."""


class OntologyClass(Part, frozen=True):
    id: str = ""
    label: str = ""


class Age(Part, frozen=True):
    iso8601duration: str = ""


class AgeRange(Part, frozen=True):
    start: Age | None = None
    end: Age | None = None


class Interval(Part, frozen=True):
    start: str | None = None
    end: str | None = None


class TimeElement(Part, frozen=True):
    age: Age | None = None
    age_range: AgeRange | None = None
    timestamp: str | None = None
    interval: Interval | None = None
    ontology_class: OntologyClass | None = None


class VitalStatus(Part, frozen=True):
    status: str | None = None
    time_of_death: TimeElement | None = None


class Individual(Part, frozen=True):
    id: str = ""
    date_of_birth: str | None = None
    time_at_last_encounter: TimeElement | None = None
    vital_status: VitalStatus | None = None
    sex: str | None = None


class Feature(Part, frozen=True):
    type: OntologyClass = OntologyClass()
    description: str = ""
    excluded: bool = False
    severity: OntologyClass | None = None
    modifiers: tuple[OntologyClass, ...] = ()
    onset: TimeElement | None = None
    resolution: TimeElement | None = None


class ReferenceRange(Part, frozen=True):
    low: float | None = None
    high: float | None = None


class Quantity(Part, frozen=True):
    unit: OntologyClass = OntologyClass()
    value: float | None = None
    reference_range: ReferenceRange | None = None


class TypedQuantity(Part, frozen=True):
    type: OntologyClass = OntologyClass()
    quantity: Quantity = Quantity()


class ComplexValue(Part, frozen=True):
    typed_quantities: tuple[TypedQuantity, ...] = ()


class MeasuredValue(Part, frozen=True):
    quantity: Quantity | None = None
    ontology_class: OntologyClass | None = None


class Measurement(Part, frozen=True):
    assay: OntologyClass = OntologyClass()
    description: str = ""
    value: MeasuredValue | None = None
    complex_value: ComplexValue | None = None
    time_observed: TimeElement | None = None


class DoseInterval(Part, frozen=True):
    quantity: Quantity | None = None
    schedule_frequency: OntologyClass | None = None
    interval: Interval | None = None


class Treatment(Part, frozen=True):
    agent: OntologyClass = OntologyClass()
    route_of_administration: OntologyClass | None = None
    dose_intervals: tuple[DoseInterval, ...] = ()


class Done(Part, frozen=True):
    code: OntologyClass = OntologyClass()
    performed: TimeElement | None = None


class Radiation(Part, frozen=True):
    body_site: OntologyClass = OntologyClass()


class Regimen(Part, frozen=True):
    ontology_class: OntologyClass | None = None
    start_time: TimeElement | None = None
    end_time: TimeElement | None = None


class MedicalAction(Part, frozen=True):
    procedure: Done | None = None
    treatment: Treatment | None = None
    radiation_therapy: Radiation | None = None
    therapeutic_regimen: Regimen | None = None


class Disease(Part, frozen=True):
    term: OntologyClass = OntologyClass()
    excluded: bool = False
    onset: TimeElement | None = None
    resolution: TimeElement | None = None


class Gene(Part, frozen=True):
    symbol: str = ""


class VariationDescriptor(Part, frozen=True):
    gene_context: Gene | None = None


class VariantInterpretation(Part, frozen=True):
    acmg_pathogenicity_classification: str = ""
    variation_descriptor: VariationDescriptor | None = None


class GenomicInterpretation(Part, frozen=True):
    variant_interpretation: VariantInterpretation | None = None


class Diagnosis(Part, frozen=True):
    disease: OntologyClass | None = None
    genomic_interpretations: tuple[GenomicInterpretation, ...] = ()


class Interpretation(Part, frozen=True):
    progress_status: str = ""
    diagnosis: Diagnosis | None = None


class Biosample(Part, frozen=True):
    sampled_tissue: OntologyClass | None = None
    sample_type: OntologyClass | None = None
    phenotypic_features: tuple[Feature, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    time_of_collection: TimeElement | None = None


class Phenopacket(Part, frozen=True):
    id: str = ""
    subject: Individual = Individual()
    phenotypic_features: tuple[Feature, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    biosamples: tuple[Biosample, ...] = ()
    interpretations: tuple[Interpretation, ...] = ()
    diseases: tuple[Disease, ...] = ()
    medical_actions: tuple[MedicalAction, ...] = ()
    relatives: tuple[Phenopacket, ...] = ()
    """Of a Family; empty otherwise."""


class Bundle(Phenopacket, frozen=True):
    """A Phenopacket, or a Family (``proband``, ``relatives``), or a Cohort (``members``)."""

    proband: Phenopacket | None = None
    members: tuple[Phenopacket, ...] = ()

    def tells(self) -> bool:
        """Whether any field by which a phenopacket is known holds something."""
        return bool(
            self.subject.id
            or self.phenotypic_features
            or self.proband
            or self.members
            or self.measurements
            or self.diseases
        )


def decoded(data: bytes) -> Bundle:
    """Raises msgspec.DecodeError (ValidationError is one), naming the field that is wrong."""
    if not ((_ESCAPE in data and b"\\u" in data) or _SNAKE_FIELD.search(data)):
        try:
            data.decode()
            found = _bundle(data)
            if found.tells() or _KNOWN & _fields(data).keys():
                return found
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass  # decoded again below, which says what is wrong
    found = msgspec.json.decode(data)
    fields = _camel(cast("dict[str, object]", found)) if isinstance(found, dict) else {}
    if not _KNOWN & fields.keys():
        raise msgspec.ValidationError("it has none of a phenopacket's fields")
    return msgspec.convert(fields, Bundle)


_bundle = msgspec.json.Decoder(Bundle).decode
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_KNOWN = {"subject", "phenotypicFeatures", "proband", "members", "measurements", "diseases"}
(_ESCAPE,) = b"\\"
"""As a number, which is found in bytes much faster than bytes are."""
_SNAKE_FIELD = re.compile(rb'_[a-z0-9][^"]*"\s*:')
_SNAKE = re.compile(r"_([a-z0-9])")


def _camel(value: dict[str, object]) -> dict[str, object]:
    """Names of fields as protobuf writes them by default; the original snake_case is as valid in its JSON."""
    return {_SNAKE.sub(lambda m: m[1].upper(), name): _named(inner) for name, inner in value.items()}


def _named(value: object) -> object:
    if isinstance(value, dict):
        return _camel(cast("dict[str, object]", value))
    if isinstance(value, list):
        return [_named(inner) for inner in cast("list[object]", value)]
    return value
