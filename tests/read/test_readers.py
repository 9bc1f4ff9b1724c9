"""The one interface: recognising a source, and readers of other packages."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fhir_makers import bundle, patient, wbc

from penia.read import ReadError, people, read, read_all, recognise
from penia.read.reader import Made, readers
from penia.read.source import opened
from penia.record import Person, Record


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Installs a reader as another package would."""

    def install(load: Any) -> None:
        point = SimpleNamespace(name="mylab", value="mylab.reader", load=load)
        monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [point])
        readers.cache_clear()

    yield install
    readers.cache_clear()


MYLAB = SimpleNamespace(
    FORMAT="the export of MyLab",
    recognises=lambda source: "it starts with MYLAB" if source.files[0].head().startswith(b"MYLAB") else None,
    load=lambda source, person=None: Made([Record(Person("b")), Record(Person("a"))]),
)


def test_a_source_is_recognised_with_the_reason() -> None:
    found = recognise(bundle(patient()))
    assert (found.name, found.why) == ("fhir", "the given dict holds FHIR resources")
    assert recognise(read(bundle(patient())).to_json()).name == "own"


def test_what_no_reader_takes_is_told_which_formats_there_are() -> None:
    with pytest.raises(ReadError, match=r"no format that penia reads; give one of: .*FHIR R4"):
        read(b"once upon a time")


def test_a_reader_of_another_package_reads_its_own_format_and_no_other(installed: Any) -> None:
    installed(lambda: MYLAB)
    assert recognise(b"MYLAB|1").format == "the export of MyLab"
    assert [r.person.id for r in read_all(b"MYLAB|1")] == ["a", "b"]
    assert [p.id for p in people(b"MYLAB|1")] == ["a", "b"]
    assert read(b"MYLAB|1", "b").person.id == "b"
    assert recognise(bundle(patient())).name == "fhir"


def test_a_reader_that_cannot_be_loaded_is_named(installed: Any) -> None:
    def broken() -> None:
        raise ImportError("no module named numbers_of_mylab")

    installed(broken)
    with pytest.raises(ReadError, match=r"reader mylab of mylab.reader cannot be loaded .*numbers_of_mylab"):
        read(bundle(patient()))


def test_the_address_of_a_server_is_shown_without_its_password() -> None:
    source = opened("postgresql://ann:secret@host:5432/cdm?password=secret")
    assert (source.name, source.url) == ("postgresql://ann@host:5432/cdm", source.url)
    with pytest.raises(ReadError) as caught:
        read("mysql://ann:secret@host/cdm")
    assert "secret" not in str(caught.value)


def test_a_link_that_leads_out_of_the_folder_is_named_and_not_followed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "export", tmp_path / "other.json"
    inside.mkdir()
    outside.write_text(json.dumps(wbc(0.1)))
    (inside / "a.json").write_text(json.dumps(bundle(patient(), wbc(3.0))))
    (inside / "b.json").symlink_to(inside / "a.json")
    (inside / "c.json").symlink_to(outside)
    made = read(inside)
    assert [c.value for c in made.counts] == [3.0]
    assert [(p.kind, p.place) for p in made.problems if p.kind == "link-out"] == [("link-out", "c.json")]
