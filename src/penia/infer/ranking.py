"""The whole inference for one episode: who stands trial, how likely before, what speaks for whom."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

import msgspec
import numpy as np

from penia.explanation import Candidate, Tempo
from penia.facts import Reading
from penia.infer.counts import Evidence, Measured, count_evidence
from penia.infer.findings import Scored, finding_evidence
from penia.infer.hypotheses import Hypothesis, hypotheses
from penia.infer.posterior import Array, parts, posterior
from penia.infer.prior import Background, Weight, normalised, place_of, weight
from penia.infer.weights import Weights, weights
from penia.infer.wording import count_contribution, finding_contribution, missing, name_of, prior_contribution
from penia.knowledge import KnowledgeBase, table
from penia.knowledge.complications import complications
from penia.knowledge.schema import Settings
from penia.record import Record


class LowCounts(msgspec.Struct, frozen=True):
    """What the episode says of the counts."""

    onset: tuple[datetime | None, datetime | None]
    """(last normal count, first low count]"""
    seen: datetime | None
    """The first low count, or when the record ends where it is known in words only."""
    deep: datetime | None
    """When the counts had fallen to the depth in question; what began later did not cause it."""
    measured: Mapping[str, Measured]
    """Lowest value by line in the episode."""
    words: Mapping[str, bool]
    """Lineages (n, l, m, p, e) low or not low, from words or numbers."""
    tempo: Tempo


class Ranking(msgspec.Struct, frozen=True):
    """Every hypothesis judged: the arrays from which reports and plans are made."""

    hypotheses: tuple[Hypothesis, ...]
    weights: tuple[Weight, ...]
    prior: Array
    """log prior (C,)"""
    counts: tuple[Evidence, ...]
    findings: tuple[Scored, ...]
    evidence: Array
    """Weighted log likelihoods (C, E): counts, then findings."""
    probability: Array
    """(C,)"""
    deep: datetime | None
    """When the counts had fallen to the depth in question."""
    brought: Mapping[str, float]
    """P(present) on account of the counts themselves, by finding key."""

    def order(self) -> list[int]:
        """Indices of the hypotheses, likeliest first; ties by id."""
        return sorted(
            range(len(self.hypotheses)), key=lambda i: (-self.probability[i], self.hypotheses[i].id)
        )

    def moved(self) -> float:
        """How far the evidence moved the prior, in bits (Kullback–Leibler divergence)."""
        p = self.probability
        return float(np.sum(p * (np.log(np.maximum(p, 1e-300)) - self.prior)) / np.log(2))

    def open(self) -> float:
        """What is left open between the causes, in bits (entropy of the posterior); the drugs of one
        chemotherapy are one cause."""
        together: defaultdict[str, float] = defaultdict(float)
        for hypothesis, p in zip(self.hypotheses, self.probability, strict=True):
            kind = hypothesis.kind
            regimen = kind is not None and kind.latency.since == "each-dose"
            together[kind.id if kind is not None and regimen else hypothesis.id] += float(p)
        return -math.fsum(p * math.log2(p) for p in together.values() if p > 0)

    def candidate(self, i: int, knowledge: KnowledgeBase) -> Candidate:
        """Hypothesis ``i`` with every contribution; they sum to its posterior odds in decibans."""
        hypothesis = self.hypotheses[i]
        start, moved = parts(self.prior, self.evidence, i)
        evidence = [
            count_contribution(e, float(d), hypothesis)
            for e, d in zip(self.counts, moved[: len(self.counts)], strict=True)
        ] + [
            finding_contribution(s, float(d), hypothesis)
            for s, d in zip(self.findings, moved[len(self.counts) :], strict=True)
        ]
        evidence.sort(key=lambda c: (-abs(c.decibans), c.key))
        return Candidate(
            causes=(hypothesis.id,),
            name=name_of(hypothesis, self.deep),
            probability=float(self.probability[i]),
            contributions=(prior_contribution(self.weights[i], start, hypothesis), *evidence),
            missing=missing(hypothesis, {s.fact.key for s in self.findings}, knowledge.findings),
            plain=hypothesis.plain,
        )


def rank(
    record: Record,
    reading: Reading,
    low: LowCounts,
    knowledge: KnowledgeBase,
    setting: str | None,
    fitted: Weights | None = None,
) -> Ranking:
    """Probabilities of every cause and drug for the episode that ``low`` describes."""
    fitted = fitted or weights()
    who = hypotheses(record, reading, knowledge, (low.onset[1], low.deep), fitted)
    age = record.person.age(low.seen) if low.seen is not None else None
    place = place_of(setting, age)
    present = frozenset(f.key for f in reading.facts if f.present)
    drugs = frozenset(h.id for h in who if h.drug is not None)
    stated = frozenset(f"condition:{c}" for c in reading.conditions)
    background = Background(
        place, age, record.person.sex, low.onset, low.deep, low.seen, present | drugs | stated
    )
    settings = table("settings", Settings)
    masses = [weight(h, background, settings, fitted) for h in who]
    plain = np.exp(normalised([m.value for m in masses], 1.0))
    prior = np.array(normalised([m.value for m in masses], fitted.prior.value))
    counts = count_evidence(who, low.measured, low.words, low.tempo, fitted)
    skip = frozenset({"count", "drugs"} | ({"course"} if low.tempo != "unknown" else set()))
    brought = complications().of({line: m.value for line, m in low.measured.items()})
    findings = finding_evidence(
        who, plain.tolist(), reading.facts, knowledge.findings, place, skip, brought, fitted
    )
    columns = [e.logs for e in counts] + [s.logs for s in findings]
    evidence = np.array(columns).T if columns else np.zeros((len(who), 0))
    return Ranking(
        hypotheses=who,
        weights=tuple(masses),
        prior=prior,
        counts=tuple(counts),
        findings=tuple(findings),
        evidence=evidence,
        probability=posterior(prior, evidence),
        deep=low.deep,
        brought=brought,
    )
