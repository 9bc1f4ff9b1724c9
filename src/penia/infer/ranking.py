"""What the inference found for one episode: every hypothesis with its probability and what speaks for it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property

import msgspec
import numpy as np

from penia.explanation import Candidate, CauseSet, Contribution, Finer, Tempo
from penia.infer import interactions
from penia.infer.background import Passed
from penia.infer.counts import Evidence, Measured
from penia.infer.families import together
from penia.infer.findings import Scored
from penia.infer.hypotheses import Hypothesis, Tried
from penia.infer.posterior import Array, Indices, Way, odds, parts, posterior, way
from penia.infer.prior import Weighed
from penia.infer.sets import Sets, Trial
from penia.infer.wording import (
    PRIOR,
    count_contribution,
    finding_contribution,
    missing,
    name_of,
    prior_contribution,
    said,
)
from penia.knowledge import KnowledgeBase
from penia.knowledge.schema import Pair

MOSTLY = 0.5
"""Part of a cause's probability from which on one of its kinds is named."""


class LowCounts(msgspec.Struct, frozen=True):
    """What the episode says of the counts."""

    onset: tuple[datetime | None, datetime | None]
    """(last normal count, first low count]"""
    seen: datetime | None
    """The first low count; where it is known in words only, when they were said, or when the record ends."""
    dated: bool
    """The record says when."""
    deep: datetime | None
    """When the counts had fallen to the depth in question; what began later did not cause it."""
    measured: Mapping[str, Measured]
    """Lowest value by line in the episode."""
    words: Mapping[str, bool]
    """Lineages (n, l, m, p, e) low or not low, from words or numbers."""
    tempo: Tempo
    passed: bool = False
    """It was over sooner after the last normal count than a chronic one can be."""
    earlier: tuple[Passed, ...] = ()
    """Episodes before this one that are over."""
    said: datetime | None = None
    """When words placed it that the counts show later only."""


class Ranking(msgspec.Struct, frozen=True, dict=True):
    """Every hypothesis judged: the arrays from which reports and plans are made."""

    hypotheses: Tried
    weights: Weighed
    prior: Array
    """log prior (C,) of each by itself"""
    counts: tuple[Evidence, ...]
    findings: tuple[Scored, ...]
    evidence: Array
    """Weighted log likelihoods (C, E): counts, then findings."""
    probability: Array
    """(C,): by itself or in a set with others, so that they may sum to more than 1"""
    alone: Array
    """P(it, and no other) (C,)"""
    sets: Sets
    together: Array
    """P(set) (S,); with ``alone`` they sum to 1"""
    rows: tuple[Array, Array]
    """(log prior, weighted log likelihoods) of all hypotheses by themselves, then of the sets"""
    interacting: tuple[Pair, ...]
    """The pairs of drugs that do more together, of those that stand trial."""
    apart: Array
    """log prior of all rows if no drug acted on another"""
    trial: Trial
    deep: datetime | None
    """When the counts had fallen to the depth in question."""
    brought: Mapping[str, float]
    """P(present) on account of the counts themselves and of circumstances, by finding key."""

    def families(self) -> list[list[int]]:
        """Indices of the hypotheses of each candidate, likeliest first in both; ties by id."""
        return self._families

    @cached_property
    def _families(self) -> list[list[int]]:
        found = [sorted(members, key=self._place) for members in together([h.group for h in self.hypotheses])]
        return sorted(found, key=lambda m: (-self.chance(m), self.hypotheses[m[0]].group))

    @cached_property
    def _way(self) -> Way:
        return way(*self.rows)

    @cached_property
    def _chances(self) -> list[float]:
        return self.probability.tolist()

    def _place(self, i: int) -> tuple[float, str]:
        return -self._chances[i], self.hypotheses[i].id

    def chance(self, members: Sequence[int]) -> float:
        """Probability of several hypotheses as one."""
        return math.fsum(self._chances[i] for i in members)

    def moved(self) -> float:
        """How far the evidence, an interaction of drugs among it, moved the prior, in bits (Kullback–Leibler
        divergence)."""
        names = [h.group for h in self.hypotheses]
        prior = self.apart
        before = self._named(posterior(prior, np.zeros((len(prior), 0))), names)
        after = self._named(np.append(self.alone, self.together), names)
        return math.fsum(p * math.log2(p / before[name]) for name, p in after.items() if p > 0)

    def open(self) -> float:
        """What is left open between the causes, in bits (entropy of the posterior); the drugs of one
        chemotherapy are one cause."""
        names = [h.group for h in self.hypotheses]
        found = self._named(np.append(self.alone, self.together), names)
        return -math.fsum(p * math.log2(p) for p in found.values() if p > 0)

    def _named(self, rows: Array, names: Sequence[str]) -> dict[frozenset[str], float]:
        """Probability by the names of the causes, of all rows."""
        found: defaultdict[frozenset[str], float] = defaultdict(float)
        members = [(i,) for i in range(len(names))] + list(self.sets.members)
        for causes, p in zip(members, rows.tolist(), strict=True):
            found[frozenset(names[i] for i in causes)] += p
        return found

    def holding(self, members: Sequence[int]) -> Indices:
        """The rows in which any of these hypotheses is a cause."""
        causes, first = set(members), len(self.prior)
        within = [first + s for s, row in enumerate(self.sets.members) if not causes.isdisjoint(row)]
        return np.array([*members, *within])

    def principal(self) -> Array:
        """P(it is the cause that leads) (C,): a set is led by the member that is likeliest by itself. Their
        sum is 1."""
        found = self.alone.copy()
        for members, p in zip(self.sets.members, self.together.tolist(), strict=True):
            found[max(members, key=lambda m: self.alone[m])] += p
        return found

    def cause_sets(self, least: float, knowledge: KnowledgeBase) -> tuple[CauseSet, ...]:
        """Sets of candidates at least as probable as ``least``, the likeliest first; the kinds of a cause are
        one."""
        names = [h.group for h in self.hypotheses]
        found = self._named(np.append(self.alone, self.together), names)
        families = {names[members[0]]: members for members in self.families()}
        told: list[CauseSet] = []
        for causes, p in sorted(found.items(), key=lambda each: (-each[1], sorted(each[0]))):
            if len(causes) < 2 or p < least:
                continue
            order = sorted(causes, key=lambda c: (-self.chance(families[c]), c))
            speakers = [self.hypotheses[self._speaker(families[c])] for c in order]
            beats = all(p > q for other, q in found.items() if other < causes)
            name = " + ".join(self._name(h, knowledge) for h in speakers)
            told.append(CauseSet(tuple(h.family for h in speakers), name, p, beats))
        return tuple(told)

    @cached_property
    def _said(self) -> list[tuple[Contribution, Evidence | Scored]]:
        return [(said(piece), piece) for piece in (*self.counts, *self.findings)]

    def spoken(self, members: Sequence[int]) -> list[tuple[Contribution, Evidence | Scored | None]]:
        """All that speaks for or against a family of hypotheses, without its figures and sources, in decibans
        that sum to its posterior odds: the prior, then the strongest first. None: no piece of evidence."""
        holding = self.holding(members)
        start, moved = parts(self._way, holding)
        speaker = self.hypotheses[self._speaker(members)]
        mine = [pair for pair in self.interacting if speaker.id in pair.causes]
        apart = odds(self.apart, holding) if mine else start
        found: list[tuple[Contribution, Evidence | Scored | None]] = [
            (msgspec.structs.replace(each, decibans=decibans), piece)
            for (each, piece), decibans in zip(self._said, moved.tolist(), strict=True)
        ]
        if mine:
            found.append((interactions.contribution(speaker, mine, self.hypotheses, start - apart), None))
        found.sort(key=lambda each: (-abs(each[0].decibans), each[0].key))
        return [(msgspec.structs.replace(PRIOR, decibans=apart), None), *found]

    def candidate(self, members: Sequence[int], knowledge: KnowledgeBase) -> Candidate:
        """A family of hypotheses with every contribution. The figures shown are those of the kind that is
        likelier than all others together, or of the rest."""
        first = self._speaker(members)
        hypothesis = self.hypotheses[first]
        (prior, _), *evidence = self.spoken(members)
        return Candidate(
            causes=tuple(dict.fromkeys(self.hypotheses[i].family for i in members)),
            name=self._name(hypothesis, knowledge),
            probability=self.chance(members),
            contributions=(
                prior_contribution(prior, self.weights[first], hypothesis),
                *(self._figured(each, piece, first) for each, piece in evidence),
            ),
            missing=missing(hypothesis, self._known(hypothesis), knowledge),
            plain=hypothesis.plain,
            alone=math.fsum(self.alone[members].tolist()),
            finer=tuple(
                Finer(h.id, h.name, float(self.probability[i]))
                for i, h in ((i, self.hypotheses[i]) for i in members)
                if h.id != h.group
            ),
        )

    def _figured(self, said: Contribution, piece: Evidence | Scored | None, i: int) -> Contribution:
        if isinstance(piece, Scored):
            return finding_contribution(said, piece, self.hypotheses[i])
        if piece is None:
            return said
        return count_contribution(
            said, piece, self.hypotheses[i], piece.effective[i] if piece.effective else None
        )

    def _known(self, hypothesis: Hypothesis) -> set[str]:
        """Keys that are decided; whether a drug that raises it was added is told by the list of drugs."""
        joined = any(hypothesis.id in pair.causes for pair in self.interacting)
        return {s.fact.key for s in self.findings} | ({interactions.ADDED} if joined else set[str]())

    def _speaker(self, members: Sequence[int]) -> int:
        """The hypothesis whose figures stand for the family."""
        if self.probability[members[0]] >= MOSTLY * self.chance(members):
            return members[0]
        return next((i for i in members if self.hypotheses[i].id == self.hypotheses[i].family), members[0])

    def _name(self, speaker: Hypothesis, knowledge: KnowledgeBase) -> str:
        if speaker.cause is None or speaker.known or speaker.family not in knowledge.rests:
            return name_of(msgspec.structs.replace(speaker, name=speaker.group_name), self.deep)
        whole = knowledge.causes[speaker.family].name
        return whole if speaker.id == speaker.family else f"{whole}, most likely {speaker.name}"
