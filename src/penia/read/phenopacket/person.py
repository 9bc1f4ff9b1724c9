"""One Phenopacket → Record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from penia.read.build import RecordBuilder
from penia.read.exposures import Drug, DrugEvent
from penia.read.phenopacket.layout import (
    Disease,
    Feature,
    Interval,
    MedicalAction,
    Phenopacket,
    Treatment,
)
from penia.read.phenopacket.measured import of_sample, read_measurement
from penia.read.phenopacket.own import CIRCUMSTANCE, COURSE, ENDED, INFERRED, TEXT, stated
from penia.read.phenopacket.terms import codes, name_of
from penia.read.phenopacket.times import Clock, clock, moment
from penia.record import (
    Condition,
    Exposure,
    Finding,
    Origin,
    Person,
    Procedure,
    Record,
    Sex,
    TestResult,
)

OWN = (TEXT, COURSE)
"""What penia writes of a course, not of a dose."""
SEXES: dict[str, Sex] = {"FEMALE": "female", "MALE": "male"}
PATHOGENIC = ("PATHOGENIC", "LIKELY_PATHOGENIC")


def packet_record(packet: Phenopacket, place: str, now: datetime | None = None) -> Record:
    """``place``: the file, for ids that are missing."""
    subject, when = packet.subject, clock(packet.subject)
    name = packet.id or subject.id or place
    builder = RecordBuilder(name, now)
    death = subject.vital_status.time_of_death if subject.vital_status else None
    builder.person(
        Person(
            name,
            SEXES.get(subject.sex or ""),
            when.birth.date() if when.birth else None,
            death=when.at(death),
        )
    )
    _features(packet.phenotypic_features, when, "phenotypicFeatures", builder)
    for i, measurement in enumerate(packet.measurements):
        read_measurement(measurement, when.last_seen, when, f"measurements/{i}", builder)
    for i, sample in enumerate(packet.biosamples):
        taken = when.at(sample.time_of_collection) or when.last_seen
        _features(sample.phenotypic_features, when, f"biosamples/{i}/phenotypicFeatures", builder)
        for j, measurement in enumerate(sample.measurements):
            where = f"biosamples/{i}/measurements/{j}"
            read_measurement(of_sample(measurement, sample), taken, when, where, builder)
    for i, disease in enumerate(packet.diseases):
        builder.condition(_condition(disease, when, f"diseases/{i}"))
    for i, action in enumerate(packet.medical_actions):
        _action(action, when, f"medicalActions/{i}", builder)
    for i, found in enumerate(packet.interpretations):
        if found.progress_status == "IN_PROGRESS" and found.diagnosis and found.diagnosis.disease:
            term = found.diagnosis.disease
            origin = Origin(f"interpretations/{i}", name_of(term))
            builder.condition(
                Condition(name_of(term), codes(term.id), "suspected", None, None, when.last_seen, origin)
            )
    _variants(packet, when, builder)
    _relatives(packet, builder)
    return builder.build()


def _features(features: tuple[Feature, ...], when: Clock, place: str, builder: RecordBuilder) -> None:
    """Absent where it is excluded; its severity and modifiers stand behind its name."""
    last_seen = when.last_seen
    for i, feature in enumerate(features):
        id, where = feature.type.id, f"{place}/{i}"
        if id == CIRCUMSTANCE:
            stated(feature, when, where, codes(feature.description), builder)
            continue
        term = name = name_of(feature.type)
        if shades := (feature.severity, *feature.modifiers) if feature.severity else feature.modifiers:
            name = f"{term} ({', '.join(map(name_of, shades))})"
        time = (when.at(feature.onset) if feature.onset else None) or last_seen
        origin = Origin(where, term, None, id or None)
        builder.finding(Finding(name, not feature.excluded, "finding", time, codes(id), origin))


def _condition(disease: Disease, when: Clock, place: str) -> Condition:
    since, until = when.at(disease.onset), when.at(disease.resolution)
    status = "refuted" if disease.excluded else "past" if disease.resolution is not None else "active"
    name = name_of(disease.term)
    return Condition(name, codes(disease.term.id), status, since, until, when.last_seen, Origin(place, name))


def _action(action: MedicalAction, when: Clock, place: str, builder: RecordBuilder) -> None:
    if action.treatment is not None:
        for event in _treatment(action.treatment, place):
            builder.drug(event)
    if action.therapeutic_regimen is not None and action.therapeutic_regimen.ontology_class is not None:
        regimen = action.therapeutic_regimen
        assert regimen.ontology_class is not None
        start, stop = when.at(regimen.start_time), when.at(regimen.end_time)
        name = name_of(regimen.ontology_class)
        builder.drug(DrugEvent(Drug.of((name,), "statement"), place, start, stop, stop is None))
    if action.radiation_therapy is not None:
        name = f"radiation therapy, {name_of(action.radiation_therapy.body_site)}"
        builder.exposure(Exposure(name, "radiation", origins=(Origin(place, name),)))
    if action.procedure is not None:
        done = action.procedure
        origin = Origin(place, name_of(done.code))
        builder.procedure(Procedure(name_of(done.code), codes(done.code.id), when.at(done.performed), origin))


def _treatment(treatment: Treatment, place: str) -> Iterator[DrugEvent]:
    """Each interval; one without length is one dose."""
    spans = [(d.interval, d.schedule_frequency) for d in treatment.dose_intervals if d.interval is not None]
    doses = [
        span for span, how in spans if span.start and span.start == span.end and (how and how.id) not in OWN
    ]
    courses = [span for span, _ in spans if span not in doses]
    route = treatment.route_of_administration
    told = [d.schedule_frequency for d in treatment.dose_intervals if d.schedule_frequency]
    notes = [name_of(term) for term in told if term.id not in (COURSE, ENDED, INFERRED)]
    drug = Drug.of(
        (name_of(treatment.agent),),
        "statement",
        codes(treatment.agent.id),
        name_of(route) if route else None,
        "; ".join(dict.fromkeys(notes)) or None,
    )
    goes_on = all(term.id != ENDED for term in told)
    inferred = any(term.id == INFERRED for term in told)
    for span in courses or ([] if doses else [Interval()]):
        start, stop = moment(span.start or ""), moment(span.end or "")
        going_on = goes_on and stop is None
        yield DrugEvent(drug, place, start, stop, going_on, inferred=inferred and stop is not None)
    given = msgspec.structs.replace(drug, evidence="administration")
    for dose in doses:
        time = moment(dose.start or "")
        yield DrugEvent(given, place, time, time)


def _variants(packet: Phenopacket, when: Clock, builder: RecordBuilder) -> None:
    """Each gene with a pathogenic variant, as a positive test of that gene."""
    genes = {
        variant.variation_descriptor.gene_context.symbol
        for interpretation in packet.interpretations
        if interpretation.diagnosis is not None
        for found in interpretation.diagnosis.genomic_interpretations
        if (variant := found.variant_interpretation) is not None
        and variant.acmg_pathogenicity_classification in PATHOGENIC
        and variant.variation_descriptor is not None
        and variant.variation_descriptor.gene_context is not None
    }
    origin = Origin("interpretations", "pathogenic")
    for gene in sorted(genes - {""}):
        found = TestResult(f"{gene} gene variant", when.last_seen, interpretation="positive", origin=origin)
        builder.result(found)


def _relatives(packet: Phenopacket, builder: RecordBuilder) -> None:
    for i, relative in enumerate(packet.relatives):
        told = [name_of(f.type) for f in relative.phenotypic_features if not f.excluded]
        told += [name_of(d.term) for d in relative.diseases if not d.excluded]
        for name in told:
            builder.finding(Finding(name, kind="family", origin=Origin(f"relatives/{i}", name)))
