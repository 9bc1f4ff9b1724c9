"""``penia kb coverage``: what is filled, sourced and verified."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from penia.evaluate.grounds import Grounds
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
  penia kb coverage --read-first 20
  penia kb coverage --cases cases/

With --read-first and --cases the figures are weighed by their work: the decibans by which the first candidate
of each record is told from the next two, half to the figure of either; then those not read in their source
that weigh most. Where a cause lists no figure the base rate stands in its place. The records are those of
DIR, else a hundred virtual patients (a minute).
"""
SIGNS = {"verified": "v", "sourced": "s", "judgement": "j", "class-default": "c", "missing": "."}


FIRST = 20
"""Figures listed where --cases stands alone."""


@click.command(help=HELP)
@click.option("--drugs", is_flag=True, help="A line for each drug as well.")
@click.option("--json", "as_json", is_flag=True, help="Every cell and total as JSON.")
@click.option(
    "--read-first", type=click.IntRange(1, 10_000), metavar="N", help="The N heaviest of the unread figures."
)
@click.option(
    "--cases", type=click.Path(path_type=Path), metavar="DIR", help="Weigh them on the records of DIR."
)
def command(drugs: bool, as_json: bool, read_first: int | None, cases: Path | None) -> None:
    if cases is not None or read_first is not None:
        _weighed(cases, read_first or FIRST, as_json)
        return
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


def _weighed(cases: Path | None, most: int, as_json: bool) -> None:
    from rich.console import Console

    from penia.cli.patience import counted
    from penia.evaluate.grounds import PATIENTS, drawn, grounds, stored
    from penia.record import Record

    followed: Callable[[Iterable[Record]], Iterable[Record]] = counted("records", PATIENTS)
    found = grounds(followed(drawn(PATIENTS) if cases is None else stored(cases)), most)
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(found))
    else:
        _work(found, Console(highlight=False, markup=False))


def _work(found: Grounds, console: Console) -> None:
    from rich.table import Table

    from penia.evaluate.grounds import GROUNDS

    table = Table(title=f"\nEvidence at work, records: {found.cases}", title_justify="left", box=None)
    for name in ("", "decibans", *GROUNDS):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    kinds = {**found.decibans, "all": found.summed()}
    for kind, parts in kinds.items():
        total = sum(parts.values()) or 1.0
        table.add_row(kind, f"{total:.0f}", *(f"{parts.get(ground, 0.0) / total:.0%}" for ground in GROUNDS))
    console.print(table)
    console.print(f"\nOf the evidence by weight {found.verified:.1%} rests on figures read in their source.")
    table = Table(title="\nRead these first", title_justify="left", box=None)
    for name in ("decibans", "records", "cause", "key", "now", "in the first record"):
        table.add_column(name, justify="right" if name in ("decibans", "records") else "left")
    for heavy in found.heaviest:
        weight = f"{heavy.decibans:.0f}", str(heavy.cases)
        table.add_row(*weight, heavy.cause, heavy.key, heavy.ground, heavy.text)
    console.print(table)
