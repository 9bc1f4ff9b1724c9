"""Bad input ends in one sentence that tells what to do; what was readable is still explained."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_makers import EXAMPLE, Given, Run, count

ANC = "751-8"


def problems_of(said: str) -> dict[str, dict[str, str]]:
    return {p["kind"]: p for p in json.loads(said)["problems"]}


def refused(penia: Run, source: object, *words: str) -> None:
    """Exit code 2 and one sentence on standard error that holds the words."""
    said = penia("explain", source)
    assert said.code == 2
    assert said.out == ""
    assert said.err.startswith("penia: ")
    assert said.err.strip().count("\n") == 0
    for word in words:
        assert word in said.err


def explained(penia: Run, source: object, kind: str) -> tuple[dict[str, object], dict[str, str]]:
    """The result as JSON, and its problem of that kind; exit code 0."""
    said = penia("explain", source, "--json")
    assert (said.code, said.err) == (0, "")
    return json.loads(said.out), problems_of(said.out)[kind]


def test_a_missing_file_is_named(penia: Run) -> None:
    refused(penia, "no/such/file.json", "no/such/file.json", "does not exist")


def test_an_empty_file_is_named(penia: Run, tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    path.write_bytes(b"")
    refused(penia, path, "empty.json is empty", "FHIR R4")


def test_an_empty_object_and_a_list_of_nothing_are_no_record(penia: Run, tmp_path: Path) -> None:
    for text in ("{}", "[]", "null", "3"):
        path = tmp_path / "x.json"
        path.write_text(text)
        refused(penia, path, "x.json")


def test_a_file_that_is_no_json_is_named(penia: Run, tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(b"%PDF-1.7 \x00\xff\xfe binary")
    refused(penia, path, "scan.pdf")


def test_a_truncated_file_is_explained_as_far_as_it_goes_and_the_break_is_listed(
    penia: Run, tmp_path: Path
) -> None:
    path = tmp_path / "cut.json"
    whole = EXAMPLE.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    said = penia("explain", path, "--json")
    assert said.code == 0
    assert any(
        "cut.json" in p["place"] or "cut.json" in p["reason"] for p in json.loads(said.out)["problems"]
    )


@pytest.mark.parametrize("part", [0.002, 0.004, 0.01, 0.05, 0.3, 0.7, 0.99, 0.9999])
def test_a_file_cut_anywhere_never_ends_in_a_fault(penia: Run, tmp_path: Path, part: float) -> None:
    path = tmp_path / "cut.json"
    whole = EXAMPLE.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    assert penia("explain", path, "--json").code in (0, 2)


def test_a_resource_that_says_nothing_of_a_person_is_refused(penia: Run, tmp_path: Path) -> None:
    path = tmp_path / "organization.json"
    path.write_text(json.dumps({"resourceType": "Organization", "id": "o", "name": "Clinic"}))
    refused(penia, path, "organization.json", "names no person")


def test_a_count_without_unit_is_left_out_by_name(penia: Run, bundle: Given) -> None:
    source = bundle(count("bare", 0.4, None, ANC), count("low", 0.8, code=ANC))
    result, problem = explained(penia, source, "unit-missing")
    assert problem["place"] == "Observation/bare"
    assert problem["remedy"]
    assert [low["value"] for low in result["episode"]["lows"]] == [0.8]


def test_4500_in_units_of_10_to_the_9_is_left_out_by_name(penia: Run, bundle: Given) -> None:
    result, problem = explained(penia, bundle(count("much", 4500)), "implausible")
    assert problem["place"] == "Observation/much"
    assert "4500" in problem["reason"]
    assert "episode" not in result or result["episode"] is None


def test_a_differential_of_180_percent_gives_no_counts(penia: Run, bundle: Given) -> None:
    cells = [count("n", 90, "%", "770-8"), count("l", 90, "%", "736-9")]
    _, problem = explained(penia, bundle(count("w", 2.0), *cells), "differential-sum")
    assert "180" in problem["reason"]


def test_a_result_of_the_future_is_left_out_by_name(penia: Run, bundle: Given) -> None:
    source = bundle(
        count("then", 0.1, code=ANC, when="2924-03-01"), count("a", 3.0, code=ANC), count("b", 5.0)
    )
    result, problem = explained(penia, source, "future-date")
    assert problem["place"] == "Observation/then"
    assert "counts may be missing" in str(result["headline"])


def test_two_people_under_one_id_are_told_apart_by_name(penia: Run, bundle: Given) -> None:
    other = {"resourceType": "Patient", "id": "p", "gender": "male", "birthDate": "1950-01-01"}
    _, problem = explained(penia, bundle(other, count("w", 2.0)), "two-people")
    assert problem["place"] == "Patient/p"
    assert "two people" in problem["remedy"]


def test_a_record_without_any_count_says_so(penia: Run, bundle: Given) -> None:
    said = penia("explain", bundle())
    assert said.code == 0
    assert "No white count in this record; give" in " ".join(said.out.split())


def test_a_record_without_a_low_count_ends_in_one_reassuring_sentence(penia: Run, bundle: Given) -> None:
    said = penia("explain", bundle(count("a", 6.1), count("b", 5.2, when="2024-05-01")))
    assert said.code == 0
    assert "No low count in this record; lowest was WBC 5.2" in said.out
    assert "2024-05-01" in said.out


def test_json_nested_ten_million_deep_is_refused(penia: Run, tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_bytes(b'{"resourceType": "Bundle", "entry": ' + b"[" * 10_000_000)
    refused(penia, path, "deep.json")


def test_a_deeply_nested_resource_among_good_ones_is_left_out_by_name(penia: Run, tmp_path: Path) -> None:
    path = tmp_path / "mixed.ndjson"
    deep = b'{"resourceType": "Observation", "id": "deep", "subject": {"reference": "Patient/p"}, "x": '
    lines = [b'{"resourceType": "Patient", "id": "p"}', json.dumps(count("w", 2.0)).encode()]
    lines.append(deep + b"[" * 100_000 + b"]" * 100_000 + b"}")
    path.write_bytes(b"\n".join(lines))
    said = penia("explain", path, "--json")
    assert said.code == 0
    result = json.loads(said.out)
    assert result["episode"]["lows"][0]["value"] == 2.0
    assert any("deep" in p["place"] or "mixed.ndjson" in p["place"] for p in result["problems"])
