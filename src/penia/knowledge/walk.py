"""Every part of an entry with its place, and every figure that rests on a source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import cast

import msgspec

from penia.knowledge.family import parent_of
from penia.knowledge.schema import (
    Depth,
    Distribution,
    Figure,
    FindingRate,
    FinerCause,
    Knowledge,
    Pattern,
    Published,
    Settings,
    Source,
)
from penia.knowledge.store import KnowledgeBase, table


class Held(msgspec.Struct, frozen=True):
    """A figure of the knowledge base as it stands in a file."""

    entry: str
    """Id of the cause, drug, pattern or finding key."""
    place: str
    """``findings HP:0001945``, ``prior.known``"""
    value: str
    source: str
    verified: bool
    used: bool
    """By the engine; a published figure is ground alone."""


def walk(where: str, value: object) -> Iterator[tuple[str, Knowledge]]:
    """Every struct inside ``value``, with its place."""
    if isinstance(value, Knowledge):
        yield where, value
        for name in value.__struct_fields__:
            yield from walk(f"{where}.{name}", getattr(value, name))
    elif isinstance(value, Mapping):
        for key, item in cast(Mapping[str, object], value).items():
            yield from walk(f"{where}.{key}", item)
    elif isinstance(value, tuple):
        for place, item in enumerate(cast(tuple[object, ...], value)):
            yield from walk(f"{where}[{place}]", item)


def entries(base: KnowledgeBase) -> Iterator[tuple[str, Knowledge]]:
    """What stands in files: a finer cause with what it states itself."""
    yield from ((id, cause) for id, cause in base.causes.items() if id not in base.finer)
    yield from base.finer.items()
    yield from base.drugs.items()
    yield base.unlisted.id, base.unlisted
    yield from base.patterns.items()
    yield from base.findings.items()
    yield from ((" + ".join(pair.causes), pair) for pair in base.pairs)
    yield "settings", table("settings", Settings)


def sources_of(entry: Knowledge, base: KnowledgeBase) -> dict[str, Source]:
    """The sources that the entry may name."""
    own = cast(dict[str, Source], getattr(entry, "sources", {}))
    if isinstance(entry, FinerCause):
        return {**base.causes[parent_of(entry.id)].sources, **own}
    return own


def held(id: str, entry: Knowledge) -> Iterator[Held]:
    """The figures of one entry."""
    for place, part in walk("", entry):
        match part:
            case FindingRate():
                yield Held(id, f"findings {part.key}", f"{part.p:g}", part.source, part.verified, used=True)
            case Figure():
                yield Held(id, _short(place), f"{part.value:g}", part.source, part.verified, used=True)
            case Distribution():
                value = f"{part.median:g} ({part.p10:g}–{part.p90:g})"
                yield Held(id, _short(place), value, part.source, part.verified, used=True)
            case Depth():
                value = f"ANC {part.anc_median:g} ({part.anc_p10:g}–{part.anc_p90:g})"
                yield Held(id, _short(place), value, part.source, part.verified, used=True)
                for line, own in part.lines.items():
                    value = f"{getattr(part, f'{line.lower()}_median'):g}"
                    yield Held(id, f"{_short(place)} {line}", value, own.source, own.verified, used=True)
            case Pattern():
                value = ", ".join(f"{line} {p:g}" for line, p in part.lineages.items())
                yield Held(id, _short(place), value, part.source, part.verified, used=True)
            case Published():
                what = f"published {part.of}" + (f", {part.given}" if part.given else "")
                value = f"{part.value:g} {part.unit}".removesuffix(" fraction")
                yield Held(id, what, value, part.source, part.verified, used=False)
            case _:
                pass


def all_held(base: KnowledgeBase) -> Iterator[Held]:
    for id, entry in entries(base):
        yield from held(id, entry)


def _short(place: str) -> str:
    return re.sub(r"\[(\d+)\]", lambda m: f" {int(m[1]) + 1}", place.lstrip("."))
