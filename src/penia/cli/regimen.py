"""One chemotherapy regimen as plain text: its drugs by day, and how often counts fall under it."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console

from penia.cli.page import figure_row, print_sources, print_table
from penia.knowledge import KnowledgeBase
from penia.knowledge.regimens import Given, Regimen, recognised, regimens
from penia.knowledge.schema import Published, Source

GCSF = {
    "usual": "G-CSF goes with it from the first cycle.",
    "by-risk": "G-CSF goes with it where age or illness adds to the risk.",
    "rarely": "G-CSF seldom goes with it from the first cycle.",
}
PART = {"counts": "", "beside": "its effect on counts is another", "support": "support"}


def named(text: str) -> Regimen | None:
    """The regimen of that id or name; a text that names one drug alone is none."""
    from penia.codes import ingredients

    wanted = text.strip().casefold()
    for regimen in regimens().regimens:
        if wanted in (regimen.id, regimen.id.removeprefix("regimen:")):
            return regimen
    drugs = ingredients((), wanted)
    return recognised(frozenset(f"drug:{name}" for name in drugs)) if len(drugs) > 1 else None


def print_regimen(regimen: Regimen, base: KnowledgeBase, console: Console) -> None:
    console.print(f"{regimen.name}  ({regimen.id})", style="bold", highlight=False, markup=False)
    console.print(f"A cycle takes {regimen.cycle_days:g} days. {GCSF[regimen.gcsf]}", highlight=False)
    rows = [
        (f"{base.drugs[given.drug].name}, {_days(given)}", "", "", PART[given.part])
        for given in regimen.drugs
    ]
    print_table(console, "Drugs", rows)
    figures = [
        ("neutrophils below 1.5, ever", regimen.incidence),
        ("below 1.0 (grade 3 or 4), ever", regimen.severe),
        ("fever with neutropenia, ever", regimen.febrile),
    ]
    print_table(console, "How often", [figure_row(what, f) for what, f in figures if f is not None])
    if regimen.published:
        print_table(console, "As published", [_printed(row) for row in regimen.published])
    if regimen.nadir is not None:
        nadir = regimen.nadir
        lowest = ("lowest count, day of the cycle", f"{nadir.median:g}", f"{nadir.p10:g}–{nadir.p90:g}", "")
        print_table(console, "When", [lowest])
    if regimen.note:
        console.print(f"\n{regimen.note}", highlight=False, markup=False)
    print_sources(console, _cited(regimen))


def _days(given: Given) -> str:
    days = ", ".join(f"{day:g}" for day in given.days)
    only = f" of cycles {given.cycles[0]} to {given.cycles[1]}" if given.cycles else ""
    return f"day{'' if len(given.days) == 1 else 's'} {days}{only}"


def _printed(row: Published) -> tuple[str, str, str, str]:
    what = row.of.removeprefix("incidence: ") + (f"; {row.given}" if row.given else "")
    return what, f"{row.value:g}", "", row.source if row.verified else f"{row.source}, unverified"


def _cited(regimen: Regimen) -> Mapping[str, Source]:
    figures = [f for f in (regimen.incidence, regimen.severe, regimen.febrile) if f is not None]
    used = {f.source for f in figures} | {row.source for row in regimen.published}
    return {key: source for key, source in regimens().sources.items() if key in used}
