"""How a drug is taken, by its words and by its kind: as needed, once, by mouth, in cycles."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Literal, get_args

import msgspec

from penia.codes.tables import rows, values, words
from penia.knowledge.schema import Latency
from penia.knowledge.store import folder

Way = Literal["as-needed", "once", "by-mouth"]
WAYS: tuple[Way, ...] = get_args(Way)


@lru_cache(maxsize=50_000)
def ways(texts: tuple[str | None, ...]) -> frozenset[Way]:
    """What the texts (names, dosage, route) say of it, in the words of ``drug_words.csv``.

    >>> ways(("Metamizole 500 mg", "1-2 tablets if required"))
    frozenset({'as-needed'})
    """
    told = [f" {' '.join(words(text))} " for text in texts if text]
    return frozenset(way for way in WAYS if any(phrase in text for phrase in _phrases(way) for text in told))


@cache
def _phrases(way: Way) -> tuple[str, ...]:
    said = (values(row["words"]) for row in rows("drug_words") if row["kind"] == way)
    return tuple(f" {' '.join(words(phrase))} " for phrases in said for phrase in phrases)


class _Timed(msgspec.Struct):
    """Of a drug, or of a pattern of drugs, what is needed here."""

    id: str
    latency: Latency | None = None
    pattern: str | dict[str, msgspec.Raw] = ""


@cache
def given_in_cycles() -> frozenset[str]:
    """Ingredients for whose effect each dose counts anew: cytotoxics, antibodies against B cells."""
    patterns = {p.id: p.latency for p in folder("patterns", _Timed).values()}
    timed = ((d.id, d.latency or patterns.get(str(d.pattern))) for d in folder("drugs", _Timed).values())
    return frozenset(
        id.removeprefix("drug:") for id, latency in timed if latency and latency.since == "each-dose"
    )
