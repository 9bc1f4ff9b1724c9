"""Next tests as proposals, suspected drugs as detected issues, ranked causes as one risk assessment."""

from __future__ import annotations

from penia.explanation import Candidate, Explanation, Step
from penia.explanation.wording import percent, telling, weighed
from penia.infer.weights import weights
from penia.report.fhir.elements import Json, cause, instant, references, subject

PRIORITIES = {"now": "stat", "today": "urgent", "days": "routine", "routine": "routine"}
SEVERITIES = {"now": "high", "today": "moderate", "soon": "low"}


def request(step: Step, person: str) -> Json:
    """A proposal of one test: a draft that orders nothing by itself."""
    return {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "proposal",
        "priority": PRIORITIES[step.urgency],
        "code": {"text": named(step)},
        "subject": subject(person),
        "note": [{"text": step.text}],
    }


def named(step: Step) -> str:
    """The test without what it would tell."""
    return step.text.partition(": would ")[0]


def risk(explanation: Explanation) -> Json:
    """R4 states a probability in percent. Those of causes that may be together can sum to more than 100."""
    basis = [p for c in explanation.candidates[:1] for part in c.contributions for p in part.places]
    return {
        "resourceType": "RiskAssessment",
        "status": "final",
        "method": {"text": "Bayesian: prior, findings and counts of each cause"},
        "subject": subject(explanation.person),
        **_when(explanation, "occurrenceDateTime"),
        **({"basis": found} if (found := references(basis)) else {}),
        "prediction": [_prediction(c) for c in explanation.candidates],
    }


def _prediction(candidate: Candidate) -> Json:
    told = weighed(telling(candidate))
    return {
        "outcome": cause(candidate.causes[0], candidate.name),
        "probabilityDecimal": round(100 * candidate.probability, 2),
        **({"rationale": told} if told else {}),
    }


def issues(explanation: Explanation) -> list[Json]:
    """One for each drug that may well be a cause."""
    return [_issue(candidate, explanation) for candidate in explanation.candidates if is_issue(candidate)]


def is_issue(candidate: Candidate) -> bool:
    """A drug that is likely enough to be told of."""
    return candidate.causes[0].startswith("drug:") and candidate.probability >= weights().suspect.value


def _issue(candidate: Candidate, explanation: Explanation) -> Json:
    drug = candidate.causes[0]
    found = references(p for part in candidate.contributions[:1] for p in part.places)
    stops = [s for s in explanation.plan if s.kind == "stop" and drug in s.causes]
    level = explanation.urgency[0].level if explanation.urgency else "soon"
    return {
        "resourceType": "DetectedIssue",
        "status": "preliminary",
        "code": {"text": "Drug as a possible cause of a low white count"},
        "severity": SEVERITIES[level],
        "patient": subject(explanation.person),
        **_when(explanation, "identifiedDateTime"),
        **({"implicated": found} if found else {}),
        "evidence": [{"code": [cause(drug, candidate.name)]}],
        "detail": f"{candidate.name}: probability {percent(candidate.probability)}.",
        **({"mitigation": [{"action": {"text": s.text}} for s in stops]} if stops else {}),
    }


def _when(explanation: Explanation, field: str) -> Json:
    return {field: instant(explanation.at)} if explanation.at else {}
