"""From YAML to memory: every file under data/ is validated and compiled once, then read in milliseconds."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar, cast

import msgspec

from penia.errors import PeniaError
from penia.knowledge.factindex import fact_index
from penia.knowledge.family import grown, parent_of, rest
from penia.knowledge.pooling import PoolingError, filled
from penia.knowledge.schema import Cause, Drug, DrugPattern, FindingKey, FinerCause, Knowledge, Pair

DATA = Path(__file__).parent / "data"
COMPILED = Path(__file__).parent / "compiled.msgpack"
RELEASE = "release"
"""Stamp of a file compiled into a wheel: nothing newer can lie beside it."""

T = TypeVar("T")


class KnowledgeError(PeniaError):
    """A knowledge file that does not fit the schema; the message names the file and the field."""


class _Compiled(msgspec.Struct, frozen=True):
    stamp: str
    version: str
    parts: dict[str, bytes]
    """Folder or file stem → its files, merged, as MessagePack."""


class KnowledgeBase(msgspec.Struct, frozen=True, eq=False):
    """Compared by identity, so that what follows from it can be kept beside it."""

    causes: dict[str, Cause]
    """By id; a finer cause is whole, with what it takes from its parent."""
    finer: dict[str, FinerCause]
    """What the finer causes state themselves."""
    rests: dict[str, Cause | None]
    """Of each cause that is split: what its finer causes leave of it; None where they leave nothing."""
    drugs: dict[str, Drug]
    unlisted: Drug
    """What is taken of a drug that is none of them."""
    patterns: dict[str, DrugPattern]
    findings: dict[str, FindingKey]
    pairs: tuple[Pair, ...]
    version: str


class _Findings(Knowledge, frozen=True):
    findings: tuple[FindingKey, ...]


class _Pairs(Knowledge, frozen=True):
    pairs: tuple[Pair, ...]


@cache
def load() -> KnowledgeBase:
    """The knowledge base, validated. Raises KnowledgeError where a file does not fit."""
    causes = {c.id: c for c in folder("causes", Cause).values()}
    finer = {c.id: c for c in folder("finer", FinerCause).values()}
    findings = {f.key: f for file in folder("findings", _Findings).values() for f in file.findings}
    broader = {key: finding.implies for key, finding in findings.items() if finding.implies}
    whole = {child.id: grown(child, causes[parent_of(child.id)], broader) for child in finer.values()}
    split = {
        parent: [c for c in finer.values() if parent_of(c.id) == parent] for parent in map(parent_of, finer)
    }
    return KnowledgeBase(
        causes={**causes, **whole},
        finer=finer,
        rests={parent: rest(causes[parent], children, whole) for parent, children in split.items()},
        drugs={d.id: d for d in folder("drugs", Drug).values()},
        unlisted=table("unlisted", Drug),
        patterns={p.id: p for p in folder("patterns", DrugPattern).values()},
        findings=findings,
        pairs=tuple(p for file in folder("pairs", _Pairs).values() for p in file.pairs),
        version=version(),
    )


def folder(part: str, kind: type[T]) -> dict[str, T]:
    """Every file of ``data/<part>/`` as a ``kind``, by its path in the folder without ``.yaml``."""
    by_path = cast(type[dict[str, T]], dict.__class_getitem__((str, kind)))
    return msgspec.msgpack.decode(_compiled().parts[part], type=by_path)


def table(name: str, kind: type[T]) -> T:
    """The file ``data/<name>.yaml``, or the folder ``data/<name>/`` as a dict by path, as a ``kind``."""
    return msgspec.msgpack.decode(_compiled().parts[name], type=kind)


def names() -> tuple[str, ...]:
    """Of every file and folder under data/."""
    return tuple(_compiled().parts)


def version() -> str:
    """Short digest of all knowledge; it stands in every result."""
    return _compiled().version


@cache
def _compiled() -> _Compiled:
    decoder = msgspec.msgpack.Decoder(_Compiled)
    stamp = ""
    with contextlib.suppress(OSError, msgspec.DecodeError):  # absent or broken: made anew
        compiled = decoder.decode(COMPILED.read_bytes())
        if compiled.stamp in (RELEASE, stamp := _stamp()):
            return compiled
    data = compile_data(stamp or _stamp())
    with contextlib.suppress(OSError):  # a read-only installation compiles each time it starts
        fresh = COMPILED.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(data)
        fresh.replace(COMPILED)
    return decoder.decode(data)


def compile_data(stamp: str) -> bytes:
    """Read and check every file of data/; ``stamp`` marks the state of the sources that it came from."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    digest = hashlib.sha256()
    merged: dict[str, object] = {}
    for path in _files():
        text = path.read_bytes()
        name = path.relative_to(DATA).with_suffix("").as_posix()
        digest.update(name.encode() + b"\0" + text + b"\0")
        try:
            content = cast(object, yaml.load(text, Loader=loader))
        except yaml.YAMLError as error:
            raise KnowledgeError(f"{path}: not YAML: {error}") from error
        folder, _, rest = name.partition("/")
        if rest:
            cast(dict[str, object], merged.setdefault(folder, {}))[rest] = content
        else:
            merged[folder] = content
    causes = cast(dict[str, object], merged.get("causes", {}))
    merged["finer"] = finer = {name: causes.pop(name) for name in [*causes] if "/" in name}
    for orphan in finer:
        if parent_of(orphan) not in causes:
            raise KnowledgeError(
                f"{DATA / 'causes' / orphan}.yaml: no causes/{parent_of(orphan)}.yaml is there"
            )
    for part, kind in (
        ("causes", Cause),
        ("finer", FinerCause),
        ("drugs", Drug),
        ("patterns", DrugPattern),
        ("findings", _Findings),
        ("pairs", _Pairs),
    ):
        merged[part] = {
            name: _checked(DATA / ("causes" if part == "finer" else part) / f"{name}.yaml", content, kind)
            for name, content in cast(dict[str, object], merged.get(part, {})).items()
        }
    if "facts" in merged:
        merged["facts-index"] = fact_index(cast(dict[str, object], merged["facts"]))
    parts = {name: msgspec.msgpack.encode(content) for name, content in merged.items()}
    return msgspec.msgpack.encode(_Compiled(stamp, digest.hexdigest()[:12], parts))


def _checked(path: Path, content: object, kind: type[T]) -> T:
    try:
        return msgspec.convert(filled(content), kind)
    except (msgspec.ValidationError, PoolingError) as error:
        raise KnowledgeError(f"{path}: {error}") from error


def _files() -> list[Path]:
    return sorted(DATA.rglob("*.yaml"))


def _stamp() -> str:
    """State of the YAML, the schema and the pooling; called at each start, so no Path is made for a file."""
    states = [f"{entry.path}:{_state(entry.stat())}" for entry in _entries(DATA)]
    states += [_state(entry.stat()) for entry in _entries(DATA.parent / "schema", ".py")]
    states.append(_state((DATA.parent / "pooling.py").stat()))
    return hashlib.sha256(";".join(sorted(states)).encode()).hexdigest()


def _entries(folder: Path | str, ending: str = ".yaml") -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _entries(entry.path, ending)
            elif entry.name.endswith(ending):
                yield entry


def _state(stat: os.stat_result) -> str:
    return f"{stat.st_mtime_ns}:{stat.st_size}"
