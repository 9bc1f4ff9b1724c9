"""A page for each drug: how often, when, what adds to the risk, what was published, sources."""

from __future__ import annotations

from collections.abc import Iterator

import causes
from words import cell, figure, number, origin, sources, table, times

from penia import knowledge
from penia.knowledge import KnowledgeBase
from penia.knowledge.schema import Distribution, Drug, DrugPattern, Figure, Source

CLASS = "A figure marked *class* is that of the class and not the drug's own.\n"


def pages() -> dict[str, str]:
    base = knowledge.load()
    return {f"reference/{address(d)}": page(d, base) for d in base.drugs.values()}


def address(drug: Drug) -> str:
    return f"drugs/{drug.id.removeprefix('drug:')}.md"


def kind(pattern: DrugPattern) -> str:
    """Page of the drugs that lower counts in one way."""
    return f"kinds-of-drug/{pattern.id}.md"


def value(drug: Drug, field: str, f: Figure) -> str:
    _, told, interval, _ = figure("", f)
    told = f"{told} ({interval})" if interval else told
    return f"{told} *class*" if field in drug.inherited else told


def page(drug: Drug, base: KnowledgeBase) -> str:
    pattern = base.patterns[drug.pattern]
    title = f"# {cell(drug.name)}\n\n`{drug.id}` · {cell(drug.drug_class)}"
    how = f"[{cell(pattern.name)}](../{kind(pattern)}): {cell(pattern.plain)}"
    parts = [title, how, causes.NOTE + "\n" + CLASS, *_parts(drug, pattern, base)]
    return "\n\n".join([*parts, sources(_cited(drug, pattern))])


def _parts(drug: Drug, pattern: DrugPattern, base: KnowledgeBase) -> Iterator[str]:
    rows = [
        (
            what,
            value(drug, field, f),
            "; ".join(cell(t) for t in (f.of, f.given) if t),
            origin(f.source, f.verified, f.from_),
        )
        for what, field, f in (
            ("low count", "incidence", drug.incidence),
            ("severe", "severe", drug.severe),
            ("again, when given again", "rechallenge", drug.rechallenge),
        )
        if f
    ]
    yield "## How often, in one course\n\n" + table(("what", "share", "of whom", "source"), rows)
    yield "## When, in days\n\n" + table(
        causes.FIGURES, [times(what, d) for what, d in _times(drug, pattern)]
    )
    if drug.modifiers:
        risks = [figure(f"with {_name(m.with_, base)}", m.ratio) for m in drug.modifiers]
        yield "## What multiplies the risk\n\n" + table(causes.FIGURES, risks)
    if drug.findings:
        yield "## Findings of its own\n\n" + causes.findings(drug.findings, base)
    if drug.monitoring:
        yield f"## Watching the counts\n\n{cell(drug.monitoring)}\n"
    if drug.actions:
        acts = [(cell(a.text), a.urgency, origin(a.source, a.verified)) for a in drug.actions]
        yield "## What to do\n\n" + table(("action", "when", "source"), acts)
    if drug.published:
        yield "## As published\n\n" + table(
            ("what", "value", "of whom", "source"),
            [
                (cell(p.of), f"{number(p.value)} {p.unit}", cell(p.given or ""), origin(p.source, p.verified))
                for p in drug.published
            ],
        )
    if drug.note:
        yield f"## Note\n\n{cell(drug.note)}\n"


def _times(drug: Drug, pattern: DrugPattern) -> list[tuple[str, Distribution]]:
    latency = drug.latency or pattern.latency
    own = "" if drug.latency else " (of the kind)"
    named = (
        (f"first dose to low count{own}", latency.onset),
        (f"first dose to lowest count{own}", latency.nadir),
        (f"stop to normal count{own}", latency.recovery),
    )
    return [(what, d) for what, d in named if d]


def _name(it: str, base: KnowledgeBase) -> str:
    known = base.drugs.get(it) or base.findings.get(it)
    return known.name if known else it


def _cited(drug: Drug, pattern: DrugPattern) -> dict[str, Source]:
    """The kind's sources stand behind the times that it lends."""
    return drug.sources if drug.latency else {**pattern.sources, **drug.sources}
