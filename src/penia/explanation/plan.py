"""What is urgent, what the clinical scores say, what to do and which test to send."""

from __future__ import annotations

from typing import Literal

import msgspec

from penia.explanation.evidence import Citation


class Alert(msgspec.Struct, frozen=True, omit_defaults=True):
    """What must be done before any cause is sought."""

    level: Literal["now", "today", "soon"]
    title: str
    action: str
    because: tuple[str, ...]
    """The facts that fired the rule, with values and dates."""
    citations: tuple[Citation, ...] = ()
    unknown: tuple[str, ...] = ()
    """Facts that the rule needs and the record lacks."""


class ScoreTotal(msgspec.Struct, frozen=True, omit_defaults=True):
    """A clinical score as far as the record tells it."""

    id: str
    name: str
    answers: str
    """The question that it answers."""
    applies_to: str
    """The people for whom it was made."""
    low: float
    """Points that are known."""
    high: float
    """Points if all that is not known brought the most."""
    meaning: str
    most: int | None = None
    action: str = ""
    """Only where what is not known could not change it."""
    probability: tuple[float, float] | None = None
    """Where the score gives one: at ``low`` and at ``high``."""
    because: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()


class Shift(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a result makes of the probability of a cause."""

    cause: str
    name: str
    before: float
    after: float


class Effect(msgspec.Struct, frozen=True, omit_defaults=True):
    """One result that a test may have."""

    words: str
    """``if blasts are seen``"""
    probability: float
    """How likely that result is."""
    becomes: tuple[Shift, ...]
    """The leading causes after it."""


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something to do: treatment of a cause, a drug of the record to stop, hold or go on with, or a test."""

    kind: Literal["treat", "test", "stop", "hold", "continue", "reassure", "ask", "follow-up"]
    text: str
    urgency: Literal["now", "today", "days", "routine"] = "routine"
    causes: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    effects: tuple[Effect, ...] = ()
    """Of a test: what each result would do to the causes."""
    cost: int | None = None
    """Band of cost of a test: 1 routine, 2 some tens, 3 some hundreds, 4 more."""
    turnaround: float | None = None
    """Hours until the result is usually there."""
    sample: str = ""
    """What is taken: ``EDTA blood``; tests of one sample share a draw."""
    gain: float | None = None
    """Bits of uncertainty about what to do that the result is expected to take away; 0 where it only
    confirms."""
    stage: int | None = None
    """1: with the first blood draw; 2: once its results are there."""
    name: str = ""
    """Of a test: what to ask for."""
