from __future__ import annotations

import gzip
import io
import json
import os
import sys
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

import pytest
from fhir_makers import bundle, condition, drug, observation, patient, percent, wbc
from hypothesis import given, settings
from hypothesis import strategies as st

from penia.read import ReadError, people, read, read_all
from penia.read.fhir import groups

ALL: list[dict[str, Any]] = [
    patient(birthDate="1970"),
    wbc(2.0),
    wbc(2.5, id="w2", effectiveDateTime="2024-02-01"),
    percent("neutrophils", "770-8", 30),
    percent("bands", "764-1", 4),
    observation("HIV", valueString="negative"),
    observation("Hb", "718-7", 9, None),
    drug("MedicationRequest", authoredOn="2024-01-01"),
    drug("MedicationAdministration", effectiveDateTime="2024-01-03"),
    drug("MedicationStatement", "zzyzxine"),
    condition("lupus"),
    {k: v for k, v in condition("asthma").items() if k != "id"},
    {k: v for k, v in condition("asthma", note=[{"text": "as a child"}]).items() if k != "id"},
    wbc(status="cancelled", id="w3"),
]
ONE = read(bundle(*ALL)).to_json()


def other(**fields: Any) -> dict[str, Any]:
    return {**patient(), "id": "q", **fields}


@settings(max_examples=40, deadline=None)
@given(st.permutations(ALL))
def test_the_order_of_resources_never_changes_a_byte(order: list[dict[str, Any]]) -> None:
    assert read(bundle(*order)).to_json() == ONE


@settings(max_examples=20, deadline=None)
@given(st.permutations(ALL), st.integers(1, len(ALL) - 1))
def test_splitting_over_files_never_changes_a_byte(
    tmp_path_factory: pytest.TempPathFactory, order: list[dict[str, Any]], cut: int
) -> None:
    folder = tmp_path_factory.mktemp("export")
    (folder / "a.json").write_text(json.dumps(bundle(*order[:cut]), indent=2))
    (folder / "b.ndjson.gz").write_bytes(gzip.compress("\n".join(map(json.dumps, order[cut:])).encode()))
    assert read(folder).to_json() == ONE


@pytest.mark.parametrize("indent", [None, 1])
def test_a_bundle_reads_the_same_from_path_bytes_stream_gzip_and_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, indent: int | None
) -> None:
    data = json.dumps(bundle(*ALL), indent=indent).encode()
    plain, packed = tmp_path / "b.json", tmp_path / "b.json.gz"
    plain.write_bytes(data)
    packed.write_bytes(gzip.compress(data[:100]) + gzip.compress(data[100:]))
    for source in (plain, str(packed), data, io.BytesIO(data), b"\xef\xbb\xbf" + data):
        assert read(source).to_json() == ONE
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert read("-").to_json() == ONE


def test_one_resource_a_line_reads_like_the_bundle() -> None:
    assert read("\n\n".join(map(json.dumps, ALL)).encode()).to_json() == ONE


def test_what_is_packed_for_its_size_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "LOOSE", 1_000)
    monkeypatch.setattr(groups, "BLOCK", 300)
    packed: list[int] = []
    pack = groups.Pile.pack

    def counted(pile: groups.Pile) -> None:
        before = len(pile.loose)
        pack(pile)
        packed.append(before - len(pile.loose))

    monkeypatch.setattr(groups.Pile, "pack", counted)
    assert read("\n".join(map(json.dumps, ALL)).encode()).to_json() == ONE
    assert sum(packed) > 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_that_gives_a_byte_first_is_unpacked_as_a_file_is(tmp_path: Path) -> None:
    def give() -> None:
        with pipe.open("wb", buffering=0) as stream:
            stream.write(packed[:1])
            sleep(0.1)
            stream.write(packed[1:])

    pipe, packed = tmp_path / "pipe", gzip.compress(json.dumps(bundle(*ALL)).encode())
    os.mkfifo(pipe)
    giver = Thread(target=give)
    giver.start()
    assert read(pipe).to_json() == ONE
    giver.join()


def test_a_bundle_with_one_entry_a_line_is_one_document() -> None:
    text = json.dumps(bundle(*ALL)).replace('{"resource": ', '\n{"resource": ')
    assert read(text.encode()).to_json() == ONE


def test_a_list_of_resources_reads_like_the_bundle() -> None:
    assert read(json.dumps(ALL).encode()).to_json() == ONE


def test_addresses_of_a_bundle_are_followed() -> None:
    urn = "urn:uuid:0b6e9f7a-0000-4000-8000-000000000001"
    entries = [
        {"fullUrl": urn, "resource": patient()},
        {"resource": wbc(subject={"reference": urn})},
        {"resource": wbc(2.0, id="v", subject={"reference": "http://a.org/fhir/Patient/p/_history/3"})},
    ]
    assert len(read({"resourceType": "Bundle", "entry": entries}).counts) == 2


def test_a_subject_named_by_identifier_is_found() -> None:
    number = {"system": "urn:oid:1.2.3", "value": "77"}
    made = read(bundle(patient(identifier=[number]), wbc(subject={"identifier": number})))
    assert len(made.counts) == 1


def test_several_people_are_listed_when_none_is_named() -> None:
    with pytest.raises(ReadError, match="holds 2 people; name one") as caught:
        read(bundle(patient(), other()))
    assert caught.value.people == ("p", "q")


def test_a_person_who_is_not_there_is_told_who_is() -> None:
    with pytest.raises(ReadError, match=r"no person 'x'.*it has p"):
        read(bundle(patient()), person="x")


@pytest.mark.parametrize("name", ["q", "Patient/q"])
def test_people_are_kept_apart(name: str) -> None:
    both = bundle(
        patient(), other(gender="male"), wbc(), wbc(1.0, id="w", subject={"reference": "Patient/q"})
    )
    made = read(both, person=name)
    assert (made.person.id, made.person.sex, [c.value for c in made.counts]) == ("q", "male", [1.0])
    assert [r.person.id for r in read_all(both)] == ["p", "q"]


def test_the_list_of_people_has_their_lowest_counts() -> None:
    both = bundle(*ALL, other())
    assert [(p.id, p.counts, p.wbc, p.anc) for p in people(both)] == [
        ("p", 4, 2.0, 0.6),
        ("q", 0, None, None),
    ]


def test_a_record_written_by_penia_is_read_again() -> None:
    assert read(ONE).to_json() == ONE


def test_a_broken_record_names_the_fault() -> None:
    with pytest.raises(ReadError, match="no whole Record"):
        read(ONE[:200])
