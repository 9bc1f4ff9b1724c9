"""The whole way from a record to its explanation."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib.metadata import version as package_version
from typing import TYPE_CHECKING

import msgspec

from penia import knowledge
from penia.episode import lowest
from penia.episode.runs import WHITE
from penia.errors import PeniaError
from penia.explanation import HELPS, Alert, Candidate, CauseSet, Comparison, Explanation, Forecast, Step
from penia.explanation.wording import LIKELY, leading
from penia.facts import Reading
from penia.infer import Ranking, rank
from penia.infer.doubt import doubts
from penia.infer.weights import Weights, weights
from penia.knowledge import KnowledgeBase
from penia.knowledge.stopping import stopping
from penia.plan.advice import advised
from penia.plan.conditions import judge
from penia.plan.followup import next_count
from penia.plan.mind import between, turns
from penia.plan.scene import scene
from penia.plan.scores import clinical_scores
from penia.plan.stopping import Now, accused, judged
from penia.plan.suspects import suspects
from penia.plan.tests import Asked, Prospect, next_tests, prospect
from penia.plan.treatment import in_order, steps
from penia.plan.urgency import alerts
from penia.question import Question, question
from penia.record import Problem, Record

if TYPE_CHECKING:
    from penia.forecast import Wish

SHOWN = 20
"""Candidates that an explanation carries in full."""
TURNED = 3
"""Candidates of which is said what would change our mind."""
LEADING = 5
"""Candidates of which is said how far they stand if the figures are off."""

LOST = frozenset(
    {"broken-json", "broken-file", "unreadable", "table-unreadable", "shard-unreadable", "row-unreadable"}
    | {"row-ragged", "nested-too-deeply", "not-fhir", "more-pages", "link-out", "two-versions"}
    | {"unit-missing", "unit-unknown", "unit-doubtful", "implausible", "value-unreadable", "time-missing"}
    | {
        "time-unreadable",
        "future-date",
        "date-implausible",
        "decimal-doubtful",
        "part-above-whole",
        "differential-sum",
        "specimen-ambiguous",
    }
    | {"no-person"}
)
"""Problems by which a low count may have been left out: then nobody is told that none is low."""


def explain(
    record: Record,
    at: datetime | None = None,
    setting: str | None = None,
    *,
    ahead: Wish | None = None,
    days: int = 28,
) -> Explanation:
    """Rank the causes of the latest low white count in ``record``, as known at ``at`` (default: all of it).

    ``setting`` (outpatient, emergency, inpatient, intensive-care, haematology, oncology, neonatal) overrides
    the one that the record states. A record without a low count gets an Explanation without candidates.
    ``ahead``: forecast the counts of the next ``days`` too, under what it wishes.

    >>> explanation = penia.explain(penia.read("record.json"))
    >>> explanation.candidates[0].causes, explanation.candidates[0].probability
    """
    asked = question(record, at, setting)
    if asked.episode is None or asked.low is None:
        return _nothing_low(asked, record)
    base, fitted = knowledge.load(), weights()
    ranking = rank(asked.record, asked.reading, asked.low, base, asked.setting)
    seen = prospect(ranking, _asked(asked), base)
    candidates = _candidates(ranking, seen, base, fitted)
    now = _now(asked, alerts(asked.record, asked.episode, asked.reading))
    drugs = judged(ranking, now)
    urgent = alerts(asked.record, asked.episode, asked.reading, suspects=accused(drugs, fitted.suspect.value))
    future = None if ahead is None else _ahead(asked, ranking, ahead, days)
    here = scene(asked.record, asked.episode, asked.reading)
    advice = advised(ranking, here, danger=bool(urgent))
    tests = next_tests(ranking, _asked(asked), seen, advice.tests)
    little = ranking.moved() < fitted.thin.value and ranking.open() > fitted.open.value
    thin = little and candidates[0].probability < LIKELY
    sets = ranking.cause_sets(fitted.told.value, base)
    return Explanation(
        person=asked.record.person.id,
        at=asked.at,
        setting=asked.setting,
        headline=_headline(urgent, _leader(candidates, sets), thin, advice.steps, tests),
        urgency=urgent,
        episode=asked.episode,
        candidates=candidates,
        plan=(
            *in_order(advice.steps, steps(ranking, drugs, now, here)),
            *next_count(future, now.counts),
            *tests,
        ),
        missing=tuple(dict.fromkeys(name for c in candidates[:3] for name in c.missing)),
        problems=(*asked.record.problems, *_unread(asked.reading)),
        versions=_versions(),
        scores=clinical_scores(
            asked.record,
            asked.episode,
            asked.reading,
            {cause: c.probability for c in candidates for cause in c.causes},
            fitted.scored.value,
        ),
        others=_others(ranking),
        sets=sets,
        suspects=suspects(ranking, asked.record, asked.episode, asked.reading.facts),
        thin=thin,
        forecast=future,
    )


def _ahead(asked: Question, ranking: Ranking, wish: Wish, days: int) -> Forecast | None:
    """None where no count with a date and a number is low."""
    from penia.forecast import can_be_forecast, of_question

    return of_question(asked, ranking, days=days, wish=wish) if can_be_forecast(asked) else None


def compare(
    record: Record, one: str, other: str, at: datetime | None = None, setting: str | None = None
) -> Comparison:
    """Two causes side by side for this record: every fact that parts them, and the test that would.

    ``one`` and ``other``: ids (``drug:clozapine``, ``hiv``). Raises PeniaError where no count is low or a
    cause does not stand trial, such as a drug that the record does not hold.

    >>> penia.compare(penia.read("record.json"), "drug:clozapine", "bacterial-sepsis").differences[0].text
    """
    asked = question(record, at, setting)
    if asked.episode is None or asked.low is None:
        raise PeniaError("No count in this record is low, so no causes stand trial.")
    base = knowledge.load()
    ranking = rank(asked.record, asked.reading, asked.low, base, asked.setting)
    families = {ranking.hypotheses[i].family: f for f in ranking.families() for i in f}
    for name in (one, other):
        if name not in families:
            raise PeniaError(
                f"{name} does not stand trial: this record does not hold that drug, or no cause is so called."
            )
    if families[one] is families[other]:
        raise PeniaError(f"{one} and {other} are one cause here; name two causes.")
    pair = (families[one], families[other])
    return between(ranking, prospect(ranking, _asked(asked), base, (pair[0][0], pair[1][0])), *pair)


def _candidates(
    ranking: Ranking, seen: Prospect, base: KnowledgeBase, fitted: Weights
) -> tuple[Candidate, ...]:
    """The first of them with how far they stand if their figures are off, and what would change our mind."""
    families = ranking.families()[:SHOWN]
    found = [ranking.candidate(members, base) for members in families]
    for n, doubt in enumerate(doubts(ranking, families[:LEADING], fitted)):
        found[n] = msgspec.structs.replace(
            found[n],
            interval=(doubt.low, doubt.high),
            hinge=doubt.figure,
            turns=turns(seen, families[n]) if n < TURNED else (),
        )
    return tuple(found)


def _others(ranking: Ranking) -> dict[str, float]:
    """Of what is not among the candidates."""
    return {
        cause: ranking.chance(members)
        for members in ranking.families()[SHOWN:]
        for cause in sorted({ranking.hypotheses[i].family for i in members})
    }


def _now(asked: Question, urgent: tuple[Alert, ...]) -> Now:
    here = scene(asked.record, asked.episode, asked.reading)
    latest = {line: count.value for line in here.counts for count in [here.latest(line)] if count is not None}
    if not latest and asked.low is not None:
        latest = {line: measured.value for line, measured in asked.low.measured.items()}
    ill = any(alert.level == "now" for alert in urgent)
    return Now(latest, asked.at or here.newest, ill, bool(judge(stopping().reaction.when, here).holds))


def _leader(candidates: tuple[Candidate, ...], sets: tuple[CauseSet, ...]) -> tuple[str, float]:
    """Name and probability of the first candidate, or of a likely set with it that beats its members."""
    first = candidates[0]
    likely = (s for s in sets if s.beats and s.probability >= LIKELY and first.causes[0] in s.causes)
    return next(((s.name, s.probability) for s in likely), (first.name, first.probability))


def _headline(
    urgent: tuple[Alert, ...],
    leader: tuple[str, float],
    thin: bool,
    told: tuple[Step, ...],
    tests: tuple[Step, ...],
) -> str:
    if urgent and urgent[0].level == "now":
        return f"{urgent[0].title}. {urgent[0].action}"
    if told and told[0].kind == "reassure":
        likely = f"{leading(*leader)}. " if leader[1] >= LIKELY else ""
        return f"{likely}{told[0].text}"
    likely = f"{leading(*leader)}."
    if thin:
        helps = " and ".join(step.name for step in tests[:HELPS]) or "more findings"
        likely = f"Too little is known to tell the causes apart; what would help most: {helps}."
    return f"{urgent[0].title}. {urgent[0].action} {likely}" if urgent else likely


def _nothing_low(asked: Question, whole: Record) -> Explanation:
    """``whole``: the record with what was not known yet."""
    least, urgent = lowest(asked.record), alerts(asked.record, None, asked.reading)
    headline = "No white count in this record; give one that holds blood counts with their dates and units."
    if asked.record.problems:
        headline = "No white count could be used from this record; see what was left out, and why."
    later = [c.time for c in whole.counts if c.lineage in WHITE and asked.at and c.time > asked.at]
    if later and asked.at is not None:
        headline = (
            f"No white count is known by {asked.at.date().isoformat()}; this record holds {len(later)} "
            f"later, the first of {min(later).date().isoformat()}."
        )
    if least is not None:
        lost = any(problem.kind in LOST for problem in asked.record.problems)
        where = (
            "what could be read; counts may be missing, see what was left out." if lost else "this record;"
        )
        headline = (
            f"No low count in {where} {'Lowest' if lost else 'lowest'} was {least.lineage} {least.value:g} "
            f"×10⁹/L on {least.time.date().isoformat()}."
        )
    return Explanation(
        person=asked.record.person.id,
        at=asked.at,
        setting=asked.setting,
        headline=f"{urgent[0].title}. {urgent[0].action} {headline}" if urgent else headline,
        urgency=urgent,
        episode=None,
        candidates=(),
        plan=(),
        missing=(),
        problems=(*asked.record.problems, *_unread(asked.reading)),
        versions=_versions(),
    )


def _asked(asked: Question) -> Asked:
    return Asked(
        record=asked.record,
        facts=asked.reading.facts,
        now=asked.at,
        setting=asked.setting,
        seen=asked.low.seen if asked.low else None,
    )


def _unread(reading: Reading) -> tuple[Problem, ...]:
    """Each text that nothing reads once, with how often and where it is met first."""
    places: dict[tuple[str, str], list[str]] = {}
    for text, place, kind in reading.unread:
        places.setdefault((kind, text), []).append(place)
    return tuple(
        Problem(
            kind=f"{kind}-not-understood",
            place=min(met),
            reason=f"nothing in the dictionary reads “{text}”",
            count=len(met),
        )
        for (kind, text), met in sorted(places.items())
    )


def _versions() -> dict[str, str]:
    return {"penia": _own_version(), "knowledge": knowledge.version(), "schema": "1"}


@cache
def _own_version() -> str:
    return package_version("penia")
