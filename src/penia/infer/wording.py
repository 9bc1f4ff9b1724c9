"""The inference in words: names, contributions with their figures and sources, and what is not known."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from functools import lru_cache
from itertools import islice

import msgspec

from penia.explanation import Citation, Contribution, ContributionKind
from penia.infer.background import Weight
from penia.infer.counts import Evidence
from penia.infer.findings import Scored
from penia.infer.hypotheses import Hypothesis
from penia.infer.weights import settings
from penia.knowledge import KnowledgeBase
from penia.knowledge.schema import Figure, FindingKey, FindingRate, Pair, Source
from penia.knowledge.scores import scores

JUDGEMENT = Citation(title="expert judgement with a range, no published figure")


def name_of(hypothesis: Hypothesis, at: datetime | None) -> str:
    """``methimazole, day 41 of treatment`` when the count was low; a disease by its name."""
    course = hypothesis.course
    if course is None:
        return f"{hypothesis.name} (known)" if hypothesis.known else hypothesis.name
    begun = course.starts[-1]
    if begun is None or at is None:
        return hypothesis.name
    if course.stop is not None and (at - course.stop).days > 0:
        return f"{hypothesis.name}, stopped {_days(at, course.stop)} before"
    return f"{hypothesis.name}, day {max((at - begun).days, 0) + 1} of treatment"


def _days(later: datetime, earlier: datetime) -> str:
    days = (later - earlier).days
    return f"{days} day{'' if days == 1 else 's'}"


def citation(hypothesis: Hypothesis, source: str, verified: bool) -> Citation:
    return _citation(hypothesis.sources, source, verified)


def pair_citation(pair: Pair, source: str, verified: bool) -> Citation:
    return _citation(pair.sources, source, verified)


def _citation(sources: Mapping[str, Source], source: str, verified: bool) -> Citation:
    found = sources.get(source)
    if found is None:
        return JUDGEMENT
    return Citation(title=found.title, ref=found.ref, year=found.year, verified=verified)


PRIOR = Contribution(
    kind="prior",
    key="prior",
    text="how often it strikes here, before any finding (odds against all other causes)",
    decibans=0.0,
)


_KINDS: dict[str, ContributionKind] = {"tempo": "course", "course": "course", "silence": "silence"}
NAMED = 3
"""Signs that are named of those that nobody mentions."""


def said(piece: Evidence | Scored) -> Contribution:
    """What a count or finding is before it moves a cause; its figures are of a cause that lists none."""
    if isinstance(piece, Evidence):
        kind = _KINDS.get(piece.key, "counts")
        return Contribution(kind, piece.key, piece.text, 0.0, places=piece.places)
    fact, name = piece.fact, piece.key.name
    return Contribution(
        kind="test" if fact.decisive else "finding",
        key=piece.key.key,
        text=name if fact.present else f"no {within(name)}",
        decibans=0.0,
        figures=(_rates(None, piece.background),),
        present=fact.present,
        places=(fact.place,) if fact.place else (),
    )


def prior_contribution(said: Contribution, weight: Weight, hypothesis: Hypothesis) -> Contribution:
    words = [_factor(text, figure, value) for text, figure, value in weight.factors]
    sources = {**settings().sources, **hypothesis.sources}
    cited = {
        _citation(sources, figure.source, figure.verified): None
        for _, figure, _ in weight.factors
        if figure is not None
    }
    places = hypothesis.course.places if hypothesis.course else ()
    return msgspec.structs.replace(said, figures=tuple(words), citations=tuple(cited), places=places)


def _factor(text: str, figure: Figure | None, value: float) -> str:
    return f"{text}: {with_range(value, figure.range if figure else None)}"


def with_range(value: float, interval: tuple[float, float] | None) -> str:
    """``50 (10–200)``, to two digits and without powers of ten."""
    words = [f"{x:.0f}" if abs(x) >= 10 else plain(x) for x in (value, *(interval or ()))]
    return f"{words[0]} ({words[1]}–{words[2]})" if interval else words[0]


@lru_cache(maxsize=8192)
def plain(value: float) -> str:
    """Two digits, ``0.00004`` for what would be 4e-05."""
    digits = f"{value:.2g}"
    return f"{float(digits):.12f}".rstrip("0").rstrip(".") if "e" in digits else digits


def count_contribution(
    said: Contribution, evidence: Evidence, hypothesis: Hypothesis, effective: float | None = None
) -> Contribution:
    """``effective``: number of simulated courses behind it."""
    if evidence.unsaid:
        return _unsaid(said, evidence.unsaid, hypothesis)
    origin = hypothesis.pattern.depth.origin(evidence.key)
    drawn = () if effective is None else (f"effective number of simulated courses {effective:.0f}",)
    return msgspec.structs.replace(
        said,
        figures=(_expected(evidence.key, hypothesis), *drawn),
        citations=(citation(hypothesis, origin.source, origin.verified),),
    )


def _unsaid(said: Contribution, signs: Sequence[FindingKey], hypothesis: Hypothesis) -> Contribution:
    """Names those that are most usual under it."""
    rated = ((hypothesis.rates.get(sign.key), sign.name) for sign in signs)
    usual = sorted(((rate, name) for rate, name in rated if rate), key=lambda each: -each[0].p)[:NAMED]
    cited = (citation for rate, _ in usual for citation in _cited(rate, hypothesis))
    return msgspec.structs.replace(
        said,
        figures=tuple(f"{name}: P(present | this cause) {_of(rate)}" for rate, name in usual),
        citations=tuple(dict.fromkeys(cited)),
    )


def _expected(key: str, hypothesis: Hypothesis) -> str:
    pattern, depth = hypothesis.pattern, hypothesis.pattern.depth
    usual = {
        "ANC": f"usual ANC {depth.anc_median:g} (10th–90th percentile {depth.anc_p10:g}–{depth.anc_p90:g})",
        "ALC": f"usual ALC {depth.alc_median:g}",
        "WBC": f"usual WBC {depth.wbc_median:g}",
        "PLT": f"usual platelets {depth.plt_median:g}",
        "HB": f"usual haemoglobin {depth.hb_median:g} g/L",
        "course": "simulated from how this cause acts on the marrow, against counts that no cause explains",
        "tempo": ", ".join(f"{tempo} {p:.0%}" for tempo, p in pattern.tempo.items() if p >= 0.05),
    }
    lineages: dict[str, float] = {**pattern.lineages}
    return usual.get(key) or f"low in {lineages.get(key, 0.0):.0%}"


def finding_contribution(said: Contribution, scored: Scored, hypothesis: Hypothesis) -> Contribution:
    rate = hypothesis.rates.get(scored.key.key)
    if rate is None:
        return said
    return msgspec.structs.replace(
        said,
        figures=(_rates(rate, scored.background), *_asked(scored.asked)),
        citations=_cited(rate, hypothesis),
    )


def _asked(asked: float) -> tuple[str, ...]:
    if not asked:
        return ()
    return (f"sent on suspicion: {plain(asked + 1)} times as often where it would surely be positive",)


def _cited(rate: FindingRate, hypothesis: Hypothesis) -> tuple[Citation, ...]:
    """Every source of a pooled figure."""
    return tuple(citation(hypothesis, source, rate.verified) for source in rate.from_ or (rate.source,))


def within(name: str) -> str:
    """A name within a sentence: abbreviations keep their capitals."""
    return name if name[1:2].isupper() else name[0].lower() + name[1:]


def _rates(rate: FindingRate | None, background: float) -> str:
    rest = f"under causes that do not list it {plain(background)}"
    if rate is None:
        return f"no figure for this cause: taken as {rest}"
    if rate.anchor:
        return "the prior already rests on it"
    return f"P(present | this cause) {_of(rate)}, {rest}"


def _of(rate: FindingRate) -> str:
    interval = f" ({plain(rate.range[0])}–{plain(rate.range[1])})" if rate.range else ""
    return f"{plain(rate.p)}{interval}"


def missing(
    hypothesis: Hypothesis, known: Set[str], knowledge: KnowledgeBase, most: int = 3
) -> tuple[str, ...]:
    """Unknown findings whose presence or absence would say most about the hypothesis, in words; none of a
    disease that the record states."""
    if hypothesis.known:
        return ()
    open_keys = (key for key in _by_information(knowledge, _entry(hypothesis, knowledge)) if key not in known)
    return tuple(knowledge.findings[key].name for key in islice(open_keys, most))


def _entry(hypothesis: Hypothesis, knowledge: KnowledgeBase) -> str:
    """Id of the entry that it is judged by."""
    unlisted = hypothesis.drug is not None and hypothesis.id not in knowledge.drugs
    return knowledge.unlisted.id if unlisted else hypothesis.id


@lru_cache(maxsize=1024)
def _by_information(knowledge: KnowledgeBase, name: str) -> tuple[str, ...]:
    """Keys of a cause or drug, those first whose presence or absence would say most."""
    vocabulary = knowledge.findings
    drug = knowledge.unlisted if name == knowledge.unlisted.id else knowledge.drugs.get(name)
    entries = (knowledge.patterns[drug.pattern], drug) if drug else (knowledge.causes[name],)
    rates = {row.key: row for entry in entries for row in entry.findings}

    def information(rate: FindingRate) -> float:
        base = vocabulary[rate.key].base
        q = math.fsum(f.value for f in base.values()) / len(base)
        q, p = min(max(q, 1e-3), 0.999), min(max(rate.p, 1e-3), 0.999)
        return p * math.log(p / q) + (1 - p) * math.log((1 - p) / (1 - q))

    totals = {score.decides for score in scores().scores}
    rows = [r for r in rates.values() if not r.anchor and r.key in vocabulary and r.key not in totals]
    rows = [r for r in rows if not vocabulary[r.key].derived and not vocabulary[r.key].wide]
    rows.sort(key=lambda rate: (-information(rate), rate.key))
    return tuple(rate.key for rate in rows)
