"""What the page lets one choose: lines with their units, drugs, findings. The same for everyone."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import msgspec

from penia import knowledge
from penia.codes.tables import rows
from penia.facts import read_facts
from penia.knowledge.investigations import investigations
from penia.record import Finding, Person, Record

LINES = {
    "ANC": "neutrophils",
    "WBC": "white cells",
    "ALC": "lymphocytes",
    "PLT": "platelets",
    "HB": "haemoglobin",
}
COUNT_UNITS = ("10*9/L", "10*3/uL", "/uL", "G/L", "K/uL", "/mm3")
UNITS = {**dict.fromkeys(LINES, COUNT_UNITS), "HB": ("g/dL", "g/L", "mmol/L")}
"""Line → units to choose from, as the table of units spells them."""
PRINTED = {"10*9/L": "×10⁹/L", "10*3/uL": "×10³/µL", "/uL": "/µL", "K/uL": "K/µL", "/mm3": "/mm³"}
"""Unit → as a laboratory prints it, where that differs."""


class Line(msgspec.Struct, frozen=True):
    id: str
    name: str
    units: tuple[str, ...]


class Vocabulary(msgspec.Struct, frozen=True):
    lines: tuple[Line, ...]
    drugs: tuple[str, ...]
    findings: tuple[str, ...]
    results: dict[str, str]
    """What an effect of a test says (``if blasts are seen``) → the finding that states it."""


@cache
def vocabulary() -> Vocabulary:
    names = _understood()
    shown = {key: name for name, key in names.items()}
    drugs = {row["name"] for row in rows("drugs")}
    return Vocabulary(
        lines=tuple(Line(line, name, UNITS[line]) for line, name in LINES.items()),
        drugs=tuple(sorted(drugs)),
        findings=tuple(sorted(names, key=str.casefold)),
        results={
            f"if {result.says}": shown[result.key]
            for test in investigations().investigations
            for result in test.results
            if result.key in shown
        },
    )


def code_of(name: str) -> str | None:
    """The key of a finding of the vocabulary."""
    return _understood().get(name)


@cache
def _understood() -> dict[str, str]:
    """Name → key of every finding whose name, put in a record, is read as that very finding."""
    when = datetime(2024, 1, 1, tzinfo=UTC)
    found: dict[str, str] = {}
    for key, finding in knowledge.load().findings.items():
        codes = (f"hpo:{key}",) if key.startswith("HP:") else ()
        said = Record(Person("nobody"), findings=(Finding(finding.name, time=when, codes=codes),))
        if any(fact.key == key and fact.present for fact in read_facts(said, when, when).facts):
            found[finding.name] = key
    return found
