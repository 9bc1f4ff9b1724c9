"""A folder of cases: ``NAME.case.json`` holds the facts, ``NAME.key.json`` beside it the answer."""

from __future__ import annotations

from pathlib import Path

import msgspec

from penia.errors import PeniaError
from penia.read.case import Case, parse


class EvaluationError(PeniaError):
    """One sentence: what is wrong with the folder of cases, and what to do."""


class Key(msgspec.Struct, frozen=True):
    causes: tuple[str, ...]
    """Cause ids that count as right, principal first."""
    tier: str = "headline"
    """``weak`` ones stay out of the headline figure."""
    decisive: bool = False
    """The facts hold a confirming result."""
    low_count: str = ""
    """number, words or none"""


class Pair(msgspec.Struct, frozen=True):
    """The files of one case, not read yet."""

    name: str
    case: Path
    key: Path

    def read(self) -> tuple[Case, Key]:
        """Raises ReadError or EvaluationError naming the file and the field that do not fit."""
        case = parse(_bytes(self.case), self.case.name)
        try:
            key = msgspec.json.decode(_bytes(self.key), type=Key)
        except (msgspec.DecodeError, RecursionError) as error:
            raise EvaluationError(
                f"{self.key.name} is no key ({error}); give it a list causes, principal first."
            ) from error
        if not key.causes:
            raise EvaluationError(f"{self.key.name} names no cause; list at least one under causes.")
        return case, key


def pairs(folder: Path) -> tuple[Pair, ...]:
    """Every case of the folder in the order of names. Raises EvaluationError where there is none."""
    found = sorted(folder.glob("*.case.json")) if folder.is_dir() else []
    if not found:
        raise EvaluationError(
            f"{folder} holds no case; give a folder of NAME.case.json files, each with a NAME.key.json."
        )
    names = [(path, path.name.removesuffix(".case.json")) for path in found]
    return tuple(Pair(name, path, path.with_name(f"{name}.key.json")) for path, name in names)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EvaluationError(f"{path.name} cannot be read ({error.strerror}).") from error
