"""A page for each cause: how often, what the counts do, findings, tests, what to do, sources."""

from __future__ import annotations

from collections.abc import Iterator

from words import cell, figure, number, origin, share, sources, table

from penia import knowledge
from penia.knowledge import KnowledgeBase
from penia.knowledge.schema import Cause, FindingRate

LINES = {"n": "neutrophils", "l": "lymphocytes", "m": "monocytes", "p": "platelets", "e": "red cells"}
FIGURES = ("what", "value", "range", "source")
NOTE = (
    "† not read in its source yet. *Judgement*: an expert's estimate with the range in which a panel would"
    " put it. A range is the 95 % interval of the source, or that of the judgement.\n"
)


def address(cause: str) -> str:
    """Page of a cause, under ``reference/``."""
    return f"causes/{cause.replace('/', '.')}.md"


def pages() -> dict[str, str]:
    base = knowledge.load()
    made = {f"reference/{address(c.id)}": page(c, base) for c in base.causes.values()}
    return made


def index(base: KnowledgeBase) -> str:
    """Causes by group, finer ones behind their parent."""
    parts: list[str] = []
    for group in sorted({c.group for c in base.causes.values()}):
        rows = [
            (f"[{cell(c.name)}]({address(c.id)})", f"`{c.id}`")
            for c in sorted(base.causes.values(), key=lambda c: c.id)
            if c.group == group
        ]
        parts.append(f"### {group.capitalize()}\n\n{table(('cause', 'id'), rows)}")
    return "\n".join(parts)


def page(cause: Cause, base: KnowledgeBase) -> str:
    title = f"# {cell(cause.name)}\n\n`{cause.id}` · {cause.group}\n\n{cell(cause.plain)}\n\n{NOTE}"
    return "\n".join([title, *_parts(cause, base), sources(cause.sources)])


def _parts(cause: Cause, base: KnowledgeBase) -> Iterator[str]:
    prior = cause.prior
    rows = [figure(f"share of the low counts, {place}", f) for place, f in prior.share.items()]
    named = (
        ("in the general population", prior.frequency),
        ("a low count, given the cause", prior.low_given),
        ("a low count now, the cause on record", prior.known),
    )
    rows += [figure(what, f) for what, f in named if f]
    rows += [figure(f"times, with {m.when}", m.ratio) for m in prior.modifiers]
    yield "## How often\n\n" + table(FIGURES, rows)
    yield "## The counts\n\n" + counts(cause)
    yield "## Findings\n\nHow often present in those in whom it was looked for.\n\n" + findings(
        cause.findings, base
    )
    tests = [(cell(t.name), "confirms", cell(t.why), origin(t.source, True)) for t in cause.confirm]
    tests += [(cell(t.name), "makes it unlikely", cell(t.why), origin(t.source, True)) for t in cause.exclude]
    if tests:
        yield "## Tests\n\n" + table(("test", "what it does", "why", "source"), tests)
    yield "## What to do\n\n" + table(
        ("action", "when", "source"),
        [(cell(a.text), a.urgency, origin(a.source, a.verified)) for a in cause.actions],
    )
    if cause.confused_with:
        links = [
            f"[{cell(base.causes[c].name)}]({address(c).removeprefix('causes/')})"
            if c in base.causes
            else f"`{c}`"
            for c in cause.confused_with
        ]
        yield "## Confused with\n\n" + ", ".join(links) + "\n"
    if cause.note:
        yield f"## Note\n\n{cell(cause.note)}\n"


def counts(cause: Cause) -> str:
    pattern, depth = cause.pattern, cause.pattern.depth
    mark, deep = origin(pattern.source, pattern.verified), origin(depth.source, depth.verified)
    rows = [(f"{LINES[line]} low", share(p), "", mark) for line, p in pattern.lineages.items()]
    rows += [(f"{tempo} course", share(p), "", mark) for tempo, p in pattern.tempo.items() if p > 0]
    rows.append(
        (
            "ANC, median 10⁹/L",
            number(depth.anc_median),
            f"{number(depth.anc_p10)} to {number(depth.anc_p90)}",
            deep,
        )
    )
    medians = (
        ("WBC, median 10⁹/L", depth.wbc_median),
        ("ALC, median 10⁹/L", depth.alc_median),
        ("platelets, median 10⁹/L", depth.plt_median),
        ("haemoglobin, median g/L", depth.hb_median),
    )
    rows += [(what, number(value), "", deep) for what, value in medians]
    return table(("what", "value", "middle 80 %", "source"), rows)


def findings(rates: tuple[FindingRate, ...], base: KnowledgeBase) -> str:
    return table(
        FIGURES,
        [
            (
                cell(base.findings[f.key].name if f.key in base.findings else f.key),
                share(f.p),
                f"{share(f.range[0])} to {share(f.range[1])}" if f.range else "",
                origin(f.source, f.verified, f.from_),
            )
            for f in sorted(rates, key=lambda f: -f.p)
        ],
    )
