"""The whole inference for one episode: who stands trial, how likely before, what speaks for whom."""

from __future__ import annotations

import numpy as np

from penia.explanation import Tempo
from penia.facts import Reading
from penia.infer import interactions
from penia.infer.background import Background, days, place_of
from penia.infer.beside import beside
from penia.infer.counts import LINEAGE, count_evidence
from penia.infer.course.column import course_evidence, is_followed
from penia.infer.deep import at_this_depth
from penia.infer.families import tempered
from penia.infer.findings import told
from penia.infer.hypotheses import hypotheses
from penia.infer.posterior import posterior
from penia.infer.prior import Weighed, normalised
from penia.infer.ranking import LowCounts, Ranking
from penia.infer.sets import Trial, marginal, search
from penia.infer.silence import silence
from penia.infer.ties import met, tied, ties
from penia.infer.weights import Weights, settings, weights
from penia.infer.young import at_this_age
from penia.knowledge import KnowledgeBase
from penia.knowledge.complications import complications
from penia.knowledge.family import parent_of
from penia.record import Record


def rank(
    record: Record,
    reading: Reading,
    low: LowCounts,
    knowledge: KnowledgeBase,
    setting: str | None,
    fitted: Weights | None = None,
    *,
    courses: bool = True,
) -> Ranking:
    """Probabilities of every cause and drug for the episode that ``low`` describes; without ``courses`` the
    counts speak by their depth and tempo alone, not by their course."""
    fitted = fitted or weights()
    age = record.person.age(low.seen) if low.seen is not None else None
    place = place_of(setting, age)
    tried = hypotheses(record, reading, knowledge, (low.onset[1], low.deep), fitted)
    who = at_this_depth(at_this_age(tried, knowledge.findings, place), low.measured, fitted)
    present = frozenset(f.key for f in reading.facts if f.present)
    drugs = frozenset(h.id for h in who.drugs)
    stated = frozenset(f"condition:{id}" for c in reading.conditions for id in (c, parent_of(c)))
    pairs = interactions.of_drugs(knowledge.pairs, drugs)
    paired = frozenset(both for p in pairs for a, b in [p.causes] for both in ((a, b), (b, a)))
    background = Background(
        place,
        age,
        record.person.sex,
        low.onset,
        low.deep,
        low.seen,
        present | drugs | stated,
        paired,
        low.dated,
        _neutropenia(low, fitted),
        low.earlier,
        low.said,
        reading.since,
    )
    masses = Weighed(who, background, settings(), fitted)
    shares = np.exp(normalised(masses.values, 1.0))
    prior = tempered(masses.values, who.candidates, fitted.prior.value)
    followed = courses and is_followed(record, low.onset[1])
    tempo: Tempo = low.tempo if not followed or low.tempo in ("recurrent", "cyclic") else "unknown"
    passed = low.passed and not followed
    last_normal, first_low = low.onset
    gap = None if last_normal is None or first_low is None else days(first_low - last_normal)
    lines = count_evidence(who, low.measured, low.words, tempo, fitted, gap=gap, passed=passed)
    counts = beside(lines, low.words, fitted)
    skip = frozenset({"count", "drugs"} | ({"course"} if low.tempo != "unknown" else set()))
    in_words = {line for line, lineage in LINEAGE.items() if low.words.get(lineage)}
    brought = complications().of(
        {line: m.value for line, m in low.measured.items()},
        in_words,
        background.present | {f"setting:{setting}"},
    )
    known = met(who, knowledge.pairs)
    heard = told(who, shares, reading.facts, knowledge.findings, place, skip, brought, fitted, tied(known))
    findings = heard.scored()
    unsaid = silence(who, shares, record, reading.facts, knowledge.findings, place, brought, fitted)
    counts = counts if unsaid is None else [*counts, unsaid]
    if followed:
        standing = np.sum([prior, *(e.logs for e in counts), *(s.logs for s in findings)], axis=0)
        course = course_evidence(who, record, low.onset, fitted.counts.value, standing)
        counts = counts if course is None else [*counts, course]
    evidence = np.array([each.logs for each in (*counts, *findings)]).reshape(-1, len(who)).T
    more = interactions.strengths(pairs, who, background, fitted)
    bound = ties(who, prior, masses.hazards, known, fitted, more)
    court = Trial(bound, tuple(counts), heard)
    sets = search(court, bound.alone + evidence.sum(axis=1), fitted)
    rows = np.append(bound.alone, sets.prior), np.concatenate([evidence, sets.evidence])
    apart = rows[0]
    if pairs:
        unbound = ties(who, prior, masses.hazards, known, fitted, {})
        apart = np.append(unbound.alone, unbound.priors(sets.members))
    alone, jointly = np.split(posterior(*rows), [len(who)])
    return Ranking(
        hypotheses=who,
        weights=masses,
        prior=bound.alone,
        counts=tuple(counts),
        findings=tuple(findings),
        evidence=evidence,
        probability=marginal(alone, sets.members, jointly),
        alone=alone,
        sets=sets,
        together=jointly,
        rows=rows,
        interacting=pairs,
        apart=apart,
        trial=court,
        deep=low.deep,
        brought=brought,
    )


def _neutropenia(low: LowCounts, fitted: Weights) -> bool:
    """Neutrophils are low or near it, or nobody counted them."""
    anc = low.measured.get("ANC")
    near = anc is not None and anc.value < fitted.near.value * anc.limit
    return near or low.words.get("n", True)
