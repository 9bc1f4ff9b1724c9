"""Whose a resource is: never another person's, and never silently."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fhir_makers import bundle, counts, kinds, patient, wbc

from penia.read import ReadError, read, read_all
from penia.read.fhir.groups import grouped
from penia.read.source import opened


def test_two_contained_patients_are_not_one_person_for_sharing_a_local_id() -> None:
    inside: dict[str, Any] = {
        "contained": [{"resourceType": "Patient", "id": "pt"}],
        "subject": {"reference": "#pt"},
    }
    made = read(bundle(patient(), wbc(2.0, id="a", **inside), wbc(9.0, id="b", **inside)))
    assert not made.counts
    assert [p.place for p in made.problems] == ["Observation/a"] and made.problems[0].count == 2


def test_an_identifier_of_two_people_names_neither() -> None:
    shared = [{"system": "hospital", "value": "7"}]
    source = bundle(
        patient(id="a", identifier=shared),
        patient(id="b", identifier=shared),
        wbc(2.0, subject={"identifier": shared[0]}),
    )
    made = {record.person.id: record for record in read_all(source)}
    assert not made["a"].counts and not made["b"].counts
    assert kinds(made["a"]) == {"two-people"}


def test_one_id_at_two_servers_is_named() -> None:
    source = bundle(patient(gender="male"), patient(gender="male"), wbc(2.0))
    for entry, server in zip(source["entry"], "ab", strict=False):
        entry["fullUrl"] = f"https://{server}/Patient/p"
    made = read(source)
    assert kinds(made) == {"two-people"}


def test_a_patient_without_any_id_is_told_to_have_one() -> None:
    with pytest.raises(ReadError, match="neither an id nor a fullUrl"):
        read({"resourceType": "Patient", "gender": "male"})


def test_bundles_within_a_batch_response_are_read() -> None:
    page = bundle(patient(), wbc(2.0))
    made = read(bundle(page))
    assert counts(made) == {"WBC": 2.0} and not made.problems


def test_a_tower_of_bundles_is_no_fault() -> None:
    tower = bundle(patient(), wbc(2.0))
    for _ in range(200):
        tower = bundle(tower)
    try:
        assert counts(read(tower)) == {"WBC": 2.0}
    except ReadError as error:
        assert "nested" in str(error)


def test_one_page_of_several_says_so() -> None:
    page = bundle(patient(), wbc(2.0))
    page["link"] = [{"relation": "next", "url": "https://a/2"}]
    assert kinds(read(page)) == {"more-pages"}


def test_an_empty_entry_leaves_the_others_readable() -> None:
    source = bundle(patient(), wbc(2.0))
    source["entry"] = [None, *source["entry"], "x"]
    made = read(source)
    assert counts(made) == {"WBC": 2.0} and kinds(made) == {"not-fhir"}


def test_files_put_together_with_their_byte_order_marks_are_read() -> None:
    lines = b"\n".join(b"\xef\xbb\xbf" + json.dumps(r).encode() for r in (patient(), wbc(2.0)))
    assert counts(read(lines)) == {"WBC": 2.0}


class Asked(dict[str, str]):
    """Counts how often it is looked into."""

    times = 0

    def get(self, key: str, default: Any = None) -> Any:
        self.times += 1
        return super().get(key, default)


def test_whose_a_resource_is_is_asked_once_for_each_person() -> None:
    groups = grouped(opened(bundle(*(patient(id=f"{n}") for n in range(50)))), {})
    groups.aliases = asked = Asked(groups.aliases)
    assert all([*groups.of(name)] for name in groups.people())
    assert asked.times == 50
