"""A user's command: what it says, and the records that it is given."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

EXAMPLE = Path(__file__).parents[2] / "src" / "penia" / "examples" / "clozapine.json"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"


class Said(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Said]
Given = Callable[..., Path]


def count(
    name: str, value: float, unit: str | None = "10*9/L", code: str = "6690-2", when: str = "2024-03-01"
) -> dict[str, object]:
    """An Observation with the id ``name``; the white cells unless ``code`` says otherwise."""
    quantity: dict[str, object] = {"value": value}
    if unit:
        quantity |= {"unit": unit, "system": UCUM, "code": unit}
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "subject": {"reference": "Patient/p"},
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "effectiveDateTime": when,
        "valueQuantity": quantity,
    }
