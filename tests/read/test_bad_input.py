from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from fhir_makers import bundle, kinds, observation, patient, wbc

from penia.read import ReadError, read

DEEP = b"[" * 25_000_000 + b"]" * 25_000_000


def lines(*resources: dict[str, Any]) -> bytes:
    return b"\n".join(json.dumps(r).encode() for r in resources)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (b"", "is empty"),
        (b" \n \n", "is empty"),
        (b"hello", "no format that penia reads"),
        (b"{}", "no format that penia reads"),
        (b"[" * 1_000_000, "no format that penia reads"),
        (b'{"resourceType": "Pat', "ends in the middle, after byte 21"),
        (b'{"resourceType": "Organization", "id": "1"}', "names no person"),
        (b'{"resourceType": "Questionnaire", "id": "1"}', "Questionnaire/1: it names no subject"),
        (b'{"resourceType": "Bundle", "entry": ' + DEEP + b"}", "names no person"),
        (b'{"resourceType": ' + DEEP + b"}", "names no person"),
        (gzip.compress(b'{"resourceType": "Patient", "id": "1"}', mtime=0)[:20], "ends early, after byte"),
        ("/nowhere/at/all.json", "does not exist"),
        ("a\0b", "does not exist"),
    ],
)
def test_what_cannot_be_used_ends_in_one_sentence(given: bytes | str, told: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(given)
    message = str(caught.value)
    assert told in message and "\n" not in message and len(message) < 500


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("all.json.gz", b'{"resourceType": "Bundle", "entry": ['),
        ("packet.json.gz", b'{"phenotypicFeatures": ['),
        ("record.json.gz", b'{"person":{"id":'),
        ("labs.csv.gz", b"patient,date,WBC (G/L)\n"),
    ],
)
def test_a_bomb_in_gzip_is_named_and_not_unpacked(tmp_path: Path, name: str, start: bytes) -> None:
    (tmp_path / name).write_bytes(gzip.compress(start + bytes(40_000_000)))
    with pytest.raises(ReadError, match="zip bomb"):
        read(tmp_path / name)


def test_a_parquet_of_a_few_bytes_and_millions_of_cells_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "labs.parquet"
    duckdb.execute(
        f"copy (select 1 as patient, 2.5 as wbc from range(30_000_000)) to '{path}' (format parquet)"
    )
    with pytest.raises(ReadError, match="50,000,000 cells"):
        read(path)


def test_an_empty_folder_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="empty folder; give"):
        read(tmp_path)


def test_an_empty_record_is_a_record() -> None:
    made = read(patient())
    assert (made.person.id, made.counts, made.problems) == ("p", (), ())


def test_of_a_truncated_bundle_the_whole_entries_are_kept() -> None:
    whole = json.dumps(bundle(patient(), wbc(), observation("ANC", "751-8", 1.0, "10*9/L"))).encode()
    made = read(whole[: whole.index(b"751-8")])
    assert [c.lineage for c in made.counts] == ["WBC"]
    (problem,) = made.problems
    assert problem.kind == "broken-json" and "2 whole resources before the break were kept" in problem.reason


def test_a_truncated_line_is_named_by_its_number_and_the_rest_is_read() -> None:
    cut = lines(patient(), wbc())[:-30] + b"\n" + lines(observation("ANC", "751-8", 1.0, "10*9/L"))
    made = read(cut)
    assert [c.lineage for c in made.counts] == ["ANC"]
    assert [p.place for p in made.problems] == ["what was given line 2"]


def test_of_a_truncated_gzip_the_lines_before_the_break_are_read() -> None:
    many = [wbc(3.0 + i / 100, id=f"w{i}", effectiveDateTime=f"2024-01-{i + 1:02}") for i in range(28)]
    packed = gzip.compress(lines(patient(), *many))
    made = read(packed[: len(packed) * 3 // 4])
    assert 0 < len(made.counts) < 28
    assert "broken-file" in kinds(made)


def test_a_broken_file_of_a_folder_leaves_the_others_readable(tmp_path: Path) -> None:
    (tmp_path / "Observation.ndjson.gz").write_bytes(b"\x1f\x8bxxxxxxxxxxxx")
    (tmp_path / "Patient.ndjson").write_bytes(lines(patient()))
    (tmp_path / "notes.txt").write_text("not FHIR")
    made = read(tmp_path)
    assert made.person.id == "p"
    assert {p.place for p in made.problems} >= {"Observation.ndjson.gz"}


def test_a_resource_nested_too_deeply_leaves_the_rest_readable() -> None:
    deep = b'{"resource": {"resourceType": "Basic", "x": ' + DEEP + b"}}"
    start = json.dumps(bundle(patient(), wbc())).encode()[:-2]
    made = read(start + b", " + deep + b"]}")
    assert made.counts and "nested-too-deeply" in kinds(made)


def test_a_field_of_the_wrong_type_names_the_resource_and_the_field() -> None:
    made = read(bundle(patient(), wbc("3.0")))
    (problem,) = made.problems
    assert problem.place == "Observation/WBC" and "$.valueQuantity.value" in problem.reason


def test_a_resource_without_a_subject_belongs_to_nobody() -> None:
    stray = wbc()
    del stray["subject"]
    made = read(bundle(patient(), stray))
    assert not made.counts and kinds(made) == {"no-person"}


def test_a_resource_of_a_group_belongs_to_nobody() -> None:
    made = read(bundle(patient(), wbc(subject={"reference": "Group/7"})))
    assert not made.counts and kinds(made) == {"no-person"}


def test_of_two_versions_the_newest_holds() -> None:
    def version(value: float, when: str) -> dict[str, Any]:
        return wbc(value, meta={"lastUpdated": when})

    made = read(bundle(patient(), version(3, "2024-03-02T00:00:00Z"), version(2, "2024-03-01T00:00:00Z")))
    assert [c.value for c in made.counts] == [3.0]
    assert not made.problems


def test_two_contents_under_one_id_are_both_read_and_named() -> None:
    made = read(bundle(patient(), wbc(3.0), wbc(2.0)))
    assert len(made.counts) == 2 and kinds(made) == {"two-versions", "two-values-at-one-time"}


def test_a_line_break_in_an_id_does_not_break_the_sentence() -> None:
    lost = {**patient(), "id": "a\nb\x1b[31m"}
    with pytest.raises(ReadError) as caught:
        read(bundle(patient(), lost))
    assert str(caught.value).isprintable()
