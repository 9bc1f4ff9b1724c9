"""``penia kb check``: what the channels make of the counts, beside what is published of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from penia.infer.course.predict import Outcome

HELP = """Hold the marrow model against published figures (prior predictive checks).

For each cause and drug with a published day of the lowest count (nadir), depth, latency, recovery or
period, 200 people are simulated from its channels: the median and the 10th to 90th percentile stand beside
the published figure. It is inside if it lies between these percentiles and the simulated median within the
published interval. Sources are in --html and --json.

\b
  penia kb check                              all of them (about a minute)
  penia kb check dengue drug:carmustine       some
  penia kb check --outside                    only what does not fit
  penia kb check --html checks.html           a picture of each
  penia kb check --json                       for a program
"""
_LINES = {
    "n": "neutrophils",
    "l": "lymphocytes",
    "m": "monocytes",
    "p": "platelets",
    "e": "red cells",
    "w": "white cells",
}
_WIDE, _ROW, _LEFT, _SPAN = 980, 22, 430, math.log(16)
_STYLE = (
    "body{font:14px system-ui,sans-serif;margin:2em;max-width:1000px}text{font-size:12px}"
    ".in{stroke:#2b6cb0}.out{stroke:#c53030}.seen{fill:#111}"
)


@click.command(help=HELP, short_help="Hold the marrow model against published figures.")
@click.argument("causes", nargs=-1)
@click.option("--outside", is_flag=True, help="Show only figures that the simulation misses.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page with a picture.")
def command(causes: Sequence[str], outside: bool, as_json: bool, html: Path | None) -> None:
    from penia import knowledge
    from penia.cli.patience import waiting
    from penia.infer.course.predict import predict
    from penia.knowledge.checks import published

    wanted = {c.strip().casefold() for c in causes}
    wanted |= {f"drug:{c}" for c in wanted}
    chosen = [p for p in published() if not wanted or p.check.of in wanted]
    known = {p.check.of for p in chosen}
    missing = [c for c in causes if not {c.strip().casefold(), f"drug:{c.strip().casefold()}"} & known]
    if missing:
        raise click.UsageError(
            f"Nothing is published here of the counts under {', '.join(missing)}; "
            "penia kb check without a name lists what is."
        )
    with waiting("Simulating 200 people for each cause"):
        found = predict(chosen, knowledge.load())
    inside = sum(o.inside for o in found)
    shown = [o for o in found if not (outside and o.inside)]
    if html is not None:
        _write(html, _page(shown, inside, len(found)))
    if as_json:
        click.echo(_json(shown))
        return
    _table(shown)
    click.echo(f"{inside} of {len(found)} inside ({inside / len(found):.0%}).")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written ({error.strerror}); name another file.") from error


def _table(outcomes: Sequence[Outcome]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in ("", "cause", "what", "published", "median", "10–90 %"):
        table.add_column(name, no_wrap=name not in ("what", "published"))
    for o in outcomes:
        interval = f" ({o.check.range[0]:g}–{o.check.range[1]:g})" if o.check.range else ""
        p10, median, p90 = (_number(x) for x in o.simulated)
        mark = "inside" if o.inside else "OUTSIDE"
        table.add_row(mark, o.check.of, _what(o), f"{o.check.value:g}{interval}", median, f"{p10}–{p90}")
    Console().print(table)


def _what(outcome: Outcome) -> str:
    from penia.knowledge.checks import UNITS

    c = outcome.check
    unit = UNITS.get(c.measure, "days")
    at = "" if c.at is None else f" {c.at:g}"
    return f"{_LINES[c.line]}: {c.measure}{at}, {unit}"


def _number(x: float) -> str:
    return "never" if math.isinf(x) else "none low" if math.isnan(x) else f"{x:.3g}"


def _json(outcomes: Sequence[Outcome]) -> str:
    import msgspec

    rows = [
        {
            **msgspec.to_builtins(o.check),
            "source": o.source,
            "simulated": [x if math.isfinite(x) else None for x in o.simulated],
            "inside": o.inside,
            "people": o.people,
        }
        for o in outcomes
    ]
    return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode()


def _page(outcomes: Sequence[Outcome], inside: int, total: int) -> str:
    """Bars on a logarithmic scale of simulated over published; a dot at 1 is the published figure."""
    height = _ROW * (len(outcomes) + 1)
    rows = "".join(_bar(o, _ROW * (i + 1)) for i, o in enumerate(outcomes))
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Prior predictive checks</title>"
        f"<style>{_STYLE}</style><h1>What is simulated, over what is published</h1>"
        f"<p>{inside} of {total} published figures are inside. Each bar runs from the 10th to the 90th "
        "percentile of 200 simulated people, with a tick at their median, as a multiple of the published "
        "figure (the dot); the grey line is the published interval. Red: outside.</p>"
        f'<svg viewBox="0 0 {_WIDE} {height}" role="img" aria-label="simulated over published">'
        f"{rows}</svg></html>"
    )


def _bar(outcome: Outcome, y: float) -> str:
    c = outcome.check
    low, middle, high = (_place(x, c.value) for x in outcome.simulated)
    kind = "in" if outcome.inside else "out"
    label = escape(f"{c.of} {_LINES[c.line]} {c.measure} {c.value:g}")
    own = ""
    if c.range is not None:
        a, b = (_place(x, c.value) for x in c.range)
        own = f'<line x1="{a:.0f}" x2="{b:.0f}" y1="{y}" y2="{y}" stroke="#bbb" stroke-width="12"/>'
    told = f"{escape(c.text)}: {escape(outcome.source)}{'' if c.verified else ' (unverified)'}"
    across, tick = f'y1="{y}" y2="{y}" stroke-width="4"', f'y1="{y - 7}" y2="{y + 7}" stroke-width="3"'
    return (
        f'<text x="0" y="{y + 4}">{label}<title>{told}</title></text>{own}'
        f'<line class="{kind}" x1="{low:.0f}" x2="{high:.0f}" {across}/>'
        f'<line class="{kind}" x1="{middle:.0f}" x2="{middle:.0f}" {tick}/>'
        f'<circle class="seen" cx="{_place(c.value, c.value):.0f}" cy="{y}" r="3"/>'
    )


def _place(value: float, published: float) -> float:
    ratio = 1.0 if value == published else max(value, 1e-6) / max(published, 1e-6)
    ratio = 16.0 if math.isinf(ratio) else 1.0 if math.isnan(ratio) else ratio
    part = min(max(math.log(ratio) / _SPAN, -1.0), 1.0)
    return _LEFT + (_WIDE - _LEFT - 10) * (part + 1) / 2
