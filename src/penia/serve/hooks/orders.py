"""A drug that is being ordered at a low count: may it be the cause, may it be begun at all?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, cast

from penia.codes import ingredients
from penia.explanation import Candidate, Citation, Explanation
from penia.explanation.wording import LIKELY, percent
from penia.knowledge.monitoring import Schedule, Start, monitoring, schedules
from penia.knowledge.urgency import urgency
from penia.record import Count
from penia.report.fhir.proposals import is_issue
from penia.serve.hooks.cards import Json, finished, shortened, suggestion
from penia.serve.hooks.request import Sent
from penia.serve.settings import Settings

SAID = {
    True: ("likely", "do not give it again"),
    False: ("possible", "do not give it before this is settled"),
}
"""Likelier than not → what it is called, and what to do."""


def of_orders(sent: Sent, explanation: Explanation, now: datetime, way: Settings) -> list[Json]:
    """One card for each drug that should give pause."""
    return [card for draft in sent.drafts for card in _cards(draft, sent, explanation, now, way)]


def _cards(draft: Json, sent: Sent, explanation: Explanation, now: datetime, way: Settings) -> Iterator[Json]:
    codes, names = _named(draft)
    remove = suggestion(
        "Take the order back",
        {
            "type": "delete",
            "description": "Take the order back",
            "resourceId": f"{draft['resourceType']}/{draft['id']}",
        },
    )
    for drug in _ingredients(codes, names):
        candidate = _suspected(f"drug:{drug}", explanation)
        barred = _barred(f"drug:{drug}", sent.record.counts, now)
        if candidate is not None:
            likely = candidate.probability >= LIKELY
            cause, told = SAID[likely]
            chance = percent(candidate.probability)
            text = f"{drug} is a {cause} cause of this person's low count ({chance}); {told}."
            cited = [c for part in candidate.contributions for c in part.citations]
            level = "critical" if likely else "warning"
            card = {"summary": shortened(text), "indicator": level, "suggestions": [remove]}
            yield finished(card | {"selectionBehavior": "any"}, cited, way, candidate)
        elif barred is not None:
            schedule, start, count = barred
            text = (
                f"{drug}: begin only with {start.line} of {start.at_least:g} or more; it was {count.value:g} "
                f"on {count.time.date().isoformat()}."
            )
            card = {
                "summary": shortened(text),
                "detail": f"By {schedule.name} ({schedule.authority}).",
                "indicator": "warning",
                "suggestions": [remove],
                "selectionBehavior": "any",
            }
            yield finished(card, _sources(schedule), way)


def _ingredients(codes: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    return next((found for name in names or ("",) if (found := ingredients(codes, name))), ())


def _named(draft: Json) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(codes, names) of the drug that a draft orders."""
    from penia.codes import code

    concept: Any = draft.get("medicationCodeableConcept")
    told = cast(Json, concept) if isinstance(concept, dict) else {}
    found: Any = told.get("coding")
    codings = (
        [cast(Json, c) for c in cast("list[Any]", found) if isinstance(c, dict)]
        if isinstance(found, list)
        else []
    )
    codes = [code(_text(c.get("system")), _text(c.get("code"))) for c in codings]
    names = [_text(told.get("text")), *(_text(c.get("display")) for c in codings)]
    return tuple(c for c in codes if c), tuple(n for n in names if n)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _suspected(drug: str, explanation: Explanation) -> Candidate | None:
    if explanation.episode is None or explanation.episode.resolved is not None:
        return None
    return next((c for c in explanation.candidates if drug in c.causes and is_issue(c)), None)


def _barred(drug: str, counts: tuple[Count, ...], now: datetime) -> tuple[Schedule, Start, Count] | None:
    """The first rule in force whose least count for a beginning is not reached by the newest count."""
    fresh = now - timedelta(days=urgency().count_days.value)
    newest = {c.lineage: c for c in counts if fresh <= c.time <= now and c.comparator not in (">", ">=")}
    for schedule in schedules(drug, at=now.date()):
        limits = schedule.limits.get("general")
        for start in limits.start if limits else ():
            count = newest.get(start.line)
            if count is not None and count.value < start.at_least:
                return schedule, start, count
    return None


def _sources(schedule: Schedule) -> list[Citation]:
    found = [monitoring().sources[name] for name in schedule.sources]
    return [Citation(s.title, s.ref, s.year) for s in found]
