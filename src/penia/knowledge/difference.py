"""What differs between two states of the knowledge: figures added, removed, changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import msgspec

from penia.errors import PeniaError

TEXTS = frozenset({"note", "given", "of", "converted", "why", "title"})
"""Fields of words: a figure that differs in these alone has not changed."""


class DifferenceError(PeniaError):
    """One sentence: which state cannot be read, and what to give."""


class Change(msgspec.Struct, frozen=True):
    place: str
    """``causes/hiv findings.HP:0001945.p``"""
    old: str | None
    new: str | None
    """None: not there."""


def difference(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> tuple[Change, ...]:
    """Of files by path, as YAML. Raises DifferenceError."""
    before, after = _changed(old, new), _changed(new, old)
    return tuple(
        Change(place, before.get(place), after.get(place))
        for place in sorted({*before, *after})
        if before.get(place) != after.get(place)
    )


def _changed(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> dict[str, str]:
    """Place → value of every figure in the files that differ."""
    found: dict[str, str] = {}
    for file, text in one.items():
        if other.get(file) != text:
            found |= _flat(file, text)
    return found


def of_folder(folder: Path) -> dict[str, bytes]:
    """Every YAML file under ``folder``. Raises DifferenceError where there is none."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.yaml"))
    }
    if not files:
        raise DifferenceError(f"{folder} holds no YAML file; give a folder of knowledge or a git revision.")
    return files


def _flat(file: str, text: bytes) -> dict[str, str]:
    import yaml

    try:
        content = cast(object, yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.YAMLError as error:
        raise DifferenceError(f"{file} is not YAML ({str(error).splitlines()[0]}); mend it first.") from error
    found: dict[str, str] = {}
    _gather(content, f"{file.removesuffix('.yaml')} ", found)
    return found


def _gather(part: object, place: str, found: dict[str, str]) -> None:
    if isinstance(part, dict):
        for name, item in cast(dict[str, object], part).items():
            if name not in TEXTS:
                _gather(item, f"{place}{'' if place.endswith(' ') else '.'}{name}", found)
    elif isinstance(part, list):
        items = cast(list[object], part)
        if not any(isinstance(item, dict | list) for item in items):
            found[place] = ", ".join(map(str, items))
            return
        for number, item in enumerate(items):
            _gather(item, f"{place}.{_named(item, number)}", found)
    else:
        found[place] = str(part)


NAMES = ("key", "id", "text", "when", "with")
"""Fields by which a row is known, so that one inserted does not shift the rest."""


def _named(item: object, number: int) -> str:
    fields = cast(dict[str, object], item) if isinstance(item, dict) else {}
    return next((str(fields[name]) for name in NAMES if fields.get(name)), str(number))
