"""A measurement → a result: a number with its unit, or a class of an ontology."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from penia.read.build import RecordBuilder
from penia.read.phenopacket.layout import Biosample, Measurement, OntologyClass, Quantity
from penia.read.phenopacket.own import REPORT, RESULT
from penia.read.phenopacket.terms import codes, name_of
from penia.read.phenopacket.times import Clock
from penia.read.quantity import COMPARATORS, FLAGS, NUMBER
from penia.read.specimens import is_not_blood
from penia.record import Interpretation, Origin, TestResult

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


def read_measurement(
    m: Measurement, taken: datetime | None, when: Clock, place: str, builder: RecordBuilder
) -> None:
    time = taken if m.time_observed is None else when.at(m.time_observed)
    if time is None and m.time_observed is not None:
        reason = (
            f"when {name_of(m.assay)} was measured is told by no timestamp, and by no age of a known birth"
        )
        builder.problems.add("time-unreadable", place, reason, "give timeObserved as a timestamp")
    if m.complex_value is not None:
        for i, part in enumerate(m.complex_value.typed_quantities):
            result = _quantity(part.type, part.quantity, time, f"{place}/typedQuantities/{i}")
            builder.result(result, (name_of(m.assay),))
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


def of_sample(measurement: Measurement, sample: Biosample) -> Measurement:
    """Cells of another specimen than blood are named by it, for they are no blood count."""
    told = [name_of(term) for term in (sample.sampled_tissue, sample.sample_type) if term]
    fluid = next(filter(is_not_blood, told), None)
    assay = OntologyClass("", f"{name_of(measurement.assay)} in {fluid}")
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
    label, own = name_of(found), found.id.partition("penia:")[2]
    origin = Origin(place, label, code=assay.id or None)
    flags: Iterator[Interpretation] = (flag for word, flag in RESULTS if word in label.casefold())
    flag = FLAGS.get(own) if own else next(flags, None)
    return TestResult(
        name_of(assay),
        time,
        "report" if found.id == REPORT else "laboratory",
        codes(assay.id),
        interpretation=flag,
        text=None if own and label.startswith(RESULT) else label,
        origin=origin,
    )


def _quantity(assay: OntologyClass, found: Quantity, time: datetime | None, place: str) -> TestResult:
    limits = found.reference_range
    unit = _unit(found.unit)
    written = None if found.value is None else f"{found.value:g}"
    return TestResult(
        name_of(assay),
        time,
        codes=codes(assay.id),
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
