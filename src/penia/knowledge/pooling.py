"""Published figures of one thing → the one figure that the model uses, worked out at the build.

A row ``{key: HP:0001945, from: [smith-2015, wang-2018]}`` names sources; their figures stand under
``published`` with that key. Figures that all say in how many people (``n``) are pooled by random effects on
the logit (DerSimonian R, Laird N. Meta-analysis in clinical trials. Control Clin Trials 1986;7:177–188).
Where one does not, the first that is named stands, the nearest to people with a low white count, and the
range takes in all of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import cast

import msgspec

from penia.errors import PeniaError

Z = 1.96
DIGITS = 3


class PoolingError(PeniaError):
    """A row that names published figures which are not there, or cannot be pooled."""


class Study(msgspec.Struct, frozen=True):
    """A published share."""

    value: float
    source: str
    n: int | None = None
    range: tuple[float, float] | None = None
    verified: bool = False
    key: str | None = None


class Pooled(msgspec.Struct, frozen=True):
    value: float
    range: tuple[float, float] | None
    words: str


def pooled(studies: Sequence[Study]) -> Pooled:
    """At least one; values from 0 to 1."""
    if len(studies) == 1:
        return Pooled(studies[0].value, _interval(studies[0]), f"as published{_of(studies)}")
    if all(study.n for study in studies):
        return _random_effects(studies)
    ends = [end for s in studies for end in (s.value, *(_interval(s) or ()))]
    words = f"that of {studies[0].source}, the nearest of {len(studies)}; the range takes in all"
    return Pooled(studies[0].value, (min(ends), max(ends)), words)


def _of(studies: Sequence[Study]) -> str:
    return f", n = {', '.join(str(s.n) for s in studies)}" if all(s.n for s in studies) else ""


def _interval(study: Study) -> tuple[float, float] | None:
    """Its own; else that of Wilson (J Am Stat Assoc 1927;22:209–212) for its ``n``."""
    if study.range is not None or not study.n:
        return study.range
    n, p = study.n, study.value
    middle, half = p + Z * Z / (2 * n), Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    low, high = ((middle + sign * half) / (1 + Z * Z / n) for sign in (-1, 1))
    return min(max(low, 0.0), p), max(min(high, 1.0), p)


def _random_effects(studies: Sequence[Study]) -> Pooled:
    logits, variances = zip(*(_logit(study) for study in studies), strict=True)
    weights = [1 / v for v in variances]
    total = math.fsum(weights)
    fixed = math.fsum(w * y for w, y in zip(weights, logits, strict=True)) / total
    q = math.fsum(w * (y - fixed) ** 2 for w, y in zip(weights, logits, strict=True))
    spread = total - math.fsum(w * w for w in weights) / total
    between = max(0.0, (q - (len(studies) - 1)) / spread)
    weights = [1 / (v + between) for v in variances]
    total = math.fsum(weights)
    mean = math.fsum(w * y for w, y in zip(weights, logits, strict=True)) / total
    low, value, high = (_expit(mean + sign * Z / math.sqrt(total)) for sign in (-1, 0, 1))
    differ = max(0.0, 1 - (len(studies) - 1) / q) if q > 0 else 0.0
    words = f"{len(studies)} figures pooled by random effects on the logit{_of(studies)}; I² {differ:.0%}"
    return Pooled(value, (low, high), words)


def _logit(study: Study) -> tuple[float, float]:
    """(logit, its variance); half a case is added to each side where one of them has less."""
    n = float(study.n or 0)
    yes = study.value * n
    if yes < 0.5 or n - yes < 0.5:
        yes, n = yes + 0.5, n + 1
    return math.log(yes / (n - yes)), 1 / yes + 1 / (n - yes)


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def filled(content: object) -> object:
    """A file's content with every row and figure that has ``from`` worked out. Raises PoolingError."""
    if not isinstance(content, dict):
        return content
    entry = cast(dict[str, object], content)
    published = entry.get("published")
    rows = cast(list[object], published) if isinstance(published, list) else []
    return {name: _filled(part, name, rows) if name != "published" else part for name, part in entry.items()}


def _filled(part: object, place: str, published: Sequence[object]) -> object:
    """``place``: the finding key of a row, else the path of the field."""
    if isinstance(part, list):
        return [_filled(item, _place(item, place), published) for item in cast(list[object], part)]
    if not isinstance(part, dict):
        return part
    fields = cast(dict[str, object], part)
    if "from" in fields:
        return _worked_out(fields, place, published)
    return {name: _filled(item, f"{place}.{name}", published) for name, item in fields.items()}


def _place(item: object, place: str) -> str:
    key = cast(Mapping[str, object], item).get("key") if isinstance(item, dict) else None
    return key if isinstance(key, str) else place


def _worked_out(fields: Mapping[str, object], place: str, published: Sequence[object]) -> dict[str, object]:
    name = "p" if "key" in fields else "value"
    if name in fields or "range" in fields:
        raise PoolingError(f"{place}: {name} and range are worked out of `from`; leave one of them out.")
    studies = _named(fields["from"], place, published)
    found = pooled(studies)
    largest = max(studies, key=lambda s: s.n or 0) if all(s.n for s in studies) else studies[0]
    worked: dict[str, object] = {
        name: _rounded(found.value),
        "source": largest.source,
        "verified": all(study.verified for study in studies),
        "converted": found.words,
    }
    if found.range is not None:
        worked["range"] = [_rounded(end) for end in found.range]
    return {**worked, **fields}


def _named(sources: object, place: str, published: Sequence[object]) -> list[Study]:
    names = cast(list[object], sources) if isinstance(sources, list) else [sources]
    if not names:
        raise PoolingError(f"{place}: `from` names no source.")
    studies: list[Study] = []
    for name in names:
        own = [item for item in published if _is(item, name, place)]
        if not own:
            raise PoolingError(
                f"{place}: no figure under published has the source {name} and the key {place}; add it there."
            )
        studies += [_study(item, place) for item in own]
    return studies


def _is(item: object, source: object, place: str) -> bool:
    if not isinstance(item, dict):
        return False
    fields = cast(Mapping[str, object], item)
    return fields.get("source") == source and fields.get("key") == place


def _study(item: object, place: str) -> Study:
    try:
        study = msgspec.convert(item, Study)
    except msgspec.ValidationError as error:
        raise PoolingError(f"{place}: a published figure does not fit: {error}") from error
    if not 0 <= study.value <= 1 or (study.n is not None and study.n < 1):
        raise PoolingError(
            f"{place}: {study.value:g} of {study.source} is no share of people; it cannot be pooled."
        )
    return study


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
