"""CDS Hooks: what is told, when nothing is, and that every action is a real one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from cds_makers import SEEN, asked, bundle, recent
from fhir.resources.R4B import get_fhir_model_class
from jsonschema import validate
from serve_makers import EXAMPLE, served
from starlette.testclient import TestClient

import penia
from penia.serve.hooks.orders import of_orders
from penia.serve.hooks.request import Sent
from penia.serve.settings import FhirServer, Settings

TEXT = {"type": "string", "minLength": 1}
ACTION = {
    "type": "object",
    "required": ["type", "description"],
    "oneOf": [
        {"properties": {"type": {"enum": ["create", "update"]}}, "required": ["resource"]},
        {"properties": {"type": {"const": "delete"}}, "required": ["resourceId"]},
    ],
}
SUGGESTION = {
    "type": "object",
    "required": ["label"],
    "properties": {"label": TEXT, "uuid": TEXT, "actions": {"type": "array", "items": ACTION}},
}
CARD = {
    "type": "object",
    "required": ["summary", "indicator", "source"],
    "properties": {
        "uuid": TEXT,
        "summary": {"type": "string", "minLength": 1, "maxLength": 140},
        "detail": TEXT,
        "indicator": {"enum": ["info", "warning", "critical"]},
        "source": {"type": "object", "required": ["label"], "properties": {"label": TEXT}},
        "suggestions": {"type": "array", "minItems": 1, "items": SUGGESTION},
        "selectionBehavior": {"enum": ["at-most-one", "any"]},
        "links": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["label", "url", "type"],
                "properties": {"type": {"enum": ["absolute", "smart"]}, "url": {"pattern": "^https?://"}},
            },
        },
    },
    "dependentRequired": {"suggestions": ["selectionBehavior"]},
    "additionalProperties": True,
}
"""The specification's tables (CDS Hooks 2.0, card attributes), in our own writing."""


def cards(client: TestClient, request: dict[str, Any]) -> list[dict[str, Any]]:
    answer = client.post(f"/cds-services/penia-{request['hook']}", json=request)
    assert answer.status_code == 200, answer.text
    told = answer.json()["cards"]
    for card in told:
        validate(card, CARD)
    return told


def order(drug: str, status: str = "draft") -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest",
        "id": "draft-1",
        "status": status,
        "intent": "order",
        "subject": {"reference": "Patient/example"},
        "medicationCodeableConcept": {"text": drug},
    }


def actions(card: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for suggestion in card.get("suggestions", []):
        yield from suggestion["actions"]


def test_the_discovery_names_three_hooks_with_their_prefetch(client: TestClient) -> None:
    services = client.get("/cds-services").json()["services"]
    assert [s["hook"] for s in services] == ["patient-view", "order-select", "order-sign"]
    for service in services:
        assert service["description"]
        assert service["id"] == f"penia-{service['hook']}"
        assert all("{{context.patientId}}" in query for query in service["prefetch"].values())


def test_an_agranulocytosis_is_one_critical_card_that_names_the_drug_and_stops_it(client: TestClient) -> None:
    (card,) = cards(client, asked())
    assert card["indicator"] == "critical"
    assert "ANC 0.1" in card["summary"]
    stop = next(a for a in actions(card) if a["type"] == "update")
    assert stop["resource"]["status"] == "stopped"
    assert stop["resource"]["id"] == "clozapine"


@pytest.mark.parametrize("person", ["example", "Patient/example"])
def test_every_action_holds_a_valid_resource_of_that_person(client: TestClient, person: str) -> None:
    (card,) = cards(client, asked() | {"context": {"userId": "Practitioner/1", "patientId": person}})
    kinds = set[str]()
    for action in actions(card):
        resource = action["resource"]
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
        assert resource["subject"]["reference"] == "Patient/example"
        kinds.add(f"{action['type']} {resource['resourceType']}")
    assert "update MedicationRequest" in kinds
    assert kinds <= {"update MedicationRequest", "create ServiceRequest"}  # at 97 % no test need be worth it


def test_where_no_drug_is_known_a_test_is_ordered(client: TestClient) -> None:
    unknown = [r for r in recent() if not r["resourceType"].startswith("Medication")]
    (card,) = cards(client, asked(resources=unknown))
    orders = [action["resource"] for action in actions(card) if action["type"] == "create"]
    assert orders
    for resource in orders:
        get_fhir_model_class("ServiceRequest").model_validate(resource)
        assert resource["subject"]["reference"] == "Patient/example"


def test_an_old_low_count_raises_no_alarm(client: TestClient) -> None:
    assert cards(client, asked(resources=recent(days_ago=3))) != []
    assert cards(client, asked(resources=recent(days_ago=60))) == []


def test_there_is_no_card_where_there_is_nothing_to_say(client: TestClient) -> None:
    patient = [r for r in recent() if r["resourceType"] == "Patient"]
    normal = [r for r in recent() if r.get("id", "").startswith("blood-count-4")]
    assert cards(client, asked(resources=[*patient, *normal])) == []


@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
def test_a_drug_that_is_a_likely_cause_can_be_taken_back(client: TestClient, hook: str) -> None:
    chosen: dict[str, Any] = {"selections": ["MedicationRequest/draft-1"]} if hook == "order-select" else {}
    (card,) = cards(client, asked(hook, draftOrders=bundle([order("clozapine 100 mg tablet")]), **chosen))
    assert card["summary"].startswith("clozapine is a likely cause")
    assert next(iter(actions(card)))["resourceId"] == "MedicationRequest/draft-1"


def test_a_drug_that_is_less_likely_than_not_is_called_a_possible_cause() -> None:
    record = penia.read(EXAMPLE)
    explained = penia.explain(record)
    first = msgspec.structs.replace(explained.candidates[0], probability=0.3)
    unsure = msgspec.structs.replace(explained, candidates=(first, *explained.candidates[1:]))
    (card,) = of_orders(Sent(record, {}, (order("clozapine"),), "p"), unsure, SEEN, Settings())
    assert card["summary"].startswith("clozapine is a possible cause") and "30 %" in card["summary"]
    assert card["indicator"] == "warning"


def test_a_drug_that_may_not_be_begun_at_this_count_says_by_whose_rule(client: TestClient) -> None:
    without = [r for r in recent() if not r["resourceType"].startswith("Medication")]
    (card,) = cards(client, asked("order-sign", without, draftOrders=bundle([order("clozapine")])))
    assert card["indicator"] == "warning"
    assert "begin only with" in card["summary"]
    assert card["links"]


def test_a_drug_that_often_lowers_the_count_gives_pause_where_it_is_low_and_says_by_which_figure(
    client: TestClient,
) -> None:
    without = [r for r in recent() if not r["resourceType"].startswith("Medication")]
    request = asked("order-sign", without, draftOrders=bundle([order("carboplatin")]))
    (card,) = cards(client, request)
    assert card["summary"].startswith(
        "carboplatin lowers white counts in 67 % of those treated; ANC was 0.1 on"
    )
    assert "ovarian cancer" in card["detail"]
    assert card["indicator"] == "warning"
    assert next(iter(actions(card)))["type"] == "delete"
    normal = [r for r in without if not r.get("id", "").startswith("blood-count-5")]
    assert cards(client, asked("order-sign", normal, draftOrders=bundle([order("carboplatin")]))) == []


@pytest.mark.parametrize(
    ("drug", "context"),
    [("amoxicillin", {}), ("no such drug", {}), ("clozapine", {"selections": ["MedicationRequest/other"]})],
)
def test_another_order_passes_without_a_word(client: TestClient, drug: str, context: dict[str, Any]) -> None:
    hook = "order-select" if context else "order-sign"
    assert cards(client, asked(hook, draftOrders=bundle([order(drug)]), **context)) == []
    assert cards(client, asked(hook)) == []


def test_the_same_request_gives_the_same_card(client: TestClient) -> None:
    assert [c["uuid"] for c in cards(client, asked())] == [c["uuid"] for c in cards(client, asked())]


def test_the_text_of_a_record_is_no_markup_in_a_card() -> None:
    from penia.serve.hooks.cards import plain, shortened

    assert plain("[x](javascript:1) <b>") == r"\[x\]\(javascript:1\) \<b\>"
    assert len(shortened("word " * 100)) <= 140


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"hook": "order-sign"}, 400),
        ({"prefetch": {}}, 412),
        ({"prefetch": {"patient": None, "laboratory": None}}, 412),
        ({"context": {}}, 400),
        (
            {"prefetch": {"patient": {"resourceType": "Patient", "id": "other"}, "laboratory": bundle([])}},
            422,
        ),
        ({"prefetch": {"patient": {"entry": 7}, "laboratory": {"resourceType": "Bundle", "entry": 7}}}, 422),
        ({"prefetch": 3}, 400),
    ],
)
def test_a_request_that_does_not_fit_is_refused_in_one_sentence(
    client: TestClient, change: dict[str, Any], status: int
) -> None:
    answer = client.post("/cds-services/penia-patient-view", json=asked() | change)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"].endswith(".")


def test_feedback_is_taken_and_a_service_that_is_not_there_is_named() -> None:
    told = {"feedback": [{"card": "x", "outcome": "accepted", "outcomeTimestamp": "2024-05-20T08:00:00Z"}]}
    with served() as client:
        assert client.post("/cds-services/penia-patient-view/feedback", json=told).status_code == 200
        assert client.post("/cds-services/penia-patient-view/feedback", json={}).status_code == 400
        assert client.post("/cds-services/other/feedback", json=told).status_code == 404
        assert client.post("/cds-services/other", json=asked()).status_code == 404


def test_links_lead_to_the_address_that_the_operator_named() -> None:
    with served(base="https://penia.example") as client:
        (card,) = cards(client, asked())
    assert card["source"]["url"] == "https://penia.example/"
    assert card["links"][0]["url"] == "https://penia.example/"


@pytest.mark.parametrize("hook", ["patient-view", "order-sign"])
def test_where_a_fhir_server_may_start_the_page_the_card_does_so_with_the_open_record(hook: str) -> None:
    servers = (FhirServer("https://ehr.example/fhir", "penia"),)
    orders: dict[str, Any] = {"draftOrders": bundle([order("clozapine")])} if hook == "order-sign" else {}
    with served(base="https://penia.example", fhir_servers=servers) as client:
        (card,) = cards(client, asked(hook, **orders))
        assert client.get("/launch").status_code == 200
    (link,) = (each for each in card["links"] if each["type"] == "smart")
    assert link["url"] == "https://penia.example/launch"
    assert not any(each["url"] == "https://penia.example/" for each in card["links"])


def test_without_the_address_by_which_browsers_reach_it_nothing_is_to_be_started() -> None:
    with served(fhir_servers=(FhirServer("https://ehr.example/fhir", "penia"),)) as client:
        (card,) = cards(client, asked())
    assert {each["type"] for each in card["links"]} == {"absolute"}
