"""One spelling for all: lower case, American, no accents, hyphens, apostrophes; abbreviations written out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import msgspec


class Spelling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``data/facts/spelling.yaml``"""

    characters: dict[str, str]
    """One sign → what stands for it."""
    abbreviations: dict[str, str]
    """Whole words as doctors write them, any case."""
    shorthand: dict[str, str]
    """Whole words in capitals, only where a finding or a diagnosis is read (``LOW`` is also a flag)."""
    british: dict[str, str]
    """Parts of words, British → American."""
    endings: dict[str, str]
    """Regular expression → replacement, after all others."""
    ignored: tuple[str, ...]
    """Words that do not count when two names are compared."""
    modifiers: tuple[str, ...]
    """Words that may be left out of a name when the whole is not known."""


def normaliser(spelling: Spelling) -> Callable[[str, bool], str]:
    """The function (text, finding) → normalised text; ``finding`` writes out the shorthand as well."""
    characters = str.maketrans(spelling.characters)
    abbreviations = _words(spelling.abbreviations)
    shorthand = _words(spelling.shorthand)
    british = re.compile("|".join(map(re.escape, sorted(spelling.british, key=len, reverse=True))))
    endings = [(re.compile(pattern), new) for pattern, new in spelling.endings.items()]
    blanks = re.compile(r"\s+")

    def normalise(text: str, finding: bool = False) -> str:
        if finding:
            text = shorthand.sub(lambda m: spelling.shorthand[m[0]], text)
        if not text.isascii():
            text = unicodedata.normalize("NFKD", text.translate(characters))
            text = "".join(c for c in text if not unicodedata.combining(c))
        text = abbreviations.sub(lambda m: spelling.abbreviations[m[0]], text.lower())
        text = british.sub(lambda m: spelling.british[m[0]], text)
        for pattern, new in endings:
            text = pattern.sub(new, text)
        return blanks.sub(" ", text).strip()

    return normalise


def _words(table: dict[str, str]) -> re.Pattern[str]:
    words = "|".join(map(re.escape, sorted(table, key=len, reverse=True)))
    return re.compile(rf"(?<![\w/+-])(?:{words})(?![\w/])")


_STEM = re.compile(
    r"(?:(?<=..[^aeiou])ies|(?<=...)(?:ations?|ities|ity|ically|ment|ments|ness|ings?|ed|al|ous|ic|ly|es|s|e|y))$"
)


def stem(word: str) -> str:
    """A word without its commonest endings, enough to compare names: ``enlarged``, ``enlargement``."""
    for _ in range(2):
        shorter = _STEM.sub("", word)
        if shorter == word or len(shorter) < 4:
            break
        word = shorter
    return word


def bag(name: str, ignored: frozenset[str]) -> str:
    """A normalised name without order, endings and small words."""
    words = {stem(w) for w in re.findall(r"[a-z0-9]+", name) if w not in ignored}
    return " ".join(sorted(words))
