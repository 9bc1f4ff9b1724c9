"""What words mean and how they are read: findings, negation, lineages, parts of the body, relatives."""

from __future__ import annotations

from typing import Literal

import msgspec

from penia.facts.schema.row import Row


class Words(Row, frozen=True):
    """findings.yaml: the words that mean a key."""

    name: str
    same: tuple[str, ...] = ()
    narrower: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    opposite: tuple[str, ...] = ()
    reverse: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


class Negation(Row, frozen=True):
    before: tuple[str, ...]
    short: tuple[str, ...]
    listed: tuple[str, ...]
    after: tuple[str, ...]
    stop: tuple[str, ...]
    no_negation: tuple[str, ...]


class Uncertain(Row, frozen=True):
    before: tuple[str, ...]
    listed: tuple[str, ...]
    """Before what they doubt, over the commas of a list."""
    after: tuple[str, ...]


class ResultWords(Row, frozen=True):
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    unknown: tuple[str, ...]
    afterwards: tuple[str, ...]
    """They tell of the time after the illness, or after a suspected drug."""
    high: tuple[str, ...]
    low: tuple[str, ...]
    falling: tuple[str, ...]
    """Of a count: how far it fell is not told."""
    normal: tuple[str, ...]
    whole_negative: tuple[str, ...]


WindowKind = Literal["vital", "laboratory", "absent", "recorded", "earlier", "near"]


class Window(Row, frozen=True):
    """Days around the first low count."""

    before: float
    after: float


class LowLong(Row, frozen=True):
    """How words tell since when a count is low."""

    key: str
    """It has been low for ``least`` days."""
    least: float
    unless: str
    """By these it was over, and is another one now."""
    again: str
    """By these it came and went."""
    length: str
    """Between the low count and its ``length`` nothing else is told."""


class Unnamed(Row, frozen=True):
    """When white cells are left without a name."""

    key: str
    needs: frozenset[str]
    """Classes that must be counted beside the white count."""
    classes: frozenset[str]
    """All that are taken from it."""
    least: float
    """White count (10⁹/L) below which rounding decides."""
    share: float
    """Of the white count, above which those left over are many."""


class Followed(Row, frozen=True):
    """How a note says that a drug was given once the count was low."""

    says: tuple[str, ...]
    unless: tuple[str, ...]
    """In the same clause these make it another thing."""


class Restated(Row, frozen=True):
    """How a clause is said anew in words that the patterns know."""

    recurring: tuple[str, ...]
    """So words tell that something, ``WHAT``, comes again and again: it is recurrent."""
    shared: tuple[str, ...]
    """Words that stand once before a list and hold for each of its members."""


class Fever(Row, frozen=True):
    """Days for which a fever is long or short."""

    key: str
    returning: frozenset[str]
    """Kinds of it that come and go."""
    long: str
    least: float
    short: float
    most: float
    """By dates alone: one that was first told longer before the low count was another."""
    words: tuple[str, ...]
    """Parts of words by which a clause speaks of it."""


class Rules(Row, frozen=True):
    """reading.yaml: how words are read."""

    clause_ends: tuple[str, ...]
    negation: Negation
    uncertain: Uncertain
    relatives: tuple[str, ...]
    meetings: tuple[str, ...]
    """Before what the person only met ..."""
    met: frozenset[str]
    """... which for these keys is what counts."""
    not_exposed: tuple[str, ...]
    """The whole of the first piece of a note that denies an exposure."""
    none_used: tuple[str, ...]
    """The whole of any piece that does."""
    tellers: tuple[str, ...]
    guard_words: tuple[str, ...]
    result: ResultWords
    numbered: tuple[str, ...]
    """A number after one of these belongs to a name."""
    fillers: tuple[str, ...]
    other_specimens: tuple[str, ...]
    no_diagnosis: tuple[str, ...]
    diagnosis: tuple[str, ...]
    windows: dict[WindowKind, Window]
    passing: frozenset[str]
    """Keys of signs that hold for hours or days: outside the window of vital signs they tell of another
    illness."""
    lapsing: dict[str, float]
    """Key → the days before the low count for which it holds."""
    fading: dict[int, frozenset[str]]
    """Days about the low counts → keys of tests for acute infections that tell of no more days."""
    ended: tuple[str, ...]
    """By these an illness says that it is over."""
    low_long: LowLong
    unnamed: Unnamed
    followed: Followed
    raising: frozenset[str]
    """Ingredients that are given to raise counts."""
    not_of_marrow: frozenset[str]
    """Keys of blood that a report on marrow does not tell."""
    of_marrow_too: frozenset[str]
    """Keys of a film that it does tell."""
    not_of_organisms: frozenset[str]
    """Keys that a test for an organism does not tell: its IgG is no immunoglobulin of the blood."""
    partial: dict[str, tuple[str, ...]]
    """Finding key → names of tests that see too little of the person to deny it."""
    over: frozenset[str]
    """Keys that a diagnosis of the past no longer says."""
    treated: dict[str, tuple[str, ...]]
    """Finding key → known diseases whose treatment takes it away: beside them its absence says nothing."""
    fever: Fever
    restated: Restated


class LineageWords(Row, frozen=True):
    lineages: tuple[str, ...]
    words: tuple[str, ...]
    hpo: tuple[str, ...]
    keys: tuple[str, ...] = ()
    """Findings that mean so much where nothing else is said of the lineage."""
    causes: tuple[str, ...] = ()
    """Diagnoses that mean so much where nothing else is said of the lineage."""
    bounds: dict[str, float] = msgspec.field(default_factory=dict[str, float])
    """Finding key → the count lies below, by definition (10⁹/L)."""
    nouns: tuple[str, ...] = ()


class LowWords(Row, frozen=True):
    before: str
    after: str
    unless_after: str


class Lineages(Row, frozen=True):
    low: LowWords
    rows: tuple[LineageWords, ...]


class Group(Row, frozen=True):
    phrase: str
    keys: tuple[str, ...]


WordLists = tuple[str | tuple[str, ...], ...]


class Predicate(Row, frozen=True):
    """predicates.yaml: what is said of a part of the body."""

    key: str
    subject: tuple[str, ...]
    says: WordLists
    denies: WordLists = ()
    unless: tuple[str, ...] = ()


class Predicates(Row, frozen=True):
    shared: tuple[tuple[str, ...], ...]
    """Word lists that several rows use."""
    rows: tuple[Predicate, ...]


class Family(Row, frozen=True):
    """family.yaml: what a text about relatives may decide."""

    keys: frozenset[str]
    low_counts: str
    """The key for a low count of a relative."""
    of_relatives: dict[str, str]
    """A key of the person → the key that it is where a relative has it."""


class Hpo(Row, frozen=True):
    below: dict[str, str]
    above: dict[str, str]
    near: dict[str, tuple[str, ...]]
