"""One finding or test key as plain text: how often, what decides it, and which causes list it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from rich.console import Console

from penia.cli.page import figure_row, percent, print_sources, print_table, source_mark
from penia.codes import ingredients
from penia.facts.coded import limits_of, loinc_of
from penia.facts.schema.words import Words
from penia.knowledge import KnowledgeBase
from penia.knowledge.investigations import investigations
from penia.knowledge.listing import Listing, deciding, listings, steps
from penia.knowledge.schema import FindingKey
from penia.knowledge.store import table
from penia.knowledge.wording import stem

COST = {1: "routine", 2: "some tens of euro", 3: "some hundreds of euro", 4: "more than that"}
HARM = {0: "none", 1: "radiation or a nuisance", 2: "marrow or lumbar puncture", 3: "biopsy of an organ"}
WORDS = 8
"""Wordings that are shown."""
SHOWN = 40
"""Causes that are shown."""
DERIVED = {
    "count": "It follows from the counts themselves and is scored there.",
    "course": "It follows from the course of the counts and is scored there.",
    "drugs": "It follows from the list of drugs, each of which stands trial itself.",
}


class _Dictionary(msgspec.Struct, frozen=True):
    findings: dict[str, Words]


def key_of(wanted: str, base: KnowledgeBase) -> FindingKey | None:
    """The key so called: ``HP:0001945``, ``test:hla-b27``, ``hla-b27``, its name, or a wording of it; a cause
    and a drug of that id go before the bare name."""
    text = " ".join(wanted.casefold().split())
    by_id = {key.casefold(): found for key, found in base.findings.items()}
    if text in by_id:
        return by_id[text]
    if text in base.causes or any(f"drug:{name}" in base.drugs for name in ingredients((), text)):
        return None
    for room in ("test", "history", "smear"):
        if f"{room}:{text}" in by_id:
            return by_id[f"{room}:{text}"]
    for found in base.findings.values():
        if found.name.casefold() == text:
            return found
    wordings = _wordings()
    return next((base.findings[key] for key, row in wordings.items() if text in row.same), None)


def _wordings() -> dict[str, Words]:
    return table("facts", _Dictionary).findings


def near_keys(wanted: str, base: KnowledgeBase) -> list[str]:
    """Keys whose name or id holds every word of the text, the shortest names first."""
    words = [stem(word) for word in re.findall(r"[a-z0-9]+", wanted.casefold())]
    held = [f for f in base.findings.values() if all(w in f"{f.key} {f.name}".casefold() for w in words)]
    return [f.key for f in sorted(held, key=lambda f: (len(f.name), f.key))] if words else []


def print_finding(key: FindingKey, base: KnowledgeBase, console: Console) -> None:
    _line(console, f"{key.name}  ({key.key})", style="bold")
    texts = (
        key.text,
        _also(key.key),
        _relations(key, base),
        _graded(key, base),
        DERIVED.get(key.derived or ""),
    )
    for text in texts:
        if text:
            _line(console, text)
    rates = [figure_row(place, figure) for place, figure in key.base.items()]
    print_table(console, "How often present where looked for, among low white counts of any cause", rates)
    without = [figure_row(f"without {cause}", figure) for cause, figure in key.without.items()]
    print_table(console, "How often positive without the cause that it tests for", without)
    _limits(console, key.key)
    _codes(console, key.key)
    _orders(console, key.key)
    _causes(console, listings(key, base))
    print_sources(console, key.sources)


def _also(key: str) -> str:
    """Plain words of the dictionary that mean it, without those that hold a pattern."""
    row = _wordings().get(key)
    words = [w for w in row.same if re.fullmatch(r"[\w /-]+", w)] if row else []
    return f"Also written: {', '.join(words[:WORDS])}{', ...' if len(words) > WORDS else ''}" if words else ""


def _relations(key: FindingKey, base: KnowledgeBase) -> str:
    names = [base.findings[k].name if k in base.findings else k for k in key.implies]
    parts = [f"It moves together with others of the cluster {key.cluster}."] if key.cluster else []
    parts += [f"It is a kind of: {', '.join(names)}."] if names else []
    return " ".join(parts)


def _graded(key: FindingKey, base: KnowledgeBase) -> str:
    names = [step.name for step in steps(key, base)]
    ladder = "; ".join(names)
    return f"It is graded, lowest step first: {ladder}. The highest that is present counts." if names else ""


def _limits(console: Console, key: str) -> None:
    rows = [
        (f"{one.analyte}: present where {one.present}", one.absent or "", one.unit, "")
        for one in limits_of(key)
    ]
    print_table(console, "A number decides it: present, then absent", rows)


def _codes(console: Console, key: str) -> None:
    """A result coded otherwise is read by its name."""
    found = loinc_of(key)
    rows = [(one.name, one.code, "", "") for one in found[:WORDS]]
    more = f", the first {WORDS} of {len(found)}" if len(found) > WORDS else ""
    print_table(console, f"LOINC codes of results that may decide it{more}", rows)


def _orders(console: Console, key: str) -> None:
    samples = investigations().samples
    for one, says in deciding(key):
        rows = [
            ("cost", COST[one.cost], "", ""),
            ("until the result is there", _hours(one.hours), "", ""),
            ("sample", samples.get(one.sample) or one.sample, "", ""),
            ("harm", HARM[one.harm], "", ""),
            ("an earlier result counts for", f"{one.valid:g} days", "", ""),
        ]
        print_table(console, f"Decided by: {one.name}, if {says}", rows)


def _hours(hours: float) -> str:
    return f"{hours:g} hours" if hours < 72 else f"{hours / 24:.0f} days"


def _causes(console: Console, found: Sequence[Listing]) -> None:
    rows = [
        (
            f"{one.name}  ({one.id})",
            f"×{one.ratio:.2g}" if one.ratio < 100 else f"×{one.ratio:.0f}",
            percent(one.row.p) + _range(one.row.range),
            source_mark(one.row.source, one.row.verified),
        )
        for one in found[:SHOWN]
    ]
    title = "Listed by: likelihood ratio where present, then how often present"
    print_table(console, title if rows else "", rows)
    if not rows:
        _line(console, "\nNo cause lists it: it speaks for none.")
    if len(found) > SHOWN:
        _line(console, f"  and {len(found) - SHOWN} more with a lower ratio")


def _range(ends: tuple[float, float] | None) -> str:
    return f" ({percent(ends[0])} to {percent(ends[1])})" if ends else ""


def _line(console: Console, text: str, style: str | None = None) -> None:
    console.print(text, style=style, markup=False, highlight=False)
