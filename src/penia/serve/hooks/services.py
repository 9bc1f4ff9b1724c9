"""Which services there are, and what they want to be sent."""

from __future__ import annotations

from typing import Any

PERSON = "{{context.patientId}}"
PREFETCH = {
    "patient": f"Patient/{PERSON}",
    "laboratory": f"Observation?patient={PERSON}&category=laboratory&_sort=-date&_count=1000",
    "vitals": f"Observation?patient={PERSON}&category=vital-signs&_sort=-date&_count=100",
    "conditions": f"Condition?patient={PERSON}&_count=500",
    "orders": f"MedicationRequest?patient={PERSON}&_count=500",
    "statements": f"MedicationStatement?patient={PERSON}&_count=500",
    "doses": f"MedicationAdministration?patient={PERSON}&_count=500",
    "procedures": f"Procedure?patient={PERSON}&_count=200",
    "encounters": f"Encounter?patient={PERSON}&_sort=-date&_count=50",
}
NEEDED = ("patient", "laboratory")
"""Without these there is nothing to look at."""

SERVICES: dict[str, tuple[str, str, str]] = {
    "penia-patient-view": (
        "patient-view",
        "Low white count: leading cause",
        "Says what cannot wait and the leading cause, where the record opened has a low white count.",
    ),
    "penia-order-select": (
        "order-select",
        "Drugs and low white counts",
        "Speaks up where a drug chosen may be the cause of a low count, or must not be begun at it.",
    ),
    "penia-order-sign": (
        "order-sign",
        "Drugs and low white counts",
        "Speaks up where a drug to be signed may be the cause of a low count, or must not be begun at it.",
    ),
}
"""id → hook, title, description"""


def discovered() -> dict[str, Any]:
    return {
        "services": [
            {"hook": hook, "title": title, "description": told, "id": name, "prefetch": PREFETCH}
            for name, (hook, title, told) in SERVICES.items()
        ]
    }
