"""What is wrong in the tables that stand beside causes, drugs and findings: rules, limits, scores, weights.

Their shapes differ, so the check knows only what a figure and a source look like: ``{value, range, source}``,
``{median, p10, p90}``, ``sources`` by name, at the end of the file in full.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import cast

from penia.knowledge.schema import JUDGEMENT
from penia.knowledge.store import names, table

OWN_LINT = frozenset({"causes", "drugs", "finer", "findings", "pairs", "patterns", "settings"})
"""Read into structs that ``lint`` walks."""
WORDS = frozenset({"facts", "facts-index"})
"""Words and codes; what they hold is no figure."""

Fields = Mapping[str, object]


def faults() -> Iterator[str]:
    for name in names():
        if name not in OWN_LINT | WORDS:
            yield from of_table(name, table(name, object))


def of_table(name: str, content: object) -> Iterator[str]:
    """``content``: the file, or the files of the folder by path, as they were written."""
    for place, part in _files(name, content):
        known = _names(part.get("sources"))
        used: set[str] = set()
        notes: list[str] = []
        for where, fields in _mappings(place, {k: v for k, v in part.items() if k != "sources"}):
            used |= _sources(fields)
            notes += [note for note in fields.values() if isinstance(note, str)]
            yield from _figure(where, fields)
        yield from (
            f"{place}: source {s} is not among its sources" for s in sorted(used - known - {JUDGEMENT})
        )
        unused = (source for source in sorted(known - used) if not any(source in note for note in notes))
        yield from (f"{place}: nothing uses source {source}" for source in unused)


def _files(name: str, content: object) -> Iterator[tuple[str, Fields]]:
    if not isinstance(content, dict):
        return
    whole = cast(dict[str, object], content)
    if "sources" in whole or not any(isinstance(part, dict) and "sources" in part for part in whole.values()):
        yield name, whole
    else:
        yield from ((f"{name}/{stem}", cast(Fields, part)) for stem, part in whole.items())


def _mappings(place: str, node: object) -> Iterator[tuple[str, Fields]]:
    if isinstance(node, dict):
        fields = cast(dict[str, object], node)
        yield place, fields
        for key, item in fields.items():
            yield from _mappings(f"{place}.{key}", item)
    elif isinstance(node, list):
        for number, item in enumerate(cast(list[object], node), 1):
            yield from _mappings(f"{place} {number}", item)


def _names(sources: object) -> Set[str]:
    return set(cast(Fields, sources)) if isinstance(sources, dict) else set()


def _sources(fields: Fields) -> set[str]:
    one, several = fields.get("source"), fields.get("sources")
    found = {one} if isinstance(one, str) else set[str]()
    if isinstance(several, dict | list):
        found |= {name for name in cast(Sequence[object], several) if isinstance(name, str)}
    return found


def _figure(where: str, fields: Fields) -> Iterator[str]:
    value, ends = fields.get("value"), fields.get("range")
    if _number(value):
        if isinstance(ends, list):
            low, high = cast(list[float], ends)
            if not low <= cast(float, value) <= high:
                yield f"{where}: {value:g} is outside its range {low:g} to {high:g}"
        elif not _sources(fields):
            yield f"{where}: {value:g} has neither a range nor a source"
    spread = [fields.get(name) for name in ("p10", "median", "p90")]
    if all(_number(x) for x in spread) and spread != sorted(cast(list[float], spread)):
        yield f"{where}: 10th percentile, median and 90th must rise"


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
