"""From all that was said to one fact a key: contradictions, then what each fact implies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache

import msgspec

from penia.facts import tables
from penia.facts.statement import Fact, Said

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Source(msgspec.Struct, frozen=True):
    """Where something was said."""

    time: datetime | None = None
    text: str = ""
    place: str = ""
    measured: bool = False
    """A number, which holds for its own time."""
    near: bool = True
    """Of the days of the low count."""


def resolve(said: Iterable[tuple[Said, Source]]) -> tuple[Fact, ...]:
    """One fact a key, sorted by key."""
    by_key: dict[str, list[tuple[Said, Source]]] = {}
    for one, source in said:
        by_key.setdefault(one.key, []).append((one, source))
    facts = {key: _fact(max(all_said, key=_weight), all_said) for key, all_said in by_key.items()}
    _forget_treated(facts)
    return tuple(facts[key] for key in sorted(_implied(facts)))


def _forget_treated(facts: dict[str, Fact]) -> None:
    for key, diseases in tables.rules().treated.items():
        absent = key in facts and not facts[key].present
        if absent and any(disease in facts and facts[disease].present for disease in diseases):
            del facts[key]


def _weight(entry: tuple[Said, Source]) -> tuple[bool, bool, bool, bool, datetime]:
    """A weak absence loses to anything; a decisive test outweighs words, a value of the days of the low count
    one of other weeks, present absent; then the newest."""
    one, source = entry
    return (not one.weak, one.decisive, source.near, one.present, source.time or _LONG_AGO)


def _fact(entry: tuple[Said, Source], said: Sequence[tuple[Said, Source]]) -> Fact:
    one, source = entry
    agreeing = dict.fromkeys(s.place for o, s in said if o.present == one.present and s.place != source.place)
    also = tuple(place for place in agreeing if place)
    days = {s.time.date() for _, s in said if s.measured and s.near == source.near and s.time is not None}
    return Fact(
        one.key,
        one.present,
        one.decisive,
        source.time,
        source.text,
        source.place,
        also,
        max(len(days), 1) if source.measured else 1,
    )


def _implied(facts: dict[str, Fact]) -> dict[str, Fact]:
    """Adds the broader keys of what is present and the narrower of what is absent; never against a fact."""
    for fact in list(facts.values()):
        others = broader(fact.key) if fact.present else _narrower().get(fact.key, ())
        for key in others:
            known = facts.get(key)
            if known is None or (fact.present and not known.present and not known.decisive):
                facts[key] = msgspec.structs.replace(fact, key=key, decisive=False)
    return facts


@cache
def broader(key: str) -> tuple[str, ...]:
    """All keys above, nearest first."""
    found: dict[str, None] = {}
    waiting = list(tables.implies().get(key, ()))
    while waiting:
        above = waiting.pop(0)
        if above not in found:
            found[above] = None
            waiting += tables.implies().get(above, ())
    return tuple(found)


@cache
def _narrower() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for key in tables.implies():
        for above in broader(key):
            found.setdefault(above, []).append(key)
    return {key: tuple(keys) for key, keys in found.items()}
