"""The prefilter never loses a match: texts made from each pattern are found again through the index."""

from __future__ import annotations

import random
import re
import re._constants as c  # the standard library's own parser: independent of ours
import re._parser as parser

import pytest

from penia.facts import tables
from penia.knowledge.bank import Bank, build
from penia.knowledge.literals import PatternError, needs

ALPHABET = "abz0 "


def sample(pattern: str, chance: random.Random) -> str:
    """A text that the pattern probably matches (look-arounds are passed over)."""
    return "".join(_sample(item, chance) for item in parser.parse(pattern))


def _sample(item: tuple[object, object], chance: random.Random) -> str:
    kind, value = item
    if kind is c.LITERAL:
        return chr(value)
    if kind is c.NOT_LITERAL or kind is c.ANY:
        return chance.choice(ALPHABET)
    if kind is c.IN:
        return _member(value, chance)
    if kind is c.BRANCH:
        return "".join(_sample(i, chance) for i in chance.choice(value[1]))
    if kind is c.SUBPATTERN:
        return "".join(_sample(i, chance) for i in value[3])
    if kind in (c.MAX_REPEAT, c.MIN_REPEAT):
        low, high, items = value
        times = chance.randint(low, min(high, low + 2))
        return "".join(_sample(i, chance) for _ in range(times) for i in items)
    return ""


def _member(choices: list[tuple[object, object]], chance: random.Random) -> str:
    if choices[0][0] is c.NEGATE:
        return chance.choice([x for x in "qx7" if (c.LITERAL, ord(x)) not in choices])
    kind, value = chance.choice(choices)
    if kind is c.RANGE:
        return chr(chance.randint(*value))
    if kind is c.CATEGORY:
        return {"CATEGORY_DIGIT": "7", "CATEGORY_SPACE": " "}.get(str(value), "q")
    return chr(value)


@pytest.mark.parametrize("name", sorted(tables.index().banks))
def test_what_a_pattern_matches_is_found_through_the_index(name: str) -> None:
    bank = tables.index().banks[name]
    chance = random.Random(7)
    made = 0
    for number, pattern in enumerate(bank.patterns):
        whole = re.compile(rf"(?<![a-z0-9])(?:{pattern})(?:e?s)?(?![a-z0-9])")
        for _ in range(3):
            text = f"x {sample(pattern, chance)} y"
            if whole.search(text):
                made += 1
                assert number in bank._candidates(text), (pattern, text)  # pyright: ignore[reportPrivateUsage]
    assert made > len(bank.patterns)


def test_a_bank_finds_the_places_of_its_patterns() -> None:
    bank: Bank = build([("spleen", "(?:enlarged|big) spleens?"), ("node", "node"), ("any", r"\d+")])
    assert list(bank.matches("a big spleen and nodes")) == [("spleen", 2, 12), ("node", 17, 22)]
    assert list(bank.whole("nodes")) == ["node"]


def test_a_plain_pattern_is_found_only_at_the_bounds_of_words() -> None:
    bank = build([("cough", "cough")])
    assert list(bank.matches("coughing cough coughs")) == [("cough", 9, 14), ("cough", 15, 21)]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("fever", (("fever",),)),
        ("(?:high|raised) temperature", (("high temperature", "raised temperature"),)),
        (r"osteop[ae]*nia", (("osteop",), ("nia",))),
        (r"\d+ ?cm", ()),
        (r"(?:no )?rash(?! sign)", (("rash",),)),
    ],
)
def test_needs_are_words_that_every_match_holds(pattern: str, expected: object) -> None:
    assert needs(pattern) == expected


@pytest.mark.parametrize("pattern", ["(unclosed", "a)", "[ab", "(?P<name>a)", r"(a)\1", "*a"])
def test_what_the_knowledge_may_not_use_is_rejected(pattern: str) -> None:
    with pytest.raises(PatternError):
        needs(pattern)
