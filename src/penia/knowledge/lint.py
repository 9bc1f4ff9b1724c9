"""What is wrong with the knowledge beyond its shape: dangling ids, impossible numbers, missing sources."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import cast, get_args

from penia.knowledge import tablelint
from penia.knowledge.contradictions import contradictions
from penia.knowledge.family import parent_of
from penia.knowledge.schema import (
    JUDGEMENT,
    Cause,
    Channel,
    Distribution,
    Drug,
    DrugPattern,
    Figure,
    FindingRate,
    FinerCause,
    Knowledge,
    Pattern,
    Place,
    Settings,
)
from penia.knowledge.store import KnowledgeBase, folder, load, table
from penia.knowledge.walk import entries, sources_of, walk

SUM_TOLERANCE = 0.03
"""By how much the rounding of shares may leave a sum short of 1."""
FEWEST_SOURCES = 3
WITHIN_ONE = (
    "share",
    "low_given",
    "known",
    "incidence",
    "severe",
    "response",
    "rechallenge",
    "base",
    "without",
    "low",
)
"""Fields whose figures are probabilities."""
KILLS = ("progenitor-kill", "crowding", "arrest")
"""Channels whose size is a part of the cells."""


_PARTS: tuple[tuple[str, type[Cause | FinerCause | Drug | DrugPattern], str], ...] = (
    ("causes", Cause, ""),
    ("finer", FinerCause, ""),
    ("drugs", Drug, "drug:"),
    ("patterns", DrugPattern, ""),
)
"""Folder, what its files hold, and how an id begins before the file's name."""


def lint() -> list[str]:
    """One sentence for each fault: where it is and what is wrong. Empty if the knowledge is clean."""
    knowledge, settings = load(), table("settings", Settings)
    return [
        *_file_names(),
        *(fault for where, entry in _entries(knowledge, settings) for fault in _numbers(where, entry)),
        *(fault for where, entry in entries(knowledge) for fault in _sources(where, entry, knowledge)),
        *_references(knowledge),
        *_rows(knowledge),
        *_share_sums(knowledge, settings),
        *_finer_shares(knowledge),
        *contradictions(knowledge),
        *(
            f"{c.id}: fewer than {FEWEST_SOURCES} sources"
            for c in _known_causes(knowledge)
            if _few_sources(c)
        ),
        *(f"{d.id}: severe is more than incidence" for d in knowledge.drugs.values() if _upside_down(d)),
        *_rings(knowledge),
        *tablelint.faults(),
    ]


def _entries(knowledge: KnowledgeBase, settings: Settings) -> Iterator[tuple[str, Knowledge]]:
    """Finer causes with what they take from their parents."""
    yield from knowledge.causes.items()
    yield from knowledge.drugs.items()
    yield knowledge.unlisted.id, knowledge.unlisted
    yield from knowledge.patterns.items()
    yield from knowledge.findings.items()
    yield from ((" + ".join(pair.causes), pair) for pair in knowledge.pairs)
    yield "settings", settings


def _file_names() -> Iterator[str]:
    for part, kind, head in _PARTS:
        for path, entry in folder(part, kind).items():
            if entry.id != head + path:
                yield f"{'causes' if part == 'finer' else part}/{path}.yaml: its id is {entry.id}"


def _numbers(where: str, entry: Knowledge) -> Iterator[str]:
    for place, part in walk(where, entry):
        if isinstance(part, Figure):
            yield from _interval(place, part.range, part.value)
            if any(f".{field}" in place for field in WITHIN_ONE) and not 0 <= part.value <= 1:
                yield f"{place}: {part.value:g} is no probability"
        elif isinstance(part, FindingRate):
            yield from _interval(f"{place} ({part.key})", part.range, part.p)
            if not 0 <= part.p <= 1:
                yield f"{place} ({part.key}): {part.p:g} is no probability"
        elif isinstance(part, Distribution):
            if not 0 < part.p10 <= part.median <= part.p90:
                yield f"{place}: 10th percentile, median and 90th must be positive and rise"
        elif isinstance(part, Channel):
            if part.kind in KILLS and part.size.p90 > 1:
                yield f"{place}: a part of the cells cannot be more than 1"
        elif isinstance(part, Pattern):
            yield from _pattern(place, part)


def _interval(place: str, interval: tuple[float, float] | None, value: float) -> Iterator[str]:
    if interval is not None and not interval[0] <= value <= interval[1]:
        yield f"{place}: {value:g} is outside its range {interval[0]:g} to {interval[1]:g}"


def _pattern(place: str, pattern: Pattern) -> Iterator[str]:
    for name, parts in (("tempo", pattern.tempo), ("age", pattern.age)):
        if abs(math.fsum(parts.values()) - 1) > SUM_TOLERANCE:
            yield f"{place}.{name}: sums to {math.fsum(parts.values()):g}, not to 1"
    depth = pattern.depth
    if not depth.anc_p10 <= depth.anc_median <= depth.anc_p90:
        yield f"{place}.depth: the percentiles of the neutrophils must rise"
    shares = (*pattern.lineages.values(), *pattern.tempo.values(), pattern.sex_female, depth.p_anc_below_half)
    if not all(0 <= share <= 1 for share in shares):
        yield f"{place}: a probability outside 0 to 1"


def _sources(where: str, entry: Knowledge, knowledge: KnowledgeBase) -> Iterator[str]:
    named = cast(Mapping[str, object], getattr(entry, "sources", {}))
    known = sources_of(entry, knowledge)
    used: set[str] = set()
    for place, part in walk(where, entry):
        source = getattr(part, "source", None)
        if source is None:
            continue
        used.add(source)
        if source == JUDGEMENT and getattr(part, "verified", False):
            yield f"{place}: a judgement cannot be verified"
        if source not in known and source != JUDGEMENT:
            yield f"{place}: source {source} is not among its sources"
    yield from (f"{where}: no figure uses source {source}" for source in sorted(set(named) - used))


def _references(knowledge: KnowledgeBase) -> Iterator[str]:
    """Ids that name nothing."""
    findings, causes, drugs = knowledge.findings, knowledge.causes, knowledge.drugs

    def missing(where: str, names: Sequence[str], *known: Mapping[str, object]) -> Iterator[str]:
        yield from (
            f"{where}: nothing is called {name}" for name in names if not any(name in k for k in known)
        )

    for cause in causes.values():
        yield from missing(f"{cause.id}.confused_with", cause.confused_with, causes, drugs)
        keys = [test.key for test in (*cause.confirm, *cause.exclude) if test.key is not None]
        yield from missing(f"{cause.id}.confirm", keys, findings)
        yield from missing(f"{cause.id}.modifiers", [m.when for m in cause.prior.modifiers], findings, drugs)
    classes = {drug.drug_class: drug for drug in drugs.values() if not drug.unnamed_of}
    for drug in (*drugs.values(), knowledge.unlisted):
        yield from missing(f"{drug.id}.unnamed_of", drug.unnamed_of, classes)
        yield from missing(f"{drug.id}.pattern", [drug.pattern], knowledge.patterns)
        yield from missing(f"{drug.id}.inherited", drug.inherited, dict.fromkeys(drug.__struct_fields__))
        yield from missing(f"{drug.id}.modifiers", [m.with_ for m in drug.modifiers], findings, drugs)
    for finding in findings.values():
        yield from missing(f"{finding.key}.implies", finding.implies, findings)
        yield from missing(f"{finding.key}.without", list(finding.without), causes)
    for pair in knowledge.pairs:
        yield from missing("pairs", pair.causes, causes, drugs)
        yield from missing("pairs", pair.by, findings)
    for entry in (*causes.values(), *drugs.values(), *knowledge.patterns.values()):
        keys = [item.key for item in entry.published if item.key is not None]
        fields = [key for key in keys if _is_field(entry, key)]
        yield from missing(f"{entry.id}.published", keys, findings, dict.fromkeys(fields))


def _is_field(entry: Knowledge, path: str) -> bool:
    """``prior.known``, ``prior.share.child``"""
    here: object = entry
    for name in path.split("."):
        if isinstance(here, Mapping):
            here = cast(Mapping[str, object], here).get(name)
        else:
            here = getattr(here, name, None)
    return here is not None


def _rows(knowledge: KnowledgeBase) -> Iterator[str]:
    whole = (cause for cause in knowledge.causes.values() if cause.id not in knowledge.finer)
    for entry in (*whole, *knowledge.finer.values(), *knowledge.patterns.values(), *knowledge.drugs.values()):
        keys = Counter(row.key for row in entry.findings)
        yield from (
            f"{entry.id}.findings: nothing is called {key}" for key in keys if key not in knowledge.findings
        )
        yield from (f"{entry.id}.findings: {key} stands there {n} times" for key, n in keys.items() if n > 1)


def _share_sums(knowledge: KnowledgeBase, settings: Settings) -> Iterator[str]:
    for place in get_args(Place):
        shares = [
            c.prior.share[place].value
            for c in knowledge.causes.values()
            if place in c.prior.share and c.id not in knowledge.finer
        ]
        total = math.fsum(shares) + settings.known[place].value
        if abs(total - 1) > SUM_TOLERANCE:
            yield f"shares in {place}: with those already known they sum to {total:.3f}, not to 1"


def _finer_shares(knowledge: KnowledgeBase) -> Iterator[str]:
    """The kinds of a cause cannot be more than the whole of it."""
    for parent in knowledge.rests:
        children = [child for child in knowledge.finer.values() if parent_of(child.id) == parent]
        totals = {"": [child.share_of_parent.value for child in children]}
        for place in get_args(Place):
            totals[f" in {place}"] = [
                child.share_at.get(place, child.share_of_parent).value for child in children
            ]
        for where, shares in totals.items():
            if math.fsum(shares) > 1 + SUM_TOLERANCE:
                yield f"{parent}: its kinds sum to {math.fsum(shares):.3f} of it{where}"


def _known_causes(knowledge: KnowledgeBase) -> Iterator[Cause]:
    return (cause for cause in knowledge.causes.values() if cause.id != "unexplained")


def _few_sources(cause: Cause) -> bool:
    return len(cause.sources) < FEWEST_SOURCES


def _upside_down(drug: Drug) -> bool:
    return drug.severe.value > drug.incidence.value


def _rings(knowledge: KnowledgeBase) -> Iterator[str]:
    """A finding that implies itself by way of others."""

    def climb(path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for broader in knowledge.findings[path[-1]].implies:
            if broader == path[0]:
                yield (*path, broader)
            elif broader in knowledge.findings and broader not in path:
                yield from climb((*path, broader))

    for key in knowledge.findings:
        for ring in climb((key,)):
            yield " → ".join(ring) + ": a ring of findings"
