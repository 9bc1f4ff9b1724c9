"""One entry of the knowledge base as plain text: every figure with its range and source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table

from penia.knowledge import KnowledgeBase
from penia.knowledge.listing import children
from penia.knowledge.schema import (
    Action,
    Cause,
    Channel,
    Distribution,
    Drug,
    Figure,
    FindingRate,
    Latency,
    Pattern,
    Source,
)

LINES = {"n": "neutrophils", "l": "lymphocytes", "m": "monocytes", "p": "platelets", "e": "red cells"}
JUDGEMENT = "judgement"

Sources = Mapping[str, Source]
Row = tuple[str, str, str, str]
"""what, value, range, source"""


def print_cause(cause: Cause, base: KnowledgeBase, console: Console) -> None:
    _head(console, cause.id, cause.name, cause.group, cause.plain)
    prior = cause.prior
    shares = [figure_row(f"share of low counts, {place}", figure) for place, figure in prior.share.items()]
    named = (
        ("in the general population", prior.frequency),
        ("low count, given the cause", prior.low_given),
        ("low count now, cause on record", prior.known),
    )
    print_table(console, "How often", [*shares, *(figure_row(what, f) for what, f in named if f)])
    _kinds(console, cause, base)
    _pattern(console, cause.pattern)
    _findings(console, cause.findings, base)
    _worked_out(console, cause, base)
    _channels(console, cause.channels)
    tests = [(t.name, "confirms", "", t.source) for t in cause.confirm]
    tests += [(t.name, "makes it unlikely", "", t.source) for t in cause.exclude]
    print_table(console, "Tests", tests)
    _actions(console, cause.actions)
    _rest(console, cause.note, cause.confused_with, cause.sources)


def print_drug(drug: Drug, base: KnowledgeBase, console: Console) -> None:
    pattern = base.patterns[drug.pattern]
    _head(console, drug.id, drug.name, f"medication, {drug.drug_class}; {pattern.name}", pattern.plain)
    rows = [
        figure_row("low count per course", drug.incidence),
        figure_row("severe low count per course", drug.severe),
    ]
    rows += [figure_row(f"times, with {m.with_}", m.ratio) for m in drug.modifiers]
    rows += [figure_row("again when given again", drug.rechallenge)] if drug.rechallenge else []
    print_table(console, "How often", rows)
    print_table(console, "When, in days", _times(drug.latency or pattern.latency))
    _pattern(console, pattern.pattern)
    own = {row.key: row for row in (*pattern.findings, *drug.findings)}
    _findings(console, own.values(), base)
    _channels(console, drug.channels or pattern.channels)
    _actions(console, (*drug.actions, *pattern.actions))
    if drug.monitoring:
        console.print(f"\nMonitoring  {drug.monitoring}", highlight=False, markup=False)
    _rest(console, drug.note, (), {**pattern.sources, **drug.sources})


def _head(console: Console, name: str, title: str, group: str, plain: str) -> None:
    console.print(f"{title}  ({name}; {group})", style="bold", highlight=False, markup=False)
    console.print(plain, highlight=False, markup=False)


def _pattern(console: Console, pattern: Pattern) -> None:
    depth = pattern.depth
    mark = source_mark(pattern.source, pattern.verified)
    rows = [(f"{LINES[line]} low", percent(p), "", mark) for line, p in pattern.lineages.items()]
    rows += [(f"{tempo} course", percent(p), "", mark) for tempo, p in pattern.tempo.items() if p > 0]
    middle = f"{depth.anc_p10:g}–{depth.anc_p90:g}"
    for line, what, value, interval in (
        ("ANC", "ANC, median", depth.anc_median, middle),
        ("WBC", "WBC, median", depth.wbc_median, ""),
        ("ALC", "ALC, median", depth.alc_median, ""),
        ("PLT", "platelets, median", depth.plt_median, ""),
        ("HB", "haemoglobin, median g/L", depth.hb_median, ""),
    ):
        origin = depth.origin(line)
        rows.append((what, f"{value:g}", interval, source_mark(origin.source, origin.verified)))
    print_table(console, "The counts (10⁹/L; range: middle 80 %)", rows)


def _findings(console: Console, findings: Iterable[FindingRate], base: KnowledgeBase) -> None:
    rows = [
        (
            base.findings[f.key].name if f.key in base.findings else f.key,
            percent(f.p),
            f"{percent(f.range[0])}–{percent(f.range[1])}" if f.range else "",
            source_mark(f.source, f.verified),
        )
        for f in sorted(findings, key=lambda f: -f.p)
    ]
    print_table(console, "Findings: how often present where looked for", rows)


def _kinds(console: Console, cause: Cause, base: KnowledgeBase) -> None:
    """The finer causes, with the part that each is of the cause."""
    finer = [base.finer[id] for id in children(cause.id, base)]
    rows = [figure_row(f"{f.name}  ({f.id})", f.share_of_parent) for f in finer]
    print_table(console, "Its kinds, and which part of it each is", rows)


def _worked_out(console: Console, cause: Cause, base: KnowledgeBase) -> None:
    """How a figure came from what is published."""
    rows = [
        (base.findings[f.key].name if f.key in base.findings else f.key, percent(f.p), "", f.converted)
        for f in cause.findings
        if f.converted
    ]
    named = (
        ("in the general population", cause.prior.frequency),
        ("low count, given the cause", cause.prior.low_given),
        ("low count now, cause on record", cause.prior.known),
        *((f"share of low counts, {place}", f) for place, f in cause.prior.share.items()),
    )
    rows = [(what, f"{f.value:g}", "", f.converted) for what, f in named if f and f.converted] + rows
    print_table(console, "How these came from what is published", rows)


def _channels(console: Console, channels: Sequence[Channel]) -> None:
    rows: list[Row] = []
    for c in channels:
        what = f"{c.kind}, {c.shape}: {', '.join(LINES[line] for line in c.lineages)}"
        rows.append((f"{what}; size", f"{c.size.median:g}", f"{c.size.p10:g}–{c.size.p90:g}", ""))
        for when, d in (("onset", c.onset), ("lasts", c.duration), ("fades in", c.recovery)):
            if d is not None:
                mark = source_mark(d.source, d.verified)
                rows.append((f"  {when}, days", f"{d.median:g}", f"{d.p10:g}–{d.p90:g}", mark))
    print_table(console, "How it disturbs the marrow (range: middle 80 %)", rows)


def _times(latency: Latency) -> list[Row]:
    clock = "first dose" if latency.since == "first-dose" else "start of a course"
    named: tuple[tuple[str, Distribution | None], ...] = (
        (f"{clock} to low count", latency.onset),
        (f"{clock} to lowest count", latency.nadir),
        ("stop to normal count", latency.recovery),
    )
    return [
        (what, f"{d.median:g}", f"{d.p10:g}–{d.p90:g}", source_mark(d.source, d.verified))
        for what, d in named
        if d
    ]


def _actions(console: Console, actions: Sequence[Action]) -> None:
    rows = [(a.text, a.urgency, "", source_mark(a.source, a.verified)) for a in actions]
    print_table(console, "What to do when this is the cause", rows)


def percent(p: float) -> str:
    return f"{100 * p:.2g} %" if p < 0.1 else f"{100 * p:.3g} %"


def figure_row(what: str, figure: Figure) -> Row:
    said = "; ".join(t for t in (figure.of, figure.given) if t)
    ends = f"{figure.range[0]:g}–{figure.range[1]:g}" if figure.range else ""
    told = f"{what} ({said})" if said else what
    return told, f"{figure.value:g}", ends, source_mark(figure.source, figure.verified)


def source_mark(source: str, verified: bool) -> str:
    return source if verified or source == JUDGEMENT else f"{source}, unverified"


def print_table(console: Console, title: str, rows: Sequence[Row]) -> None:
    if not rows:
        return
    table = Table(title=f"\n{title}", title_justify="left", title_style="bold", box=None, show_header=False)
    table.add_column(ratio=3, overflow="fold")
    for _ in ("value", "range"):
        table.add_column(justify="right", no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print(table, markup=False, highlight=False)


def _rest(console: Console, note: str | None, confused: Sequence[str], sources: Sources) -> None:
    if note:
        console.print(f"\nNote  {note}", markup=False, highlight=False)
    if confused:
        console.print(f"\nEasily taken for  {', '.join(confused)}", markup=False, highlight=False)
    print_sources(console, sources)


def print_sources(console: Console, sources: Sources) -> None:
    if sources:
        console.print("\nSources", style="bold")
    for name, s in sources.items():
        year = f" ({s.year})" if s.year else ""
        line = f"  {name}: {s.title}{year}, {s.kind}. {s.ref}".rstrip()
        console.print(line, markup=False, highlight=False)
