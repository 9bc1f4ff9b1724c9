"""How long a fever has lasted: by its words, or since the day on which it was first told."""

from __future__ import annotations

from datetime import datetime, timedelta

from penia import spans
from penia.facts import tables
from penia.facts.clause import clauses
from penia.facts.resolve import broader
from penia.facts.statement import Heard, Said

_DAY = timedelta(days=1)


def lasted(heard: Heard, text: str, since: datetime | None, low: datetime | None) -> list[Said]:
    """What a finding or diagnosis that speaks of fever says of its length; one that comes and goes is no long
    fever, and one that is first told long before the low count was another."""
    rule = tables.rules().fever
    present = {one.key for one in heard.keys if one.present}
    if not present.isdisjoint(rule.returning) or not any(rule.key in (key, *broader(key)) for key in present):
        return []
    days = _told(text)
    if days is None and since is not None and low is not None and low - since <= rule.most * _DAY:
        days = (low - since) / _DAY
    if days is None or days < 1:
        return []
    if days >= rule.least:
        return [Said(rule.long, True)]
    return [Said(rule.long, False, weak=True)] if days <= rule.short else []


def _told(text: str) -> float | None:
    """The longest span in a clause on fever."""
    words = tables.rules().fever.words
    spoken = [c.text for c in clauses(tables.normalise(text, True)) if any(w in c.text for w in words)]
    return max((days for days in map(spans.days_long, spoken) if days is not None), default=None)
