"""A drug that is ordered at a low count: may it be the cause, may it be begun, would it deepen it?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import msgspec

from penia import knowledge
from penia.codes import ingredients
from penia.explanation import Candidate, Citation, Explanation
from penia.explanation.wording import LIKELY, percent
from penia.knowledge.cards import cards
from penia.knowledge.monitoring import Schedule, monitoring, schedules
from penia.knowledge.schema import Drug
from penia.knowledge.urgency import urgency
from penia.record import Count
from penia.report.fhir.proposals import is_issue
from penia.serve.hooks.cards import Indicator, Json, finished, plain, shortened, suggestion
from penia.serve.hooks.request import Sent
from penia.serve.settings import Settings

SAID = {
    True: ("likely", "do not give it again"),
    False: ("possible", "do not give it before this is settled"),
}
"""Likelier than not → what it is called, and what to do."""


class Pause(msgspec.Struct, frozen=True):
    """Why an order should give pause."""

    card: Json
    cited: Sequence[Citation]
    candidate: Candidate | None = None


def of_orders(sent: Sent, explanation: Explanation, now: datetime, way: Settings) -> list[Json]:
    """One card for each drug that should give pause."""
    return [card for draft in sent.drafts for card in _cards(draft, sent, explanation, now, way)]


def _cards(draft: Json, sent: Sent, explanation: Explanation, now: datetime, way: Settings) -> Iterator[Json]:
    codes, names = _named(draft)
    place = f"{draft['resourceType']}/{draft['id']}"
    back = "Take the order back"
    remove = suggestion(back, {"type": "delete", "description": back, "resourceId": place})
    newest = _newest(sent.record.counts, now)
    for drug in _ingredients(codes, names):
        told = (
            _suspected(drug, explanation)
            or _barred(drug, schedules(f"drug:{drug}", at=now.date()), newest)
            or _deepening(drug, knowledge.load().drugs.get(f"drug:{drug}"), newest.get("ANC"))
        )
        if told is not None:
            card = told.card | {"suggestions": [remove], "selectionBehavior": "any"}
            yield finished(card, told.cited, way, told.candidate)


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


def _newest(counts: tuple[Count, ...], now: datetime) -> dict[str, Count]:
    """Of each line the last count that tells of now."""
    fresh = now - timedelta(days=urgency().count_days.value)
    return {c.lineage: c for c in counts if fresh <= c.time <= now and c.comparator not in (">", ">=")}


def _suspected(drug: str, explanation: Explanation) -> Pause | None:
    """It may be the cause of the present low count."""
    if explanation.episode is None or explanation.episode.resolved is not None:
        return None
    found = (c for c in explanation.candidates if f"drug:{drug}" in c.causes and is_issue(c))
    if (candidate := next(found, None)) is None:
        return None
    likely = candidate.probability >= LIKELY
    cause, told = SAID[likely]
    chance = percent(candidate.probability)
    text = f"{drug} is a {cause} cause of this person's low count ({chance}); {told}."
    cited = [c for part in candidate.contributions for c in part.citations]
    return Pause(_card(text, level="critical" if likely else "warning"), cited, candidate)


def _barred(drug: str, rules: Iterable[Schedule], newest: Mapping[str, Count]) -> Pause | None:
    """The first rule in force whose least count for a beginning is not reached."""
    for schedule in rules:
        limits = schedule.limits.get("general")
        for start in limits.start if limits else ():
            count = newest.get(start.line)
            if count is not None and count.value < start.at_least:
                text = f"{drug}: begin only with {start.line} of {start.at_least:g} or more; {_was(count)}."
                detail = f"By {schedule.name} ({schedule.authority})."
                found = [monitoring().sources[name] for name in schedule.sources]
                return Pause(_card(text, detail), [Citation(s.title, s.ref, s.year) for s in found])
    return None


def _deepening(drug: str, known: Drug | None, count: Count | None) -> Pause | None:
    """It would lower neutrophils that are low already."""
    if known is None or count is None or count.value >= cards().low.value:
        return None
    share = known.incidence
    if share.value < cards().often.value:
        return None
    text = (
        f"{drug} lowers white counts in {percent(share.value)} of those treated; {_was(count)}. "
        "Give it only if it cannot wait."
    )
    of = " · ".join(part for part in (share.of, share.given) if part)
    source = known.sources.get(share.source)
    cited = [Citation(source.title, source.ref, source.year, share.verified)] if source else []
    return Pause(_card(text, f"That share is of: {plain(of)}." if of else ""), cited)


def _was(count: Count) -> str:
    return f"{count.lineage} was {count.value:g} on {count.time.date().isoformat()}"


def _card(text: str, detail: str = "", level: Indicator = "warning") -> Json:
    return {"summary": shortened(text), **({"detail": detail} if detail else {}), "indicator": level}
