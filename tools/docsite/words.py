"""How figures, ranges and sources are written in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from penia.knowledge.schema import Distribution, Figure, Source

JUDGEMENT = "judgement"


def cell(text: object) -> str:
    """Text that breaks no table and is taken for no HTML or link."""
    plain = str(text).replace("\n", " ").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return (
        plain.replace("|", "\\|")
        .replace("[", "\\[")
        .replace("]", "\\]")
        .replace("*", "\\*")
        .replace("_", "\\_")
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; empty where there are no rows. Cells are taken as Markdown."""
    body = ["| " + " | ".join(row) + " |" for row in rows]
    if not body:
        return ""
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *body]) + "\n"


def number(value: float) -> str:
    return f"{value:.3g}" if abs(value) >= 0.001 or value == 0 else f"{value:.1e}"


def share(value: float) -> str:
    return f"{100 * value:.3g} %" if value >= 0.0001 or value == 0 else f"{100 * value:.0e} %"


def figure(what: str, f: Figure) -> tuple[str, str, str, str]:
    """what, value, range, source"""
    interval = f"{number(f.range[0])} to {number(f.range[1])}" if f.range else ""
    about = "; ".join(cell(t) for t in (f.of, f.given) if t)
    return (
        cell(what) + (f" ({about})" if about else ""),
        number(f.value),
        interval,
        origin(f.source, f.verified, f.from_),
    )


def times(what: str, d: Distribution) -> tuple[str, str, str, str]:
    return cell(what), number(d.median), f"{number(d.p10)} to {number(d.p90)}", origin(d.source, d.verified)


def origin(source: str, verified: bool, pooled: Sequence[str] = ()) -> str:
    """The name of the source under which it stands at the end of the page; † not read in the source."""
    if pooled:
        return "pooled: " + ", ".join(f"[{cell(s)}](#source-{s})" for s in pooled)
    if source == JUDGEMENT:
        return "*judgement*"
    return f"[{cell(source)}](#source-{source})" + ("" if verified else " †")


def sources(named: Mapping[str, Source]) -> str:
    """The list of sources, each with the anchor to which the tables point."""
    lines: list[str] = []
    for key, s in sorted(named.items()):
        told = ", ".join(str(part) for part in (s.year, s.kind) if part)
        ref = f" {cell(s.ref)}" if s.ref else ""
        lines.append(f'- <span id="source-{key}"></span>**{cell(key)}**: {cell(s.title)} ({told}).{ref}')
    return "## Sources\n\n" + "\n".join(lines) + "\n" if lines else ""
