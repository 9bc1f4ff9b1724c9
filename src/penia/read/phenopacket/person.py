"""One Phenopacket → Record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from penia.read.build import RecordBuilder
from penia.read.exposures import DrugEvent
from penia.read.phenopacket.layout import (
    Biosample,
    Disease,
    Feature,
    Interval,
    Measurement,
    MedicalAction,
    OntologyClass,
    Phenopacket,
    Quantity,
    Treatment,
)
from penia.read.phenopacket.own import COURSE, ENDED, INFERRED, REPORT, RESULT, STATED, TEXT, stated
from penia.read.phenopacket.times import Clock, clock, moment
from penia.read.quantity import COMPARATORS, FLAGS, NUMBER
from penia.read.specimens import is_not_blood
from penia.record import (
    Condition,
    Exposure,
    Finding,
    Interpretation,
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
PREFIXES = {
    "HP": "hpo:HP:",
    "LOINC": "loinc:",
    "RXNORM": "rxnorm:",
    "SNOMED": "snomed:",
    "SNOMEDCT": "snomed:",
    "ICD10CM": "icd10cm:",
    "ICD9CM": "icd9cm:",
    "ATC": "atc:",
}
"""CURIE prefixes of ontologies → the short prefixes used here; others are known by their label."""
RESULTS: tuple[tuple[str, Interpretation], ...] = (
    ("negative", "negative"),
    ("not detected", "negative"),
    ("absent", "negative"),
    ("positive", "positive"),
    ("present", "positive"),
    ("detected", "positive"),
    ("abnormal", "abnormal"),
    ("normal", "normal"),
    ("elevated", "high"),
    ("increased", "high"),
    ("high", "high"),
    ("decreased", "low"),
    ("low", "low"),
)
"""Words of a result that is a class; the first that stands in its label."""
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
    for i, feature in enumerate(packet.phenotypic_features):
        where = f"phenotypicFeatures/{i}"
        if feature.type.id == STATED["id"]:
            stated(feature, when, where, codes(OntologyClass(feature.description)), builder)
        else:
            builder.finding(_finding(feature, when, where))
    for i, measurement in enumerate(packet.measurements):
        _measurement(measurement, when.last_seen, when, f"measurements/{i}", builder)
    for i, sample in enumerate(packet.biosamples):
        taken = when.at(sample.time_of_collection) or when.last_seen
        for j, feature in enumerate(sample.phenotypic_features):
            builder.finding(_finding(feature, when, f"biosamples/{i}/phenotypicFeatures/{j}"))
        for j, measurement in enumerate(sample.measurements):
            where = f"biosamples/{i}/measurements/{j}"
            _measurement(_of_sample(measurement, sample), taken, when, where, builder)
    for i, disease in enumerate(packet.diseases):
        builder.condition(_condition(disease, when, f"diseases/{i}"))
    for i, action in enumerate(packet.medical_actions):
        _action(action, when, f"medicalActions/{i}", builder)
    for i, found in enumerate(packet.interpretations):
        if found.progress_status == "IN_PROGRESS" and found.diagnosis and found.diagnosis.disease:
            term = found.diagnosis.disease
            origin = Origin(f"interpretations/{i}", _name(term))
            builder.condition(
                Condition(_name(term), codes(term), "suspected", None, None, when.last_seen, origin)
            )
    _variants(packet, when, builder)
    _relatives(packet, builder)
    return builder.build()


def codes(term: OntologyClass) -> tuple[str, ...]:
    """
    >>> codes(OntologyClass("HP:0001875", "Neutropenia"))
    ('hpo:HP:0001875',)
    """
    prefix, _, rest = term.id.partition(":")
    known = PREFIXES.get(prefix.upper().replace("_", ""))
    return (known + rest,) if known and rest else ()


def _name(term: OntologyClass) -> str:
    return term.label.strip() or term.id


def _finding(feature: Feature, when: Clock, place: str) -> Finding:
    """Absent where it is excluded; its severity and modifiers stand behind its name."""
    shades = [_name(m) for m in (feature.severity, *feature.modifiers) if m is not None]
    name = _name(feature.type) + (f" ({', '.join(shades)})" if shades else "")
    time = when.at(feature.onset) or when.last_seen
    origin = Origin(place, _name(feature.type), code=feature.type.id or None)
    return Finding(name, not feature.excluded, time=time, codes=codes(feature.type), origin=origin)


def _measurement(
    m: Measurement, taken: datetime | None, when: Clock, place: str, builder: RecordBuilder
) -> None:
    time = taken if m.time_observed is None else when.at(m.time_observed)
    if time is None and m.time_observed is not None:
        reason = f"when {_name(m.assay)} was measured is told by no timestamp, and by no age of a known birth"
        builder.problems.add("time-unreadable", place, reason, "give timeObserved as a timestamp")
    if m.complex_value is not None:
        for i, part in enumerate(m.complex_value.typed_quantities):
            result = _quantity(part.type, part.quantity, time, f"{place}/typedQuantities/{i}")
            builder.result(result, (_name(m.assay),))
        return
    if m.value is None:
        return
    if m.value.quantity is not None:
        result, names = _described(_quantity(m.assay, m.value.quantity, time, place), m.description)
        builder.result(result, names)
        return
    if m.value.ontology_class is not None:
        names = (m.description,) if m.description else ()
        builder.result(_classified(m.assay, m.value.ontology_class, time, place), names)


def _of_sample(measurement: Measurement, sample: Biosample) -> Measurement:
    """Cells of another specimen than blood are named by it, for they are no blood count."""
    told = [_name(term) for term in (sample.sampled_tissue, sample.sample_type) if term]
    fluid = next(filter(is_not_blood, told), None)
    assay = OntologyClass("", f"{_name(measurement.assay)} in {fluid}")
    return msgspec.structs.replace(measurement, assay=assay) if fluid else measurement


def _described(result: TestResult, description: str) -> tuple[TestResult, tuple[str, ...]]:
    """With the comparator and flag that the description gives, as ``<0.1; low``; the rest of it is a name."""
    comparator, flag, names = None, None, list[str]()
    for text in filter(None, map(str.strip, description.split(";"))):
        told = NUMBER.fullmatch(text)
        if told and told[1] and result.value is not None and float(told[2]) == result.value:
            comparator = COMPARATORS[told[1]]
        elif text in FLAGS:
            flag = FLAGS[text]
        else:
            names.append(text)
    return msgspec.structs.replace(result, comparator=comparator, interpretation=flag), tuple(names)


def _classified(assay: OntologyClass, found: OntologyClass, time: datetime | None, place: str) -> TestResult:
    """A class of penia's own says its flag itself; any other tells it by a word of its label."""
    label, own = _name(found), found.id.partition("penia:")[2]
    origin = Origin(place, label, code=assay.id or None)
    flags: Iterator[Interpretation] = (flag for word, flag in RESULTS if word in label.casefold())
    flag = FLAGS.get(own) if own else next(flags, None)
    return TestResult(
        _name(assay),
        time,
        "report" if found.id == REPORT else "laboratory",
        codes(assay),
        interpretation=flag,
        text=None if own and label.startswith(RESULT) else label,
        origin=origin,
    )


def _quantity(assay: OntologyClass, found: Quantity, time: datetime | None, place: str) -> TestResult:
    limits = found.reference_range
    unit = _unit(found.unit)
    written = None if found.value is None else f"{found.value:g}"
    return TestResult(
        _name(assay),
        time,
        codes=codes(assay),
        value=found.value,
        unit=unit,
        low=limits.low if limits else None,
        high=limits.high if limits else None,
        origin=Origin(place, written, unit, assay.id or None),
    )


def _unit(unit: OntologyClass) -> str | None:
    """The code of UCUM as it stands; of other ontologies the label, which the table of units must know."""
    prefix, _, rest = unit.id.partition(":")
    return (rest if prefix.upper() == "UCUM" else unit.label) or None


def _condition(disease: Disease, when: Clock, place: str) -> Condition:
    since, until = when.at(disease.onset), when.at(disease.resolution)
    status = "refuted" if disease.excluded else "past" if disease.resolution is not None else "active"
    name = _name(disease.term)
    return Condition(name, codes(disease.term), status, since, until, when.last_seen, Origin(place, name))


def _action(action: MedicalAction, when: Clock, place: str, builder: RecordBuilder) -> None:
    if action.treatment is not None:
        for event in _treatment(action.treatment, place):
            builder.drug(event)
    if action.therapeutic_regimen is not None and action.therapeutic_regimen.ontology_class is not None:
        regimen = action.therapeutic_regimen
        assert regimen.ontology_class is not None
        start, stop = when.at(regimen.start_time), when.at(regimen.end_time)
        name = _name(regimen.ontology_class)
        builder.drug(DrugEvent((name,), "statement", place, (), start, stop, stop is None))
    if action.radiation_therapy is not None:
        name = f"radiation therapy, {_name(action.radiation_therapy.body_site)}"
        builder.exposure(Exposure(name, "radiation", origins=(Origin(place, name),)))
    if action.procedure is not None:
        done = action.procedure
        origin = Origin(place, _name(done.code))
        builder.procedure(Procedure(_name(done.code), codes(done.code), when.at(done.performed), origin))


def _treatment(treatment: Treatment, place: str) -> Iterator[DrugEvent]:
    """Each interval; one without length is one dose."""
    spans = [(d.interval, d.schedule_frequency) for d in treatment.dose_intervals if d.interval is not None]
    doses = [
        span for span, how in spans if span.start and span.start == span.end and (how and how.id) not in OWN
    ]
    courses = [span for span, _ in spans if span not in doses]
    route = treatment.route_of_administration
    told = [d.schedule_frequency for d in treatment.dose_intervals if d.schedule_frequency]
    notes = [_name(term) for term in told if term.id not in (COURSE, ENDED, INFERRED)]
    drug = DrugEvent(
        names=(_name(treatment.agent),),
        evidence="statement",
        place=place,
        codes=codes(treatment.agent),
        route=_name(route) if route else None,
        note="; ".join(dict.fromkeys(notes)) or None,
    )
    goes_on = all(term.id != ENDED for term in told)
    inferred = any(term.id == INFERRED for term in told)
    for span in courses or ([] if doses else [Interval()]):
        start, stop = moment(span.start or ""), moment(span.end or "")
        ends = {"going_on": goes_on and stop is None, "inferred": inferred and stop is not None}
        yield msgspec.structs.replace(drug, start=start, stop=stop, **ends)
    for dose in doses:
        time = moment(dose.start or "")
        yield msgspec.structs.replace(drug, evidence="administration", start=time, stop=time)


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
        told = [_name(f.type) for f in relative.phenotypic_features if not f.excluded]
        told += [_name(d.term) for d in relative.diseases if not d.excluded]
        for name in told:
            builder.finding(Finding(name, kind="family", origin=Origin(f"relatives/{i}", name)))
