"""An Explanation as FHIR: valid by a validator that is not ours, and with the same content."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from fhir.resources.R4B import get_fhir_model_class
from report_makers import EXPLANATION, FIRST, SEEN, changed

import penia
from penia.cli.source import EXAMPLES
from penia.explanation import Explanation
from penia.report import fhir
from penia.report.wording import is_published

REAL = penia.explain(penia.read(EXAMPLES / "clozapine.json"))
ALL = {
    "made up": EXPLANATION,
    "real": REAL,
    "nothing low": penia.explain(penia.read({"resourceType": "Patient", "id": "7"})),
    "a strange id": changed(person="Mrs Smith & <b>"),
    "thin, without a date": changed(thin=True, at=None, problems=()),
}


def resources(explanation: Explanation, kind: str) -> list[dict[str, Any]]:
    entries = fhir.bundle(explanation)["entry"]
    return [e["resource"] for e in entries if e["resource"]["resourceType"] == kind]


@pytest.mark.parametrize("explanation", ALL.values(), ids=list(ALL))
def test_every_resource_is_valid_by_another_validator(explanation: Explanation) -> None:
    told = json.loads(fhir.written(explanation))
    get_fhir_model_class("Bundle").model_validate(told)
    for entry in told["entry"]:
        resource = entry["resource"]
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)


def test_the_same_explanation_gives_the_same_bytes() -> None:
    assert fhir.written(REAL) == fhir.written(msgspec.json.decode(REAL.to_json(), type=Explanation))
    assert fhir.written(REAL) != fhir.written(EXPLANATION)


def test_the_ranking_is_that_of_the_explanation_in_percent() -> None:
    (risk,) = resources(REAL, "RiskAssessment")
    told = [(p["outcome"]["coding"][0]["code"], p["probabilityDecimal"]) for p in risk["prediction"]]
    assert told == [(c.causes[0], round(100 * c.probability, 2)) for c in REAL.candidates]


def test_a_drug_that_may_be_the_cause_is_an_issue_that_names_its_order_and_what_to_do() -> None:
    (issue,) = resources(REAL, "DetectedIssue")
    assert issue["implicated"] == [{"reference": "MedicationRequest/clozapine"}]
    assert issue["severity"] == "high"
    assert all("clozapine" in m["action"]["text"] for m in issue["mitigation"])


def test_an_unlikely_drug_is_no_issue() -> None:
    unlikely = msgspec.structs.replace(FIRST, probability=0.05)
    assert resources(changed(candidates=(unlikely,)), "DetectedIssue") == []


def test_every_test_is_a_proposal_and_never_an_order() -> None:
    asked = resources(EXPLANATION, "ServiceRequest")
    assert len(asked) == sum(s.kind in ("test", "follow-up") for s in EXPLANATION.plan) == 8
    assert {(r["status"], r["intent"]) for r in asked} == {("draft", "proposal")}
    assert all(": would " not in r["code"]["text"] for r in asked)


def test_the_first_note_is_what_matters_most_and_what_was_dropped_is_told() -> None:
    (guidance,) = resources(EXPLANATION, "GuidanceResponse")
    assert guidance["note"][0]["text"] == EXPLANATION.headline
    (outcome,) = resources(EXPLANATION, "OperationOutcome")
    assert [i["details"]["text"] for i in outcome["issue"]] == [p.kind for p in EXPLANATION.problems]
    assert resources(changed(thin=True), "GuidanceResponse")[0]["status"] == "data-requested"


def test_the_sources_of_the_figures_can_be_followed() -> None:
    whole = fhir.bundle(REAL)["entry"]
    risk = next(e["fullUrl"] for e in whole if e["resource"]["resourceType"] == "RiskAssessment")
    told = [p for p in resources(REAL, "Provenance") if p["target"] == [{"reference": risk}]]
    shown = {e["what"]["display"] for p in told for e in p["entity"]}
    wanted = {c.title for p in REAL.candidates[0].contributions for c in p.citations if is_published(c)}
    assert wanted
    assert all(any(display.startswith(title) for display in shown) for title in wanted)


def test_a_figure_that_nobody_checked_says_so() -> None:
    told = json.dumps(resources(changed(at=SEEN), "Provenance"))
    assert "Some Cohort of Tablets. Journal 3 (2018); figure not verified in this source" in told
    assert "expert judgement" not in told
