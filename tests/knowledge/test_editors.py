"""The schemas for editors are current, and every file that ships passes its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from penia.knowledge.editors import FILES, schema
from penia.knowledge.store import DATA

DOCS = Path(__file__).parents[2] / "docs" / "schema"


@pytest.mark.parametrize("name", FILES)
def test_the_schema_in_the_docs_is_current(name: str) -> None:
    assert (DOCS / f"{name}.json").read_bytes() == schema(name)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("cause", "causes/hiv"),
        ("cause", "causes/acute-leukemia"),
        ("finer-cause", "causes/acute-leukemia/promyelocytic"),
        ("drug", "drugs/clozapine"),
        ("pattern", "patterns/cytotoxic"),
    ],
)
def test_a_file_that_ships_passes_and_a_slip_of_the_pen_does_not(name: str, file: str) -> None:
    check = Draft202012Validator(json.loads(schema(name)))
    content = yaml.load((DATA / f"{file}.yaml").read_text(), Loader=yaml.CSafeLoader)
    assert list(check.iter_errors(content)) == []
    assert list(check.iter_errors({**content, "fndings": []}))


def test_a_row_may_name_published_figures_in_place_of_a_number() -> None:
    row = {"$ref": "#/$defs/FindingRate", "$defs": json.loads(schema("cause"))["$defs"]}
    check = Draft202012Validator(row)
    assert check.is_valid({"key": "HP:0001945", "from": ["smith-2015"]})
    assert check.is_valid({"key": "HP:0001945", "p": 0.4})
    assert not check.is_valid({"key": "HP:0001945"})
