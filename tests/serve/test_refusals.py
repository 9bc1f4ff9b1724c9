"""A refusal in the language of the page; what a catalogue does not know stays English."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
from serve_makers import LOW, ask, counts, served
from starlette.testclient import TestClient

TWO = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [{"resource": {"resourceType": "Patient", "id": i}} for i in ("a", "b")],
}


def file(content: bytes) -> dict[str, Any]:
    return {"file": {"base64": base64.b64encode(content).decode()}}


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (file(b""), "ist leer"),
        (file(b"hello"), "hat kein Format, das penia liest"),
        (file(b"PK\x03\x04"), "Zip-Archiv"),
        (file(b"<a/>"), "als FHIR R4 JSON exportieren"),
        (file(json.dumps(TWO).encode()), "Diese Quelle enthält 2 Personen"),
        (file(b"patient,color\n1,red\n"), "keine ihrer Spalten"),
        (file(b"patient,date,ANC (10^9/L)\n1,03/04/2024,1.2\n"), "Tag oder dem Monat"),
        (counts(("ANC", "1", "10*9/L", "1500-01-01")), "Ein Datum liegt vor 1900"),
        (counts(("ANC", "1", "10*9/L", "soon")), "Die Angaben passen nicht"),
    ],
)
def test_a_refusal_is_told_in_the_language_that_the_page_asks_for(
    client: TestClient, facts: dict[str, Any], told: str
) -> None:
    refused = ask(client, facts, "?format=part&lang=de")
    assert refused.status_code == 422 and told in refused.json()["error"]
    english = ask(client, facts, "?format=part").json()["error"]
    assert not re.search("[äöüß]|ist leer|keine", english)


def test_a_refusal_before_the_handler_is_told_in_that_language_too() -> None:
    with served(body=10) as small:
        refused = ask(small, LOW, "?lang=de")
    assert refused.status_code == 413 and "Die Anfrage ist größer" in refused.json()["error"]


def test_an_unknown_language_is_refused_in_english(client: TestClient) -> None:
    refused = ask(client, LOW, "?lang=xx")
    assert refused.status_code == 400 and refused.json()["error"].startswith("lang must be one of")
