"""A case read as it is, and the same case read from its FHIR form, give the same facts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from penia.read import read
from penia.read.case import DAY0, case_record, parse
from penia.read.told import told

pytestmark = pytest.mark.real

WHERE = {"origin", "origins", "codes", "specimen"}
"""Fields that tell where a fact stood and under which code, not what it says."""


def facts(record: Any, part: str) -> set[tuple[tuple[str, str], ...]]:
    """What each fact says; a test that is recognised is known by its analyte, whatever its name."""

    def said(fact: Any) -> tuple[tuple[str, str], ...]:
        fields = {f: getattr(fact, f) for f in fact.__struct_fields__ if f not in WHERE}
        if fields.get("analyte"):
            del fields["name"]
        if told(fields.get("note"), None, None, DAY0) != (None, None, False):
            for time in ("start", "stop", "stop_inferred"):
                del fields[time]  # by the words of a note, which in FHIR bears no day from which they count
        return tuple((name, str(value)) for name, value in fields.items())

    return {said(fact) for fact in getattr(record, part)}


def test_both_ways_give_the_same_facts(shared: Path) -> None:
    paths = sorted((shared / "cases" / "fhir").glob("*.json"))
    assert paths
    for path in paths:
        case_path = shared / "cases" / f"{path.stem}.case.json"
        case, fhir = case_record(parse(case_path.read_bytes(), case_path.name)), read(path)
        assert replace(case.person, birth=None) == replace(fhir.person, birth=None)
        assert _days_apart(case.person.birth, fhir.person.birth) <= 1
        for part in ("counts", "exposures", "conditions", "findings", "tests", "procedures", "stays"):
            assert facts(case, part) == facts(fhir, part), f"{path.stem}: {part} differ"


def _days_apart(one: date | None, other: date | None) -> int:
    """The case meets the stated age to the day; the Bundle's birth date was rounded."""
    return 0 if one is None or other is None else abs((one - other).days)
