"""The library: log counts relative to health of every family, simulated once and kept in a file.

The file is keyed by all that it depends on, so that any other change of the knowledge leaves it valid.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia import knowledge
from penia.infer.course.draws import Subjects, draw, subjects
from penia.infer.course.family import Family, of_cause, of_drug
from penia.infer.course.figures import figures
from penia.infer.course.together import Job, together
from penia.knowledge.physiology import physiology
from penia.knowledge.schema import Lineage

Array = NDArray[np.float64]
Paths = NDArray[np.float32]

GRID: Array = np.concatenate(
    [[0.0, 0.05, 0.1, 0.2, 0.35, 0.6, 1.0, 1.5], np.arange(2.0, 61.0), np.arange(62.0, 121.0, 2.0),
     np.arange(130.0, 361.0, 10.0)]
)  # fmt: skip
"""Simulated days."""
LINES: tuple[Lineage, ...] = ("n", "l")
DRAWS = 96
"""People of a disease."""
LEVELS = (1.0, 2.0, 4.0, 7.0, 11.0, 16.0, 24.0, 36.0, 60.0, np.inf)
"""Days for which a drug acts before it is stopped."""
DRUG_DRAWS = 24
"""People of a drug for each of the levels."""
LONGEST = 40.0
"""Longest ramp that is simulated; a slower one is the same path with its time stretched."""
SETTLED, CYCLE = 120.0, 126.0
"""Causes that were there from birth are read from the day when the path has settled, round and round."""
LEAST = -6.0
_STEP = 1.2
"""Finer than the model's own, whose errors a cycle of large swings gathers over a year."""
_BATCH = 24
_VERSION = 2
_UNIT = 1 / 4000
FILE = Path(knowledge.__file__).parent / "courses.bin"


class Kept(msgspec.Struct, frozen=True, eq=False):
    """What is known of one family."""

    own: Subjects
    pace: Array
    """Days of life for each simulated day (P,)."""
    paths: Mapping[Lineage, Paths | None]
    """(P, days of GRID); None where the line is not touched."""

    @property
    def count(self) -> int:
        return len(self.pace)


def rows_of(family: Family) -> int:
    return len(LEVELS) * DRUG_DRAWS if family.drug else DRAWS


def _job(family: Family) -> tuple[Job, Subjects, Array]:
    if family.drug:
        z = np.tile(draw(family, DRUG_DRAWS), (len(LEVELS), 1))
        own = subjects(family, z, figures())
        stop = np.repeat(np.array(LEVELS), DRUG_DRAWS)
        return Job(family, z, 0.0, stop, pace=np.ones(len(z))), own, np.ones(len(z))
    z = draw(family, DRAWS)
    own = subjects(family, z, figures())
    pace = paced(own)
    return Job(family, z, 0.0, own.lasting / pace, pace=pace), own, pace


def paced(own: Subjects) -> Array:
    """Days of life for each simulated day."""
    return np.maximum(own.slow / LONGEST, 1.0)


def simulated(families: Sequence[Family]) -> dict[Family, dict[Lineage, Paths | None]]:
    made: dict[Family, dict[Lineage, Paths | None]] = {}
    for i in range(0, len(families), _BATCH):
        part = families[i : i + _BATCH]
        counts = together([_job(f)[0] for f in part], GRID, LINES, step=_STEP)
        for family, seen in zip(part, counts, strict=True):
            made[family] = logs_of(family, seen)
    return made


def logs_of(family: Family, counts: Array, lines: Sequence[Lineage] = LINES) -> dict[Lineage, Paths | None]:
    """Of counts (P, lines, days); None where the line is not touched."""
    logs = np.maximum(np.log(np.maximum(counts, 1e-9)), LEAST).astype(np.float32)
    return {
        line: logs[:, j] if any(line in c.lineages for c in family.channels) else None
        for j, line in enumerate(lines)
    }


def families() -> list[Family]:
    """Every family of the knowledge, in a fixed order."""
    base = knowledge.load()
    found = [of_cause(c) for c in base.causes.values()]
    found += [of_drug(d, base.patterns[d.pattern]) for d in (*base.drugs.values(), base.unlisted)]
    return list(dict.fromkeys(found))


def digest(wanted: Sequence[Family]) -> str:
    parts = (
        _VERSION,
        wanted,
        figures().lasting,
        figures().gone,
        figures().least,
        physiology(),
        GRID.tolist(),
    )
    return hashlib.sha256(msgspec.msgpack.encode(parts)).hexdigest()[:16]


def compile_library() -> bytes:
    """The file: its digest, then int16 of every touched path, family by family."""
    wanted = families()
    made = simulated(wanted)
    blocks = [made[f][line] for f in wanted for line in LINES]
    whole = [np.round(b / _UNIT).astype("<i2").tobytes() for b in blocks if b is not None]
    return digest(wanted).encode() + b"".join(whole)


@cache
def library() -> Mapping[Family, Kept]:
    """Read from its file; if that is not of this knowledge, made anew, and kept where that can be written."""
    wanted = families()
    key = digest(wanted).encode()
    data = b""
    with contextlib.suppress(OSError):
        data = FILE.read_bytes()
    if not data.startswith(key):
        data = compile_library()
        with contextlib.suppress(OSError):
            fresh = FILE.with_suffix(f".{os.getpid()}")
            fresh.write_bytes(data)
            fresh.replace(FILE)
    stored = np.frombuffer(data, "<i2", offset=len(key))
    return _Shelf(wanted, stored)


def blended(parts: Mapping[Lineage, Paths | None]) -> Paths | None:
    """Of the white count: what is in neither line stays as in health."""
    shares = {line: figures().white[line].value for line in LINES}
    touched = [(shares[line], path) for line, path in parts.items() if path is not None]
    if not touched:
        return None
    rest = 1 - sum(share for share, _ in touched)
    mixed: Array = np.log(sum(share * np.exp(path) for share, path in touched) + rest)
    return mixed.astype(np.float32)


LETTER: dict[str, Lineage] = {"ANC": "n", "ALC": "l"}


def paths_of(parts: Mapping[Lineage, Paths | None], name: str) -> Paths | None:
    """Of a counted line."""
    return blended(parts) if name == "WBC" else parts[LETTER[name]]


@cache
def path(kept: Kept, name: str) -> Paths | None:
    """Of a counted line of a family of the library."""
    return paths_of(kept.paths, name)


class _Shelf(Mapping[Family, Kept]):
    """Families are unpacked when they are asked for."""

    def __init__(self, wanted: Sequence[Family], stored: NDArray[np.int16]) -> None:
        self._stored = stored
        self._at: dict[Family, dict[Lineage, int | None]] = {}
        self._kept: dict[Family, Kept] = {}
        place = 0
        for family in wanted:
            mine: dict[Lineage, int | None] = {}
            for line in LINES:
                touched = any(line in c.lineages for c in family.channels)
                mine[line] = place if touched else None
                place += rows_of(family) * len(GRID) if touched else 0
            self._at[family] = mine

    def __getitem__(self, family: Family) -> Kept:
        if family not in self._kept:
            _, own, pace = _job(family)
            count = rows_of(family)
            paths: dict[Lineage, Paths | None] = {
                line: None
                if place is None
                else (self._stored[place : place + count * len(GRID)] * np.float32(_UNIT)).reshape(count, -1)
                for line, place in self._at[family].items()
            }
            self._kept[family] = Kept(own, pace, paths)
        return self._kept[family]

    def __iter__(self) -> Iterator[Family]:
        return iter(self._at)

    def __len__(self) -> int:
        return len(self._at)
