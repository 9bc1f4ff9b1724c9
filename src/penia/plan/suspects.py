"""Each drug of the record beside its likeliest alternative, and by the published scales of causality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from penia.explanation import Answer, Citation, Episode, Scale, Suspect
from penia.facts import Fact
from penia.infer import Ranking
from penia.infer.hypotheses import Hypothesis
from penia.infer.wording import name_of
from penia.knowledge.causality import Categories, Causality, Points, causality
from penia.plan.mind import differences
from penia.record import Record

SHOWN = 3
"""Facts that are told for the alternative."""
TIMING = "onset falls into this interval"

Answers = Mapping[str, bool | None]


def suspects(
    ranking: Ranking, record: Record, episode: Episode, facts: Sequence[Fact] = ()
) -> tuple[Suspect, ...]:
    """Every drug that stood trial, the likeliest first."""
    table, families = causality(), ranking.families()
    found: list[Suspect] = []
    for family, member in ((f, i) for f in families for i in f):
        drug = ranking.hypotheses[member]
        if drug.drug is None or len(families) < 2:
            continue
        other = next(f for f in families if f is not family)
        rival = ranking.hypotheses[other[0]]
        telling = [d for d in differences(ranking, other[0], member) if d.decibans > 0][:SHOWN]
        answers = _answers(ranking, member, record, episode, facts, ranking.chance(other), table)
        found.append(
            Suspect(
                cause=drug.id,
                name=name_of(drug, ranking.deep),
                probability=float(ranking.probability[member]),
                alternative=name_of(rival, ranking.deep),
                alternative_probability=ranking.chance(other),
                because=tuple(f"{d.text} {d.decibans:+.0f} dB" for d in telling),
                scales=(
                    *(_points(scale, answers, table) for scale in table.points),
                    *(_category(scale, answers, table) for scale in table.categories),
                ),
            )
        )
    return tuple(found)


def _answers(
    ranking: Ranking,
    i: int,
    record: Record,
    episode: Episode,
    facts: Sequence[Fact],
    rival: float,
    table: Causality,
) -> Answers:
    """What is known of each item; an item that is not here is unknown."""
    drug = ranking.hypotheses[i]
    course = drug.course
    start = course.starts[0] if course is not None else None
    timing = next((value for text, _, value in ranking.weights[i].factors if text == TIMING), None)
    dated = start is not None and ranking.deep is not None
    return {
        "reported": _reported(drug),
        "after": True if dated else None,
        "timely": timing >= table.timely.value if dated and timing is not None else None,
        "improved": _said(drug, facts, "test:recovery-within-3-weeks", _improved(drug, record, episode)),
        "returned": _said(drug, facts, "test:falls-on-rechallenge", None),
        "alternative": True if rival >= table.other_cause.value else _none_other(rival, table),
        "similar": _allergic(drug, record),
        "objective": True if episode.lows else None,
    }


def _said(drug: Hypothesis, facts: Sequence[Fact], key: str, counted: bool | None) -> bool | None:
    """What the counts show, else what is written beside the drug."""
    places = drug.course.places if drug.course is not None else ()
    told = (fact.present for fact in facts if fact.key == key and fact.stands_in(places))
    return next(told, None) if counted is None else counted


def _none_other(rival: float, table: Causality) -> bool | None:
    return False if rival < table.no_other.value else None


def _reported(drug: Hypothesis) -> bool | None:
    if drug.drug is None:
        return None
    own = drug.drug.incidence
    return True if drug.drug.published or own.source != "judgement" else None


def _improved(drug: Hypothesis, record: Record, episode: Episode) -> bool | None:
    """Whether the counts recovered after the last dose; unknown while it is given, or too early to tell."""
    stop = drug.course.stop if drug.course is not None else None
    if stop is None or episode.last_low is None:
        return None
    if episode.resolved is not None:
        return True if episode.resolved > stop else None
    recovery = drug.kind.latency.recovery if drug.kind is not None else None
    last = max((c.time for c in record.counts), default=stop)
    late = recovery is not None and last - stop > timedelta(days=recovery.p90)
    return False if late else None


def _allergic(drug: Hypothesis, record: Record) -> bool | None:
    """An allergy to the drug that the record states; what kind of reaction it was is seldom said."""
    name = drug.id.removeprefix("drug:")
    stated = (f.name.casefold() for f in record.findings if f.kind == "allergy" and f.present)
    return (
        True if any(name in words and ("penia" in words or "agranulo" in words) for words in stated) else None
    )


def _points(scale: Points, answers: Answers, table: Causality) -> Scale:
    told = [
        Answer(item.ask, yes, 0 if yes is None else item.holds if yes else item.fails)
        for item in scale.items
        for yes in [answers.get(item.id)]
    ]
    total = sum(answer.points for answer in told)
    open_items = [item for item in scale.items if answers.get(item.id) is None]
    return Scale(
        name=scale.name,
        verdict=next(grade.name for grade in scale.grades if total >= grade.least),
        answers=tuple(told),
        citation=_citation(scale.source, scale.verified, table),
        total=total,
        least=total + sum(min(item.holds, item.fails, 0) for item in open_items),
        most=total + sum(max(item.holds, item.fails, 0) for item in open_items),
    )


def _category(scale: Categories, answers: Answers, table: Causality) -> Scale:
    met = (c.name for c in scale.categories if all(answers.get(k) is yes for k, yes in c.needs.items()))
    return Scale(
        name=scale.name,
        verdict=next(met, scale.otherwise),
        answers=tuple(Answer(ask, answers.get(key)) for key, ask in scale.asks.items()),
        citation=_citation(scale.source, scale.verified, table),
    )


def _citation(source: str, verified: bool, table: Causality) -> Citation:
    found = table.sources[source]
    return Citation(found.title, found.ref, found.year, verified)
