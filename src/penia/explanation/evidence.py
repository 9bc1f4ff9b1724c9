"""Candidates, alone and together, and the evidence for and against each."""

from __future__ import annotations

from typing import Literal

import msgspec

ContributionKind = Literal["prior", "interaction", "counts", "finding", "test", "course", "silence"]


class Citation(msgspec.Struct, frozen=True, omit_defaults=True):
    """A source as a reader can open it; ``verified`` False is shown as such."""

    title: str
    ref: str = ""
    year: int | None = None
    verified: bool = False


class Contribution(msgspec.Struct, frozen=True, omit_defaults=True):
    """One piece of evidence for or against a candidate, in decibans (10 log₁₀ of the likelihood ratio)."""

    kind: ContributionKind
    key: str
    text: str
    """In plain words: ``sore throat (pharyngalgia)``."""
    decibans: float
    present: bool = True
    figures: tuple[str, ...] = ()
    """The numbers used, in words: ``P(present | cause) 0.58 (0.40–0.72)``."""
    citations: tuple[Citation, ...] = ()
    places: tuple[str, ...] = ()
    """Where the record says it."""


class Finer(msgspec.Struct, frozen=True, omit_defaults=True):
    """One kind of a cause, ``acute-leukemia/promyelocytic``, or one drug of a chemotherapy."""

    cause: str
    name: str
    probability: float
    """Of all causes, as the candidate's own: those of its kinds and of what is left sum to that."""


class Turn(msgspec.Struct, frozen=True, omit_defaults=True):
    """A result that would change our mind about a cause."""

    words: str
    """``if blasts are seen``"""
    test: str
    chance: float
    """How likely that result is."""
    after: float
    """Probability of the cause after it."""


class Candidate(msgspec.Struct, frozen=True, omit_defaults=True):
    causes: tuple[str, ...]
    """Cause ids; ``drug:clozapine``, ``viral-hepatitis``; of one chemotherapy its drugs, the likeliest first.
    Never a finer cause: see ``finer``."""
    name: str
    """``methimazole, day 41 of treatment``; with the finer cause that has half of its probability or more:
    ``acute leukaemia, most likely acute promyelocytic leukaemia``."""
    probability: float
    """P(it is a cause, by itself or together with others): those of all candidates may sum to more than 1."""
    contributions: tuple[Contribution, ...]
    """Sum to 10 log₁₀ of the posterior odds against the reference that the first one (prior) names."""
    missing: tuple[str, ...] = ()
    """What is not known and would weigh most for or against it, in words."""
    plain: str = ""
    alone: float | None = None
    """P(it is the only cause)"""
    interval: tuple[float, float] | None = None
    """Of a leading candidate: 80 % of the probabilities that come out where the figures behind it are drawn
    from their own intervals."""
    turns: tuple[Turn, ...] = ()
    """Of a leading candidate: the results that would change it most."""
    hinge: str = ""
    """The figure that this interval owes most to, in words; empty where none stands out."""
    finer: tuple[Finer, ...] = ()
    """Its kinds or drugs, likeliest first."""


class CauseSet(msgspec.Struct, frozen=True, omit_defaults=True):
    """Several causes at work at once."""

    causes: tuple[str, ...]
    """The likeliest first."""
    name: str
    probability: float
    """P(these, and no other); it is part of the probability of each member."""
    beats: bool = False
    """Likelier than any of its members by itself, so that it is told."""


class Difference(msgspec.Struct, frozen=True, omit_defaults=True):
    """One fact between two causes; decibans above 0 speak for the first."""

    text: str
    decibans: float
    places: tuple[str, ...] = ()


class Comparison(msgspec.Struct, frozen=True, omit_defaults=True):
    """Two causes side by side for one record."""

    causes: tuple[str, str]
    names: tuple[str, str]
    probabilities: tuple[float, float]
    decibans: float
    """Of the first against the second, all together."""
    differences: tuple[Difference, ...]
    """What parts them most first; the prior among them."""
    test: str = ""
    """The open test that would part them best; empty where none would."""
    turns: tuple[Turn, ...] = ()
    """What its results would make of the first, of the two alone."""
