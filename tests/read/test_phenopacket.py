"""GA4GH Phenopackets, as the official library writes them."""

# pyright: basic

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToJson, ParseDict
from phenopackets import Family
from phenopackets import Phenopacket as Official

import penia
from penia.read import recognise
from penia.read.phenopacket.times import LAST_SEEN, duration

NEUTROPENIA = {"id": "HP:0001875", "label": "Neutropenia"}


def packet(**parts: object) -> dict[str, object]:
    return {"id": "p1", "subject": {"id": "s1", "sex": "FEMALE"}, "metaData": {}, **parts}


def written(content: dict[str, object]) -> bytes:
    """Through the official protobuf, which refuses a field that the schema does not have."""
    return MessageToJson(ParseDict(content, Official())).encode()


def read(content: dict[str, object]) -> penia.Record:
    return penia.read(written(content))


def test_an_excluded_feature_is_absent_and_one_without_that_word_is_present():
    record = read(
        packet(
            phenotypicFeatures=[
                {"type": NEUTROPENIA},
                {"type": {"id": "HP:0001744", "label": "Splenomegaly"}, "excluded": True},
            ]
        )
    )
    assert {(f.codes, f.present) for f in record.findings} == {
        (("hpo:HP:0001875",), True),
        (("hpo:HP:0001744",), False),
    }


def test_ages_become_moments_before_the_last_encounter():
    record = read(
        packet(
            subject={"id": "s1", "sex": "MALE", "timeAtLastEncounter": {"age": {"iso8601duration": "P10Y"}}},
            phenotypicFeatures=[{"type": NEUTROPENIA, "onset": {"age": {"iso8601duration": "P2Y"}}}],
        )
    )
    assert record.person.sex == "male"
    assert record.person.age(LAST_SEEN) == pytest.approx(10, abs=0.01)
    (finding,) = record.findings
    assert finding.time is not None
    assert record.person.age(finding.time) == pytest.approx(2, abs=0.01)


def test_a_date_of_birth_goes_before_the_fixed_day():
    record = read(
        packet(
            subject={
                "id": "s1",
                "dateOfBirth": "1990-05-01T00:00:00Z",
                "timeAtLastEncounter": {"timestamp": "2020-05-01T00:00:00Z"},
            },
            phenotypicFeatures=[{"type": NEUTROPENIA}],
        )
    )
    assert record.person.birth == date(1990, 5, 1)
    assert record.findings[0].time == datetime(2020, 5, 1, tzinfo=UTC)


def count(value: float, unit: dict[str, str]) -> dict[str, object]:
    return {
        "assay": {"id": "LOINC:751-8", "label": "Neutrophils [#/volume] in Blood by Automated count"},
        "value": {"quantity": {"unit": unit, "value": value, "referenceRange": {"low": 2.0, "high": 7.0}}},
        "timeObserved": {"timestamp": "2024-02-01T08:00:00Z"},
    }


def test_a_count_with_a_ucum_unit_is_read_with_its_limits():
    unit = {"id": "UCUM:10*9/L", "label": "billion per liter"}
    (found,) = read(packet(measurements=[count(0.4, unit)])).counts
    assert (found.lineage, found.value, found.low) == ("ANC", 0.4, 2.0)


def test_a_count_whose_unit_is_not_certain_is_left_out_by_name():
    record = read(packet(measurements=[count(0.4, {"id": "UO:0000999", "label": "many"})]))
    assert not record.counts
    assert [(p.kind, p.place) for p in record.problems] == [("unit-unknown", "measurements/0")]


def test_excluded_diseases_are_refuted_and_treatments_have_their_dates():
    record = read(
        packet(
            diseases=[
                {"term": {"id": "OMIM:202700", "label": "Severe congenital neutropenia 1"}, "excluded": True}
            ],
            medicalActions=[
                {
                    "treatment": {
                        "agent": {"id": "DrugCentral:714", "label": "clozapine"},
                        "doseIntervals": [
                            {"interval": {"start": "2024-01-01T00:00:00Z", "end": "2024-02-01T00:00:00Z"}}
                        ],
                    }
                }
            ],
        )
    )
    assert [c.status for c in record.conditions] == ["refuted"]
    (drug,) = record.exposures
    assert (drug.ingredient, drug.stop) == ("clozapine", datetime(2024, 2, 1, tzinfo=UTC))


def test_a_family_gives_its_proband_and_what_its_relatives_have():
    content = {
        "id": "f1",
        "proband": packet(phenotypicFeatures=[{"type": NEUTROPENIA}]),
        "relatives": [packet(id="p2", phenotypicFeatures=[{"type": NEUTROPENIA}])],
        "metaData": {},
    }
    record = penia.read(MessageToJson(ParseDict(content, Family())).encode())
    assert sorted(f.kind for f in record.findings) == ["family", "finding"]


def test_a_pathogenic_variant_is_a_positive_test_of_its_gene():
    diagnosis = {
        "disease": {"id": "OMIM:202700", "label": "SCN1"},
        "genomicInterpretations": [
            {
                "subjectOrBiosampleId": "s1",
                "interpretationStatus": "CAUSATIVE",
                "variantInterpretation": {
                    "acmgPathogenicityClassification": "PATHOGENIC",
                    "variationDescriptor": {
                        "geneContext": {"valueId": "HGNC:3309", "symbol": "ELANE"},
                        "moleculeContext": "genomic",
                    },
                },
            }
        ],
    }
    record = read(packet(interpretations=[{"id": "i", "progressStatus": "SOLVED", "diagnosis": diagnosis}]))
    assert [(t.name, t.interpretation) for t in record.tests] == [("ELANE gene variant", "positive")]


def test_both_spellings_of_field_names_give_the_same_record():
    content = packet(
        subject={"id": "s", "timeAtLastEncounter": {"age": {"iso8601duration": "P3Y"}}},
        phenotypicFeatures=[{"type": NEUTROPENIA}],
    )
    message = ParseDict(content, Official())
    camel = penia.read(MessageToJson(message).encode())
    snake = penia.read(MessageToJson(message, preserving_proto_field_name=True).encode())
    assert camel == snake


def test_lines_of_packets_are_people_and_a_broken_one_is_left_out_by_name():
    lines = [json.dumps(packet(id=name, phenotypicFeatures=[{"type": NEUTROPENIA}])) for name in ("a", "b")]
    lines.insert(1, '{"id": "c", "phenotypicFeatures": 7}')
    records = list(penia.read_all("\n".join(lines).encode()))
    assert [r.person.id for r in records] == ["a", "b"]
    assert [[p.place for p in r.problems] for r in records] == [["what was given/2"]] * 2


def test_a_folder_of_packets_is_read_past_files_that_are_none(tmp_path: Path):
    (tmp_path / "README.md").write_text("about these packets")
    (tmp_path / "a.json").write_text(json.dumps(packet(id="a", phenotypicFeatures=[{"type": NEUTROPENIA}])))
    (tmp_path / "b.json").write_text('{"id": "b", "phenotypicFeatures": [')
    (tmp_path / "c.json").symlink_to(__file__)
    (record,) = penia.read_all(tmp_path)
    assert record.person.id == "a"
    assert {(p.kind, p.place) for p in record.problems} == {
        ("unreadable", "README.md"),
        ("unreadable", "b.json"),
        ("link-out", "c.json"),
    }


def test_two_packets_of_one_id_are_not_taken_for_one_person():
    lines = [
        json.dumps(packet(phenotypicFeatures=[{"type": NEUTROPENIA}])),
        json.dumps(packet(phenotypicFeatures=[])),
    ]
    (record,) = penia.read_all("\n".join(lines).encode())
    assert len(record.findings) == 1
    assert [(p.kind, p.place) for p in record.problems] == [("two-people", "p1")]


def test_a_packet_that_tells_nothing_is_one_and_what_has_none_of_its_fields_is_not():
    assert penia.read({"id": "p", "subject": {}, "phenotypicFeatures": []}).person.id == "p"
    with pytest.raises(penia.ReadError, match="none of a phenopacket's fields"):
        penia.read({"id": "p", "phenopacketSchemaVersion": "2.0"})


def test_the_format_is_recognised_with_a_reason():
    found = recognise(written(packet(phenotypicFeatures=[{"type": NEUTROPENIA}])))
    assert found.name == "phenopacket"
    assert "phenopacket" in found.why


@pytest.mark.parametrize(
    ("text", "days"), [("P1Y", 365.25), ("P1M", 30.4375), ("P2W", 14), ("P1DT12H", 1.5), ("P0D", 0)]
)
def test_durations(text: str, days: float):
    found = duration(text)
    assert found is not None
    assert found.total_seconds() / 86_400 == pytest.approx(days)


@pytest.mark.parametrize("text", ["", "P", "1Y", "P-1Y", "PYM", "P999999999Y"])
def test_what_is_no_duration_is_none(text: str):
    assert duration(text) is None


WHITE = {"id": "LOINC:6690-2", "label": "WBC"}
LOW = {"quantity": {"unit": {"id": "UCUM:10*9/L", "label": "10*9/L"}, "value": 2.5}}


def test_a_time_of_a_measurement_that_cannot_be_told_is_not_the_last_encounter():
    when = {"age": {"iso8601duration": "P2Y"}}
    last = {"timestamp": "2024-03-01T09:00:00Z"}
    record = read(
        packet(
            subject={"id": "s1", "timeAtLastEncounter": last},
            measurements=[{"assay": WHITE, "value": LOW, "timeObserved": when}],
        )
    )
    assert not record.counts and {"time-unreadable", "time-missing"} == {p.kind for p in record.problems}


def test_cells_of_a_sample_of_marrow_are_no_blood_count():
    taken = {"timestamp": "2024-03-01T09:00:00Z"}
    sample = {"id": "b", "timeOfCollection": taken, "measurements": [{"assay": WHITE, "value": LOW}]}
    marrow = {"id": "UBERON:0002371", "label": "bone marrow"}
    assert read(packet(biosamples=[sample])).counts
    assert not read(packet(biosamples=[{**sample, "sampledTissue": marrow}])).counts
