"""The result: what matters now, which causes, why, what to do. Frozen values that every report renders."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from penia.columns import frame, table
from penia.explanation.course import Bands, Episode, Forecast, LowCount, Passing, Scenario, Tempo
from penia.explanation.evidence import (
    Candidate,
    CauseSet,
    Citation,
    Comparison,
    Contribution,
    ContributionKind,
    Difference,
    Finer,
    Turn,
)
from penia.explanation.plan import Alert, Effect, ScoreTotal, Shift, Step
from penia.explanation.suspects import Answer, Scale, Suspect
from penia.record import Problem

__all__ = [
    "Alert",
    "Answer",
    "Bands",
    "Candidate",
    "CauseSet",
    "Citation",
    "Comparison",
    "Contribution",
    "ContributionKind",
    "Difference",
    "Effect",
    "Episode",
    "Explanation",
    "Finer",
    "Forecast",
    "LowCount",
    "Passing",
    "Scale",
    "Scenario",
    "ScoreTotal",
    "Shift",
    "Step",
    "Suspect",
    "Tempo",
    "Turn",
]


HELPS = 2
"""Tests that are named where too little is known."""


class Explanation(msgspec.Struct, frozen=True, omit_defaults=True):
    person: str
    at: datetime | None
    setting: str | None
    headline: str
    """The first line: what matters most now."""
    urgency: tuple[Alert, ...]
    episode: Episode | None
    candidates: tuple[Candidate, ...]
    plan: tuple[Step, ...]
    missing: tuple[str, ...]
    problems: tuple[Problem, ...]
    versions: dict[str, str]
    others: dict[str, float] = msgspec.field(default_factory=dict[str, float])
    """Id → probability of every cause and drug that stood trial and is none of the candidates."""
    sets: tuple[CauseSet, ...] = ()
    """Causes that may be at work together, the likeliest set first."""
    suspects: tuple[Suspect, ...] = ()
    """Each drug of the record that stood trial, with its alternative and its published scales."""
    scores: tuple[ScoreTotal, ...] = ()
    """Clinical scores that answer a question of this record."""
    thin: bool = False
    """Evidence moved the prior by less than a bit."""
    forecast: Forecast | None = None
    """Where it was asked for, and a count is low."""

    def helps(self) -> tuple[str, ...]:
        """The tests that would tell most, where too little is known."""
        return tuple(step.name for step in self.plan if step.kind == "test")[:HELPS]

    def to_json(self) -> bytes:
        """UTF-8 JSON (docs/schema/explanation.json); the same record gives the same bytes."""
        return msgspec.json.encode(self, order="deterministic")

    def to_arrow(self, what: Literal["causes", "evidence"] = "causes") -> Any:
        """The ranked causes, or every piece of evidence for and against each, as a ``pyarrow.Table``.

        >>> explanation.to_arrow("evidence").column_names
        """
        from penia.explanation import tables

        if what == "causes":
            return table(tables.CAUSES, [(self.person, *row) for row in tables.causes(self.candidates)])
        rows = [
            (self.person, *row)
            for c in self.candidates
            for row in tables.evidence(c.causes[0], c.contributions)
        ]
        return table({"person": "string"} | tables.EVIDENCE, rows)

    def to_pandas(self, what: Literal["causes", "evidence"] = "causes") -> Any:
        """The same as ``to_arrow`` for pandas. Raises PeniaError where pandas is not installed."""
        return frame(self.to_arrow(what))

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from penia.explanation.notebook import fragment

        return fragment(self)
