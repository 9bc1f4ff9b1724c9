"""``penia kb coverage``: what is filled, sourced and verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from penia.knowledge.coverage import Row, Share

HELP = """What is filled, sourced and verified: a line for each cause, a column for each parameter.

\b
  v  a figure read in its source      s  a source, not read there
  j  judgement with a range           c  taken from the class of the drug
  .  missing

\b
  penia kb coverage
  penia kb coverage --drugs
  penia kb coverage --json > coverage.json
"""
SIGNS = {"verified": "v", "sourced": "s", "judgement": "j", "class-default": "c", "missing": "."}


@click.command(help=HELP)
@click.option("--drugs", is_flag=True, help="A line for each drug as well.")
@click.option("--json", "as_json", is_flag=True, help="Every cell and total as JSON.")
def command(drugs: bool, as_json: bool) -> None:
    from penia import knowledge
    from penia.knowledge.coverage import coverage

    found = coverage(knowledge.load())
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(found))
        return
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    _table(console, "Causes", found.causes, each=True)
    _table(console, "Drugs", found.drugs, each=drugs)
    console.print("\nFigures read in their source")
    _share(console, "of all that the engine uses", found.used)
    _share(console, "of all that name a source, published ones included", found.sourced)


def _table(console: Console, title: str, rows: tuple[Row, ...], *, each: bool) -> None:
    from rich.table import Table

    from penia.knowledge.coverage import totals

    names = list(rows[0].cells)
    table = Table(title=f"\n{title} ({len(rows)})", title_justify="left", box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    for name in (*names, "findings", "sources", "verified"):
        table.add_column(name, justify="right")
    for row in rows if each else ():
        cells = [SIGNS[row.cells[name]] for name in names]
        table.add_row(row.id, *cells, str(row.findings), str(row.sources), f"{row.verified}/{row.figures}")
    summed = totals(rows)
    for state, sign in SIGNS.items():
        table.add_row(f"{sign}  {state}", *(str(summed[name][state]) for name in names))  # pyright: ignore[reportArgumentType]
    console.print(table)


def _share(console: Console, what: str, share: Share) -> None:
    console.print(f"  {share.part:.1%}  {share.verified} of {share.of} {what}")
