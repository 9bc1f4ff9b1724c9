"""Cards: one sentence, where it is from, and buttons that do it. None where there is nothing to say."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec

from penia.explanation import Candidate, Citation, Explanation, Step
from penia.explanation.wording import leading, percent, telling, weighed
from penia.knowledge.cards import cards as when
from penia.report.fhir.elements import CAUSES
from penia.report.fhir.proposals import named, request
from penia.report.html.links import address
from penia.serve.settings import Settings

Json = dict[str, Any]
Indicator = Literal["info", "warning", "critical"]

LONGEST = 140
"""Characters of a summary, by the specification."""
TESTS, CAUSES_TOLD, LINKS = 3, 3, 4
"""As many as fit on a card."""
SPACE = uuid.UUID("2f2a7c0e-94a1-5c70-8b8e-53c6f0b3a3d1")
INDICATORS: dict[str, Indicator] = {"now": "critical", "today": "warning", "soon": "info"}
OVERRIDES = [
    {"code": "known", "system": "urn:x-penia:override", "display": "Known and acted on"},
    {"code": "other-cause", "system": "urn:x-penia:override", "display": "Another cause is established"},
    {"code": "benefit", "system": "urn:x-penia:override", "display": "The benefit outweighs it"},
]


def of_person(explanation: Explanation, drugs: dict[str, Json], person: str, way: Settings) -> list[Json]:
    """At most one card for a record that is opened. ``way``: to the page."""
    first = explanation.candidates[0] if explanation.candidates else None
    pressing = [a for a in explanation.urgency if a.level in ("now", "today")]
    recovered = explanation.episode is None or explanation.episode.resolved is not None
    likely = first is not None and not explanation.thin and first.probability >= when().cause.value
    if not pressing and (recovered or not likely or first is None or first.causes[0] == "unexplained"):
        return []
    level = pressing[0].level if pressing else "soon"
    cited = [c for a in pressing for c in a.citations]
    suggestions = [*_stops(explanation, drugs), *_tests(explanation, person)]
    card = {
        "summary": shortened(_sentence(explanation, likely)),
        "detail": _detail(explanation),
        "indicator": INDICATORS[level],
        "suggestions": suggestions,
        "selectionBehavior": "any",
    }
    return [finished(card, cited, way, first)]


def finished(card: Json, cited: Sequence[Citation], way: Settings, about: Candidate | None = None) -> Json:
    """The card with its source, links and an id made from its content; no empty lists."""
    base, links = way.base, list[Json]()
    if way.launch:
        links.append(_link("Open this record in penia", way.launch, "smart"))
    elif base:
        links.append(_link("penia", f"{base}/"))
    for citation in dict.fromkeys(cited):
        if (url := address(citation.ref)) and len(links) < LINKS:
            links.append(_link(citation.title, url))
    source: Json = {"label": "penia"} | ({"url": f"{base}/"} if base else {})
    if about is not None:
        source["topic"] = {"system": CAUSES, "code": about.causes[0], "display": about.name}
    told = {k: v for k, v in card.items() if v != []} | {"source": source, "overrideReasons": OVERRIDES}
    if "suggestions" not in told:
        told.pop("selectionBehavior", None)
    if links:
        told["links"] = links
    return told | {"uuid": _id(told)}


def _link(label: str, url: str, kind: Literal["absolute", "smart"] = "absolute") -> Json:
    """``smart``: the client starts it with the record that is open, and with its user's leave to read it."""
    return {"label": label, "url": url, "type": kind, "autoLaunchable": False}


def suggestion(label: str, action: Json, recommended: bool = False) -> Json:
    told: Json = {"label": label, "actions": [action], "isRecommended": recommended}
    return told | {"uuid": _id(told)}


def shortened(text: str) -> str:
    """Whole words up to the length that a summary may have."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rsplit(" ", 1)[0] + "…"


def plain(text: str) -> str:
    """Text of a record in Markdown: none of it is a sign of Markdown or HTML."""
    return re.sub(r"([\\`*_{}\[\]()#+!|<>&~-])", r"\\\1", text)


def _id(content: Json) -> str:
    return str(uuid.uuid5(SPACE, msgspec.json.encode(content, order="deterministic").decode()))


def _sentence(explanation: Explanation, likely: bool) -> str:
    first = explanation.candidates[0] if explanation.candidates else None
    cause = f"{leading(first.name, first.probability)}." if first and likely else ""
    if explanation.urgency:
        return f"{explanation.urgency[0].title}. {cause}".strip()
    lows = explanation.episode.lows if explanation.episode else ()
    low = f"{lows[0].lineage} {lows[0].value:g}. " if lows else ""
    return f"{low}{cause}"


def _detail(explanation: Explanation) -> str:
    lines = [f"**{plain(a.title)}.** {plain(a.action)}" for a in explanation.urgency]
    for candidate in explanation.candidates[:CAUSES_TOLD]:
        told = weighed(telling(candidate))
        lines.append(f"* {plain(candidate.name)}: {percent(candidate.probability)}. {plain(told)}")
    if explanation.missing:
        lines.append(f"Not known, and would weigh most: {plain(', '.join(explanation.missing[:3]))}.")
    lines.append("It supports a decision and does not make it.")
    return "\n\n".join(lines)


def _stops(explanation: Explanation, drugs: dict[str, Json]) -> Iterable[Json]:
    """The orders in force of each drug that is to be stopped, with the status that stops them."""
    steps = [s for s in explanation.plan if s.kind == "stop"]
    for candidate in explanation.candidates:
        drug = candidate.causes[0]
        if not any(drug in s.causes for s in steps):
            continue
        for place in dict.fromkeys(p for part in candidate.contributions[:1] for p in part.places):
            if place in drugs and not place.startswith("MedicationAdministration/"):
                name = drug.removeprefix("drug:")
                action = {"type": "update", "description": f"Stop {name} ({place})"}
                stopped = {**drugs[place], "status": "stopped"}
                yield suggestion(f"Stop {name}", action | {"resource": stopped}, recommended=True)


def _tests(explanation: Explanation, person: str) -> Iterable[Json]:
    wanted: list[Step] = [s for s in explanation.plan if s.kind == "test" and s.stage != 2][:TESTS]
    for step in wanted:
        action = {"type": "create", "description": f"Propose: {named(step)}"}
        yield suggestion(f"Order: {named(step)}", action | {"resource": request(step, person)})
