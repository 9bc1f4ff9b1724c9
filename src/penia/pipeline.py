"""The whole way from a record to its explanation."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib.metadata import version as package_version

from penia import knowledge
from penia.episode import deep_since, find_episode, lineage_states, lowest, measured_lines, onset_interval
from penia.explanation import Alert, Candidate, Episode, Explanation
from penia.facts import Reading, read_facts
from penia.infer import LowCounts, Ranking, rank
from penia.plan.treatment import steps
from penia.plan.urgency import alerts
from penia.record import Problem, Record

THIN, OPEN = 1.0, 2.0
"""Bits: too little is known where the evidence moved the prior by less than THIN and left more than OPEN."""
SHOWN = 20
"""Candidates that an explanation carries in full."""
SUSPECT = 0.1
"""Least probability at which a drug is named as the suspect of an agranulocytosis: to go on with the drug can
kill, to stop it for a day seldom does."""


def explain(record: Record, at: datetime | None = None, setting: str | None = None) -> Explanation:
    """Rank the causes of the latest low white count in ``record``, as known at ``at`` (default: all of it).

    ``setting`` (outpatient, emergency, inpatient, intensive-care, haematology, oncology, neonatal) overrides
    the one that the record states. A record without a low count gets an Explanation without candidates.

    >>> explanation = penia.explain(penia.read("record.json"))
    >>> explanation.candidates[0].causes, explanation.candidates[0].probability
    """
    known = record if at is None else record.until(at)
    cut = at or newest(known)
    episode, reading = _episode_and_facts(known, cut)
    setting = setting or _setting(known, episode)
    if episode is None:
        return _nothing_low(known, cut, setting, reading)
    ranking = rank(known, reading, _low_counts(known, episode, reading, cut), knowledge.load(), setting)
    candidates = tuple(ranking.candidate(i, knowledge.load()) for i in ranking.order()[:SHOWN])
    urgent = alerts(known, episode, reading, suspects=_suspects(ranking))
    thin = ranking.moved() < THIN and ranking.open() > OPEN
    return Explanation(
        person=known.person.id,
        at=cut,
        setting=setting,
        headline=_headline(urgent, candidates, thin),
        urgency=urgent,
        episode=episode,
        candidates=candidates,
        plan=steps(ranking),
        missing=tuple(dict.fromkeys(name for c in candidates[:3] for name in c.missing)),
        problems=(*known.problems, *_unread(reading)),
        versions=_versions(),
        thin=thin,
    )


def newest(record: Record) -> datetime | None:
    """The latest time of any count or test; of any fact where there is none."""
    times = [c.time for c in record.counts] + [t.time for t in record.tests if t.time is not None]
    times = times or [f.time for f in record.findings if f.time is not None]
    times = times or [c.recorded for c in record.conditions if c.recorded is not None]
    return max(times, default=None)


def _episode_and_facts(record: Record, cut: datetime | None) -> tuple[Episode | None, Reading]:
    """The facts name low counts that stand in words only; the first low count dates the facts."""
    numbers = find_episode(record)
    first_low = numbers.first_low if numbers else None
    reading = read_facts(record, cut, first_low)
    return find_episode(record, reading.low_words), reading


def _setting(record: Record, episode: Episode | None) -> str | None:
    """Where the person was when the count fell: the last stay begun by then."""
    first = episode.first_low if episode else None
    begun = [
        s for s in record.stays if first is None or s.start is None or s.start <= first + timedelta(days=1)
    ]
    return begun[-1].setting if begun else None


def _low_counts(record: Record, episode: Episode, reading: Reading, cut: datetime | None) -> LowCounts:
    return LowCounts(
        onset=onset_interval(record, episode),
        seen=episode.first_low or cut,
        deep=deep_since(record, episode),
        measured=measured_lines(record, episode),
        words={**reading.low_words, **lineage_states(record, episode)},
        tempo=episode.tempo,
    )


def _suspects(ranking: Ranking) -> tuple[str, ...]:
    return tuple(
        h.id.removeprefix("drug:")
        for h, p in zip(ranking.hypotheses, ranking.probability, strict=True)
        if h.drug is not None and p >= SUSPECT
    )


def _headline(urgent: tuple[Alert, ...], candidates: tuple[Candidate, ...], thin: bool) -> str:
    if urgent and urgent[0].level == "now":
        return f"{urgent[0].title}. {urgent[0].action}"
    first = candidates[0]
    if thin:
        helps = " and ".join(first.missing[:2])
        return (
            f"Too little is known to tell the causes apart; what would help most: {helps or 'more findings'}."
        )
    likely = f"Likely cause: {first.name} ({first.probability:.0%})."
    return f"{urgent[0].title}. {urgent[0].action} {likely}" if urgent else likely


def _nothing_low(record: Record, cut: datetime | None, setting: str | None, reading: Reading) -> Explanation:
    least, urgent = lowest(record), alerts(record, None, reading)
    headline = "No white count in this record."
    if least is not None:
        headline = (
            f"No low count in this record; lowest was {least.lineage} {least.value:g} ×10⁹/L "
            f"on {least.time.date().isoformat()}."
        )
    return Explanation(
        person=record.person.id,
        at=cut,
        setting=setting,
        headline=f"{urgent[0].title}. {urgent[0].action} {headline}" if urgent else headline,
        urgency=urgent,
        episode=None,
        candidates=(),
        plan=(),
        missing=(),
        problems=(*record.problems, *_unread(reading)),
        versions=_versions(),
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
    return {"penia": package_version("penia"), "knowledge": knowledge.version(), "schema": "1"}
