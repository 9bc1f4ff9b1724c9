"""A record that is written and read again tells the same, whatever the format."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import penia
from penia.errors import PeniaError
from penia.record import (
    Condition,
    Count,
    Exposure,
    Finding,
    Person,
    Procedure,
    Record,
    Stay,
    TestResult,
)
from penia.write import FORMATS, Format

EXAMPLE = Path(penia.__file__).parent / "examples" / "clozapine.json"
DAY = datetime(2024, 3, 1, 9, tzinfo=UTC)

Facts = dict[str, list[tuple[object, ...]]]

TOLD = {
    "counts": ("lineage", "time", "value", "comparator", "low", "high", "interpretation"),
    "exposures": ("kind", "name", "ingredient", "start", "stop", "doses", "route", "note"),
    "conditions": ("name", "codes", "status", "since", "until"),
    "findings": ("name", "present", "kind", "time", "codes"),
    "tests": (
        "name",
        "codes",
        "time",
        "value",
        "unit",
        "comparator",
        "interpretation",
        "text",
        "low",
        "high",
    ),
    "procedures": ("name", "codes", "time"),
    "stays": ("setting", "start", "stop"),
}
"""What every format keeps of each fact."""


def facts(record: Record) -> Facts:
    return {
        part: sorted((tuple(getattr(fact, n) for n in names) for fact in getattr(record, part)), key=repr)
        for part, names in TOLD.items()
    }


def again(record: Record, to: Format) -> Record:
    return penia.read(penia.convert(record, to))


def is_valid(data: bytes, to: Format) -> None:
    """By software that penia does not share: raises where it is not."""
    if to == "fhir":
        from fhir.resources.R4B.bundle import Bundle

        Bundle.model_validate_json(data)
    elif to == "phenopacket":
        from google.protobuf.json_format import Parse

        packet: Any = Parse(data, import_module("phenopackets").Phenopacket())
        assert packet.meta_data.phenopacket_schema_version == "2.0"


times = st.integers(0, 2000).map(lambda hours: DAY - timedelta(hours=hours))
maybe = st.none() | times
numbers = st.integers(5, 95).map(lambda n: n / 100)
counts = st.builds(
    Count,
    time=times,
    lineage=st.sampled_from(["WBC", "ALC", "RETIC", "HCT", "CD4"]),
    value=st.just(0.4),
    comparator=st.sampled_from([None, "<", ">="]),
    low=st.none() | numbers,
    high=st.none() | numbers,
    interpretation=st.sampled_from([None, "low", "high", "normal"]),
)
drugs = st.sampled_from(
    [
        ("clozapine", "clozapine"),
        ("carbamazepine 200 mg tablet", "carbamazepine"),
        ("unheard-of potion", None),
    ]
)


def exposure(
    drug: tuple[str, str | None], start: datetime | None, days: int | None, note: str | None
) -> Exposure:
    stop = start + timedelta(days=days) if start and days is not None else None
    return Exposure(drug[0], "drug", drug[1], start, stop, note=note, route="oral")


exposures = st.builds(
    exposure, drugs, maybe, st.none() | st.integers(0, 90), st.sampled_from([None, "300 mg twice daily"])
)
diagnoses = st.sampled_from(
    [("Aplastic anaemia", ("icd10cm:D61.9",)), ("HIV", ("snomed:86406008",)), ("a strange disease", ())]
)


def condition(
    what: tuple[str, tuple[str, ...]], status: str, since: datetime | None, ended: bool
) -> Condition:
    until = since + timedelta(days=3) if since and ended and status == "past" else None
    made = {"name": what[0], "codes": what[1], "status": status, "until": until}
    return msgspec.convert({**made, "since": None if status == "suspected" else since}, Condition)


conditions = st.builds(
    condition, diagnoses, st.sampled_from(["active", "past", "refuted", "suspected"]), maybe, st.booleans()
)
findings = st.builds(
    Finding,
    st.sampled_from(["Fever", "Splenomegaly"]),
    st.booleans(),
    st.just("finding"),
    maybe,
    st.sampled_from([(), ("hpo:HP:0001945",)]),
) | st.builds(
    Finding,
    st.sampled_from(["splenectomy in youth", "uncle: anaemia"]),
    st.just(True),
    st.sampled_from(["history", "family", "allergy", "place"]),
    maybe,
)
tests = st.builds(
    TestResult,
    name=st.sampled_from(["ferritin", "a test of ours"]),
    time=maybe,
    value=numbers,
    unit=st.sampled_from(["ug/L", "mmol/L", None]),
    interpretation=st.sampled_from([None, "high"]),
) | st.builds(
    TestResult,
    name=st.just("blood film"),
    time=maybe,
    interpretation=st.sampled_from([None, "abnormal"]),
    text=st.sampled_from(["toxic granulation", "follow-up is normal"]),
)


def first_each(found: list[Exposure]) -> tuple[Exposure, ...]:
    """One course a drug: how courses are joined is the readers' matter."""
    return tuple({e.name: e for e in found}.values())


records = st.builds(
    Record,
    person=st.builds(
        Person,
        id=st.sampled_from(["7", "case-1"]),
        sex=st.sampled_from([None, "female", "male"]),
        birth=st.none() | st.dates(date(1930, 1, 1), date(2020, 1, 1)),
        ancestry=st.sampled_from([(), ("Black or African American",)]),
    ),
    counts=st.lists(counts, max_size=4, unique_by=lambda c: (c.time, c.lineage)).map(tuple),
    exposures=st.lists(exposures, max_size=3).map(first_each),
    conditions=st.lists(conditions, max_size=3, unique_by=lambda c: c.name).map(tuple),
    findings=st.lists(findings, max_size=3, unique_by=lambda f: (f.name, f.kind)).map(tuple),
    tests=st.lists(tests, max_size=3, unique_by=lambda t: t.name).map(tuple),
    procedures=st.builds(Procedure, st.just("bone marrow biopsy"), time=maybe).map(lambda p: (p,)),
    stays=st.builds(
        Stay, st.sampled_from(["outpatient", "emergency", "intensive-care", "haematology"]), maybe
    ).map(lambda s: (s,)),
)


@pytest.mark.parametrize("to", FORMATS)
@settings(max_examples=30, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(record=records)
def test_a_record_that_is_written_is_valid_and_reads_as_the_same_facts(to: Format, record: Record) -> None:
    data = penia.convert(record, to)
    is_valid(data, to)
    found = penia.read(data)
    assert facts(found) == facts(record)
    assert found.person == record.person


@pytest.mark.parametrize("to", FORMATS)
def test_the_example_keeps_its_facts_and_its_leading_cause(to: Format) -> None:
    record = penia.read(str(EXAMPLE))
    found = again(record, to)
    assert facts(found) == facts(record)
    mine, theirs = (penia.explain(r).candidates[0] for r in (record, found))
    assert theirs.causes == mine.causes
    assert theirs.probability == pytest.approx(mine.probability, abs=1e-9)


@pytest.mark.parametrize("to", FORMATS)
def test_the_same_record_gives_the_same_bytes(to: Format) -> None:
    assert penia.convert(penia.read(str(EXAMPLE)), to) == penia.convert(penia.read(str(EXAMPLE)), to)


@pytest.mark.parametrize("to", FORMATS)
def test_single_doses_stay_single_doses(to: Format) -> None:
    doses = (DAY, DAY + timedelta(days=7))
    given_twice = Exposure("methotrexate", "drug", "methotrexate", doses[0], doses[1], doses)
    assert facts(again(Record(Person("7"), exposures=(given_twice,)), to))["exposures"] == [
        ("drug", "methotrexate", "methotrexate", *doses, doses, None, None)
    ]


@pytest.mark.parametrize("to", FORMATS)
def test_a_course_without_a_stop_does_not_swallow_a_later_one(to: Format) -> None:
    later = DAY + timedelta(days=40)
    courses = tuple(Exposure("clozapine", "drug", "clozapine", start) for start in (DAY, later))
    found = again(Record(Person("7"), exposures=courses), to)
    assert [e.start for e in found.exposures] == [DAY, later]


@pytest.mark.parametrize("to", FORMATS)
def test_what_was_met_beside_drugs_stays_what_it_is(to: Format) -> None:
    met = (
        Exposure("benzene", "chemical", start=DAY, note="ten years at a refinery"),
        Exposure("radiotherapy of the pelvis", "radiation", start=DAY),
        Exposure("influenza vaccine", "vaccine", None, DAY, DAY, (DAY,)),
    )
    found = facts(again(Record(Person("7"), exposures=met), to))["exposures"]
    assert found == facts(Record(Person("7"), exposures=met))["exposures"]


def test_a_suspected_diagnosis_is_no_disease_of_a_phenopacket() -> None:
    record = Record(Person("7"), conditions=(Condition("HIV", status="suspected"),))
    written = json.loads(penia.convert(record, "phenopacket"))
    assert "diseases" not in written
    assert written["interpretations"][0]["progressStatus"] == "IN_PROGRESS"


def test_an_id_that_fhir_forbids_is_made_a_plain_one_and_kept_as_an_identifier() -> None:
    data = penia.convert(Record(Person("PMID:12/3 ä")), "fhir")
    is_valid(data, "fhir")
    patient = json.loads(data)["entry"][0]["resource"]
    assert patient["identifier"] == [{"value": "PMID:12/3 ä"}]
    assert penia.read(data).person.id == patient["id"]


def test_an_unknown_format_is_refused_in_one_sentence() -> None:
    with pytest.raises(PeniaError, match="no format that penia writes"):
        penia.convert(Record(Person("7")), "hl7v2")


@pytest.mark.parametrize("form", FORMATS)
def test_of_a_drug_that_is_over_the_latest_end_is_written_as_such(form: Format) -> None:
    over = Exposure("clozapine", "drug", "clozapine", DAY, DAY + timedelta(days=9), stop_inferred=True)
    stated = Exposure("aspirin", "drug", "aspirin", DAY, DAY + timedelta(days=9))
    found = {e.name: e for e in again(Record(Person("7"), exposures=(over, stated)), form).exposures}
    assert found["clozapine"].stop_inferred and found["clozapine"].stop == over.stop
    assert not found["aspirin"].stop_inferred and found["aspirin"].stop == stated.stop
