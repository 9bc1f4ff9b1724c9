"""The kinds of drug: one page a mechanism (pattern), one table a class; and the index of all knowledge."""

from __future__ import annotations

import causes
import drugs
import regimens
from words import cell, number, origin, sources, table, times

from penia import knowledge
from penia.knowledge import KnowledgeBase
from penia.knowledge.schema import Drug, DrugPattern

HEAD = ("drug", "low count a course", "severe", "first dose to low count, days", "source")
ABOUT = """# Causes and drugs

Every figure that penia reckons with, drawn from its files when this site was built (knowledge `{version}`).
`penia kb show ID` gives the same with every figure and source of a drug.

{causes} causes ({finer} of them kinds of another) and {drugs} drugs.
"""


def pages() -> dict[str, str]:
    base = knowledge.load()
    made = {f"reference/{drugs.kind(p)}": page(p, base) for p in base.patterns.values()}
    about = ABOUT.format(
        version=base.version, causes=len(base.causes), finer=len(base.finer), drugs=len(base.drugs)
    )
    kinds = [
        (f"[{cell(p.name)}]({drugs.kind(p)})", str(len(of(p, base))), cell(p.plain))
        for p in sorted(base.patterns.values(), key=lambda p: p.name)
    ]
    by_kind = "## Drugs, by how they lower counts\n\n" + table(("kind", "drugs", "what it is"), kinds)
    made["reference/knowledge.md"] = (
        f"{about}\n## Causes\n\n{causes.index(base)}\n{by_kind}\n{regimens.index()}"
    )
    return made


def of(pattern: DrugPattern, base: KnowledgeBase) -> list[Drug]:
    return sorted((d for d in base.drugs.values() if d.pattern == pattern.id), key=lambda d: d.name)


def page(pattern: DrugPattern, base: KnowledgeBase) -> str:
    members = of(pattern, base)
    title = f"# {cell(pattern.name)}\n\n`{pattern.id}` · {len(members)} drugs\n\n"
    head = f"{title}{cell(pattern.plain)}\n\n{causes.NOTE}"
    named = (
        ("to low count", pattern.latency.onset),
        ("to lowest count", pattern.latency.nadir),
        ("stop to normal count", pattern.latency.recovery),
    )
    when = "## When, in days\n\n" + table(causes.FIGURES, [times(what, d) for what, d in named if d])
    found = "## Findings\n\n" + causes.findings(pattern.findings, base)
    shown = "## Drugs\n\n" + drugs.CLASS
    for name in sorted({d.drug_class for d in members}):
        shown += f"\n### {cell(name)}\n\n" + table(HEAD, [_row(d) for d in members if d.drug_class == name])
    every = {**pattern.sources, **{k: s for d in members for k, s in d.sources.items()}}
    return "\n".join([head, when, found, shown, sources(every)])


def _row(drug: Drug) -> tuple[str, ...]:
    onset = drug.latency.onset if drug.latency else None
    latency = (
        f"{number(onset.median)} ({number(onset.p10)} to {number(onset.p90)})" if onset else "as the kind"
    )
    return (
        f"[{cell(drug.name)}](../{drugs.address(drug)})",
        drugs.value(drug, "incidence", drug.incidence),
        drugs.value(drug, "severe", drug.severe),
        latency,
        origin(drug.incidence.source, drug.incidence.verified, drug.incidence.from_),
    )
