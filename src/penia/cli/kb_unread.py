"""``penia kb unread``: what records say that nothing maps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from penia.cli.output import one_line
from penia.errors import PeniaError

if TYPE_CHECKING:
    from penia.facts.unread import Unread
    from penia.record import Record

HELP = """What RECORDs say that nothing in the dictionary maps, commonest first.

RECORD is whatever penia explain takes; all people of each are read. Findings, diagnoses and tests whose
words give nothing, codes in no table, and drugs of unknown ingredient: what is met most is worth a line in
data/facts, or in codes/data, first. Nothing of a person but these words is shown; they may hold free text.

\b
  penia kb unread record.json
  penia kb unread export/ other/*.json
  penia kb unread export/ --kind drug-unknown
  penia kb unread export/ --json > unread.json
"""
SHOWN = 40


@click.command(help=HELP)
@click.argument("sources", metavar="RECORD...", nargs=-1, required=True)
@click.option(
    "--kind", "kinds", multiple=True, metavar="KIND", help="Only these: finding, test, drug-unknown..."
)
@click.option("--limit", type=click.IntRange(1), default=SHOWN, show_default=True, metavar="N")
@click.option("--json", "as_json", is_flag=True, help="All of them as JSON.")
def command(sources: Sequence[str], kinds: Sequence[str], limit: int, as_json: bool) -> None:
    from penia.cli.patience import counted
    from penia.facts.unread import unread

    people = 0

    def records() -> Iterator[Record]:
        nonlocal people
        for record in counted("people")(_records(sources)):
            people += 1
            yield record

    every = unread(records())
    if not people:
        raise click.UsageError(f"None of these sources could be read ({len(sources)}); give another.")
    found = [u for u in every if not kinds or not set(kinds).isdisjoint(u.kinds)]
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(found))
    elif found:
        _table(found[:limit])
        more = f"; the first {limit} are shown, --limit N or --json shows more" if len(found) > limit else ""
        texts = "One text" if len(found) == 1 else f"{len(found)} texts"
        is_ = "is" if len(found) == 1 else "are"
        click.echo(f"{texts} of {_people(people)} {is_} mapped by nothing{more}.")
    elif kinds and every:
        known = ", ".join(sorted({kind for u in every for kind in u.kinds}))
        raise click.UsageError(f"Nothing unread is of the kind {' or '.join(kinds)}; there are: {known}.")
    else:
        click.echo(f"All that {_people(people)} say is mapped.")


def _records(sources: Sequence[str]) -> Iterator[Record]:
    """Those of every source; one that cannot be read is named on standard error, and the others go on."""
    from penia.read import read_all

    for source in sources:
        try:
            yield from read_all(source)
        except PeniaError as error:
            click.echo(f"penia: {one_line(str(error))}", err=True)


def _people(number: int) -> str:
    return "one person" if number == 1 else f"{number} people"


def _table(rows: Sequence[Unread]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for name in ("people", "times"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("kind")
    table.add_column("what is said", ratio=3, overflow="fold")
    table.add_column("first met", ratio=2, overflow="fold")
    for u in rows:
        words = (Text(one_line(t[:200])) for t in (", ".join(u.kinds), u.text, u.place))
        table.add_row(str(u.people), str(u.count), *words)
    Console(highlight=False).print(table)
