"""Danger before causes: cited rules (data/urgency.yaml) on what is known now."""

from __future__ import annotations

from collections.abc import Mapping

from penia.explanation import Alert, Citation, Episode
from penia.facts import Reading
from penia.knowledge.urgency import Order, Rule, urgency
from penia.plan.conditions import Verdict, judge
from penia.plan.scene import Scene, scene
from penia.record import Record

_LEVELS = ("now", "today", "soon")


def alerts(
    record: Record, episode: Episode | None, reading: Reading, *, suspects: Mapping[str, Order] | None = None
) -> tuple[Alert, ...]:
    """What must be done before any cause is sought, most urgent first.

    ``suspects``: ingredient of a drug held likely to be behind the low count → what is done with
    it. A rule speaks only where what is known suffices; what it would like to know besides is named in its
    alert.
    """
    here = scene(record, episode, reading, suspects)
    judged = [(rule, judge(rule.when, here)) for rule in urgency().rules]
    fired = {rule.id for rule, verdict in judged if verdict.holds}
    heard = [(r, v) for r, v in judged if v.holds and not fired.intersection(r.unless)]
    heard.sort(key=lambda pair: _LEVELS.index(pair[0].level))
    return tuple(_alert(rule, verdict, here) for rule, verdict in heard)


def _alert(rule: Rule, verdict: Verdict, here: Scene) -> Alert:
    asked = [judge(condition, here) for condition in rule.ask]
    unknown = (*verdict.unknown, *(name for v in asked if v.holds is None for name in v.unknown))
    title = rule.title.format_map(verdict.said)
    return Alert(
        level=rule.level,
        title=title[:1].upper() + title[1:],
        action=rule.action.format_map(verdict.said),
        because=verdict.because,
        citations=tuple(_citation(source, read) for source, read in rule.sources.items()),
        unknown=tuple(dict.fromkeys(unknown)),
    )


def _citation(source: str, read: bool) -> Citation:
    found = urgency().sources[source]
    return Citation(title=found.title, ref=found.ref, year=found.year, verified=read)
