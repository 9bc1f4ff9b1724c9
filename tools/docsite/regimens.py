"""The chemotherapy regimens: a page each, and the index that stands with the drugs."""

from __future__ import annotations

import causes
import drugs
from words import cell, figure, number, origin, sources, table, times

from penia import knowledge
from penia.knowledge import KnowledgeBase
from penia.knowledge.regimens import Given, Regimen, regimens
from penia.knowledge.schema import JUDGEMENT

PART = {"counts": "", "beside": "its effect on counts is another", "support": "support, may be missing"}
GCSF = {
    "usual": "from the first cycle",
    "by-risk": "where age or illness adds to the risk",
    "rarely": "seldom",
}


def pages() -> dict[str, str]:
    base = knowledge.load()
    return {f"reference/{address(r)}": page(r, base) for r in regimens().regimens}


def address(regimen: Regimen) -> str:
    return f"regimens/{regimen.id.removeprefix('regimen:')}.md"


def index() -> str:
    """Rows for the page of all knowledge."""
    rows = [
        (
            f"[{cell(r.name)}]({address(r)})",
            f"{r.cycle_days:g}",
            number(r.incidence.value),
            number(r.severe.value),
        )
        for r in sorted(regimens().regimens, key=lambda r: r.name)
    ]
    head = ("regimen", "days of a cycle", "neutrophils below 1.5", "grade 3 or 4")
    return "## Chemotherapy regimens\n\n" + table(head, rows)


def page(regimen: Regimen, base: KnowledgeBase) -> str:
    title = f"# {cell(regimen.name)}\n\n`{regimen.id}` · a cycle takes {regimen.cycle_days:g} days"
    gcsf = f"G-CSF: {GCSF[regimen.gcsf]}."
    given = table(("drug", "days of the cycle", ""), [_drug(one, base) for one in regimen.drugs])
    named = (
        ("neutrophils below 1.5, ever", regimen.incidence),
        ("grade 3 or 4 (below 1.0), ever", regimen.severe),
        ("fever with neutropenia, ever", regimen.febrile),
    )
    often = table(causes.FIGURES, [figure(what, f) for what, f in named if f is not None])
    when = table(causes.FIGURES, [times("day of the lowest count", regimen.nadir)] if regimen.nadir else [])
    printed = table(
        causes.FIGURES,
        [
            (cell(p.of), f"{number(p.value)} {p.unit}", cell(p.given or ""), origin(p.source, p.verified))
            for p in regimen.published
        ],
    )
    parts = [
        f"{title}\n\n{gcsf}\n\n{causes.NOTE}",
        f"## Drugs\n\n{given}",
        f"## How often, in the whole course\n\n{often}",
        f"## When\n\n{when}" if when else "",
        f"## As published\n\n{printed}" if printed else "",
        cell(regimen.note or ""),
        sources({name: regimens().sources[name] for name in sorted(_cited(regimen))}),
    ]
    return "\n\n".join(part for part in parts if part)


def _drug(given: Given, base: KnowledgeBase) -> tuple[str, str, str]:
    cycles = f"cycles {given.cycles[0]} to {given.cycles[1]}" if given.cycles else ""
    told = ", ".join(t for t in (PART[given.part], cycles) if t)
    drug = base.drugs[given.drug]
    return f"[{cell(drug.name)}](../{drugs.address(drug)})", ", ".join(f"{day:g}" for day in given.days), told


def _cited(regimen: Regimen) -> set[str]:
    held = (regimen.incidence, regimen.severe, regimen.febrile, regimen.nadir, *regimen.published)
    return {one.source for one in held if one is not None and one.source != JUDGEMENT}
