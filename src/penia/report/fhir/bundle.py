"""The Bundle: what to do first, then risks, issues and proposals, each with the sources of its figures."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import msgspec

from penia.explanation import Citation, Explanation
from penia.record import Problem
from penia.report.fhir.elements import Json, instant, published, source, subject
from penia.report.fhir.proposals import issues, request, risk

MODULE = "urn:x-penia:explain"
SPACE = uuid.UUID("6f0c1c1e-6a0f-5d8e-9f6e-1f1f3c0f2a10")
"""Under which the ids of entries are made."""
Item = tuple[Json, Sequence[Citation]]
"""A resource and the sources that it stands on."""


def written(explanation: Explanation) -> bytes:
    """UTF-8 JSON of ``bundle``; the same Explanation gives the same bytes."""
    return msgspec.json.encode(bundle(explanation))


def bundle(explanation: Explanation) -> Json:
    """A Bundle of type collection: GuidanceResponse; where a count is low RiskAssessment, DetectedIssues and
    ServiceRequests; OperationOutcome where something was left out; a Provenance for each that has sources."""
    own = uuid.uuid5(SPACE, explanation.to_json().decode())
    entries: list[Json] = []
    for number, (resource, citations) in enumerate(_items(explanation)):
        place = f"urn:uuid:{uuid.uuid5(own, str(number))}"
        entries.append({"fullUrl": place, "resource": resource})
        if explanation.at and (cited := published(citations)):
            told = _provenance(place, cited, explanation)
            entries.append({"fullUrl": f"urn:uuid:{uuid.uuid5(own, f'{number} by')}", "resource": told})
    return {
        "resourceType": "Bundle",
        "type": "collection",
        **({"timestamp": instant(explanation.at)} if explanation.at else {}),
        "entry": entries,
    }


def _items(explanation: Explanation) -> list[Item]:
    told: list[Item] = [(_guidance(explanation), [c for a in explanation.urgency for c in a.citations])]
    if explanation.candidates:
        parts = [part for c in explanation.candidates[:3] for part in c.contributions]
        told.append((risk(explanation), [c for part in parts for c in part.citations]))
    by_cause = {c.causes[0]: c for c in explanation.candidates}
    for issue in issues(explanation):
        candidate = by_cause[issue["evidence"][0]["code"][0]["coding"][0]["code"]]
        told.append((issue, [c for part in candidate.contributions for c in part.citations]))
    tests = [s for s in explanation.plan if s.kind in ("test", "follow-up")]
    told += [(request(step, explanation.person), step.citations) for step in tests]
    if explanation.problems:
        told.append((_outcome(explanation.problems), ()))
    return told


def _guidance(explanation: Explanation) -> Json:
    notes = [explanation.headline]
    notes += [f"{a.title}. {a.action} ({'; '.join(a.because)})" for a in explanation.urgency]
    notes += [s.text for s in explanation.plan if s.kind in ("stop", "treat")]
    if explanation.missing:
        notes.append(f"Not known, and would weigh most: {', '.join(explanation.missing)}.")
    notes.append(", ".join(f"{name} {version}" for name, version in sorted(explanation.versions.items())))
    return {
        "resourceType": "GuidanceResponse",
        "moduleUri": MODULE,
        "status": "data-requested" if explanation.thin else "success",
        "subject": subject(explanation.person),
        **({"occurrenceDateTime": instant(explanation.at)} if explanation.at else {}),
        "performer": {"display": "penia"},
        "note": [{"text": note} for note in notes if note.strip()],
    }


def _outcome(problems: Sequence[Problem]) -> Json:
    """What was left out, and why."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "information",
                "code": "incomplete",
                "details": {"text": p.kind},
                "diagnostics": f"{p.place}: {p.reason}".strip(),
            }
            for p in problems
        ],
    }


def _provenance(place: str, citations: Sequence[Citation], explanation: Explanation) -> Json:
    assert explanation.at is not None
    return {
        "resourceType": "Provenance",
        "target": [{"reference": place}],
        "recorded": instant(explanation.at),
        "agent": [{"who": {"display": f"penia {explanation.versions.get('penia', '')}".strip()}}],
        "entity": [{"role": "source", "what": source(citation)} for citation in citations],
    }
