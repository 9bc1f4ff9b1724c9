"""From a source to the figures that rest on it."""

from __future__ import annotations

import msgspec

from penia.knowledge.schema import Source
from penia.knowledge.store import KnowledgeBase
from penia.knowledge.walk import Held, entries, held, sources_of


class Resting(msgspec.Struct, frozen=True):
    """A source under one of its names, and what rests on it in all files."""

    name: str
    source: Source
    figures: tuple[Held, ...]


def resting(wanted: str, base: KnowledgeBase) -> tuple[Resting, ...]:
    """Sources by their name, else by words that their titles hold, in any order and case."""
    words = wanted.casefold().split()
    by_name: dict[tuple[str, str], tuple[Source, list[Held]]] = {}
    for id, entry in entries(base):
        figures = list(held(id, entry))
        for name, source in sources_of(entry, base).items():
            title = source.title.casefold()
            if name == wanted.strip() or (words and all(word in title for word in words)):
                known = by_name.setdefault((name, source.title), (source, []))
                known[1].extend(figure for figure in figures if figure.source == name)
    exact = {key: found for key, found in by_name.items() if key[0] == wanted.strip()}
    return tuple(
        Resting(name, source, tuple(dict.fromkeys(figures)))
        for (name, _), (source, figures) in sorted((exact or by_name).items())
        if figures
    )
