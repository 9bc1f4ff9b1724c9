"""``penia read``: what was understood of a source, before anything is made of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from penia.cli.output import one_line
from penia.errors import PeniaError

if TYPE_CHECKING:
    from rich.console import Console

    from penia.read.table.columns import Layout
    from penia.record import Count, Problem, Record

HELP = """Show what penia understands of SOURCE, and what it does not.

SOURCE is whatever penia explain takes: FHIR, Phenopackets, OMOP, MEDS, or a table (CSV, TSV, Excel,
Parquet). Of a table it shows what each column is taken for.

\b
  penia read record.json
  penia read export/ --person 123
  penia read labs.csv                      what each column is taken for
  penia read labs.csv --write-columns      the same as labs.csv.columns.yaml, to be corrected
  penia read record.json --json            the Record itself
"""
SHOWN = 12
"""Problems, and people, that are shown."""


@click.command(help=HELP)
@click.argument("source")
@click.option("--person", metavar="ID", help="Which person, where SOURCE holds several.")
@click.option("--json", "as_json", is_flag=True, help="The Record as JSON.")
@click.option("--write-columns", is_flag=True, help="Write beside a table what its columns are taken for.")
def command(source: str, person: str | None, as_json: bool, write_columns: bool) -> None:
    from rich.console import Console

    from penia.cli.patience import waiting
    from penia.read import ReadError, people, read, recognise

    if write_columns:
        _write(source)
        return
    console = Console()
    if not as_json:
        found = recognise(source)
        console.print(f"{found.format}: {found.why}.", markup=False, highlight=False)
        if found.name == "table":
            for layout in _layouts(source):
                _columns(layout, console)
    try:
        with waiting("reading"):
            record = read(source, person)
    except ReadError as error:
        if not error.people or person is not None or as_json or source == "-":
            raise
        from penia.cli.listing import print_people

        print_people(people(source))
        click.echo(f"{len(error.people)} people; --person ID shows one of them, and what was left out.")
        return
    if as_json:
        click.echo(record.to_json())
    else:
        _record(record, console)


def _layouts(source: str) -> list[Layout]:
    from penia.read.source import opened
    from penia.read.table import layouts

    return layouts(opened(source))


def _write(source: str) -> None:
    from penia.read.table.mapping import path_of, written

    if not Path(source).is_file():
        raise PeniaError(f"{source} is no file; --write-columns needs one table.")
    (layout,) = _layouts(source)
    path = path_of(Path(source))
    if path.exists():
        raise PeniaError(f"{path} is there already; delete it first, or correct it.")
    try:
        path.write_bytes(written(layout.mapping()))
    except OSError as error:
        raise PeniaError(f"{path} cannot be written ({error.strerror}).") from error
    click.echo(f"{path} says what each column is taken for; correct it, and penia uses it.")


def _columns(layout: Layout, console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("column", "taken for", "unit", "for example", box=None, pad_edge=False, title=layout.name)
    for column in layout.columns:
        what = column.analyte.name if column.analyte else column.role
        example = next((cell for cell in column.cells if cell), "")
        unit = column.unit or ("none: left out" if column.analyte else "")
        if column.dates:
            what += f" ({column.dates})"
        table.add_row(*(Text(one_line(cell[:40])) for cell in (column.title, what, unit, example)))
    console.print(table)
    console.print(f"{layout.height} rows", highlight=False)


def _record(record: Record, console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    person = record.person
    born = f", born {person.birth}" if person.birth else ""
    console.print(Text(one_line(f"{person.id}: {person.sex or 'sex unknown'}{born}")))
    counts = Table("count", "how many", "first", "last", "lowest", box=None, pad_edge=False)
    for line in dict.fromkeys(c.lineage for c in record.counts):
        counts.add_row(*_line([c for c in record.counts if c.lineage == line]))
    if record.counts:
        console.print(counts)
    _listed(
        "drugs and exposures",
        (_span(e.ingredient or e.name, e.start, e.stop) for e in record.exposures),
        console,
    )
    _listed("conditions", (f"{c.name} ({c.status})" for c in record.conditions), console)
    _listed("findings", (f"{'' if f.present else 'no '}{f.name}" for f in record.findings), console)
    _listed("other tests", (t.name for t in record.tests), console)
    _problems(record.problems, console)


def _line(counts: Sequence[Count]) -> tuple[str, ...]:
    lowest = min(counts, key=lambda c: c.value)
    days = [c.time.date().isoformat() for c in counts]
    return (
        counts[0].lineage,
        str(len(counts)),
        min(days),
        max(days),
        f"{lowest.comparator or ''}{lowest.value:g}",
    )


def _span(name: str, start: object, stop: object) -> str:
    return f"{name} ({str(start)[:10] if start else '?'} to {str(stop)[:10] if stop else 'now'})"


def _listed(title: str, texts: Iterable[str], console: Console) -> None:
    from rich.text import Text

    found = list(dict.fromkeys(one_line(text) for text in texts))
    if found:
        more = f" · and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        console.print(Text(f"{title}: {' · '.join(found[:SHOWN])}{more}"))


def _problems(problems: Sequence[Problem], console: Console) -> None:
    from rich.text import Text

    if not problems:
        console.print("Nothing was left out.")
        return
    console.print(f"Left out or not understood: {sum(p.count for p in problems)}", highlight=False)
    for p in problems[:SHOWN]:
        remedy = f"; {p.remedy}" if p.remedy else ""
        console.print(Text(one_line(f"  {p.count} × {p.kind}: {p.reason} ({p.place}){remedy}")))
    if len(problems) > SHOWN:
        console.print(f"  and {len(problems) - SHOWN} more kinds; --json has them all", highlight=False)
