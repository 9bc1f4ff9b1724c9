"""``penia explain``: one record in, what matters now and the ranked causes out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from penia.cli.source import examples, moment, read_one, the_source
from penia.errors import PeniaError
from penia.record import Record, Setting

if TYPE_CHECKING:
    from penia.explanation import Explanation

HELP = """Rank the causes of the latest low white count in SOURCE.

SOURCE is a FHIR R4 Bundle, a file with one resource a line, a folder of such files (bulk export), or - for
standard input.

\b
  penia explain record.json
  penia explain export/ --person 123 --at 2024-05-20
  penia explain record.json --why 1              every figure and source of the first cause
  penia explain record.json --json | jq '.candidates[0]'
  penia explain record.json --fhir               risks, issues and proposals as a FHIR R4 Bundle
  cat *.ndjson | penia explain - --setting oncology

A source with several people is listed, lowest counts first; name one with --person.
What could not be read is listed with the result, and the rest is explained.

Exit codes: 0 explained, also where no count is low; 2 the input or the command cannot be used; 70 a fault of
penia.
"""


@click.command(help=HELP)
@click.argument("source", required=False)
@click.option("--example", type=click.Choice(examples()), help="An invented record that ships with penia.")
@click.option("--person", metavar="ID", help="Which person, where SOURCE holds several.")
@click.option("--at", metavar="TIME", callback=moment, help="What was known then; a date means all day.")
@click.option("--setting", type=click.Choice(get_args(Setting)), help="Where the person is seen.")
@click.option("--json", "as_json", is_flag=True, help="The whole result as JSON.")
@click.option("--fhir", "as_fhir", is_flag=True, help="The result as a FHIR R4 Bundle.")
@click.option("--html", metavar="FILE", help="Write the result as a page that needs nothing else.")
@click.option("--top", type=click.IntRange(1, 20), default=5, show_default=True, help="How many causes.")
@click.option("--why", type=click.IntRange(1), metavar="N", help="Every figure and source of cause N.")
def command(
    source: str | None,
    example: str | None,
    person: str | None,
    at: datetime | None,
    setting: str | None,
    as_json: bool,
    as_fhir: bool,
    html: str | None,
    top: int,
    why: int | None,
) -> None:
    place = the_source(source, example)
    if as_json + as_fhir + (html is not None) > 1:
        raise click.UsageError("Give one of --json, --fhir and --html, not both.")
    if html == "":
        raise click.UsageError("A name of a file is empty.")
    record = read_one(place, person, listing=not (as_json or as_fhir))

    from penia.pipeline import explain

    explanation = explain(record, at, setting)
    if why is not None and why > len(explanation.candidates):
        raise PeniaError(f"There is no cause {why}; this result has {len(explanation.candidates)}.")
    if as_json:
        click.echo(explanation.to_json())
    elif as_fhir:
        from penia.report import fhir

        click.echo(fhir.written(explanation))
    elif html is not None:
        write_page(explanation, record, Path(html))
    else:
        _print(explanation, record, top, why)


def write_page(explanation: Explanation, record: Record, path: Path) -> None:
    from penia.report import html

    page = html.render(explanation, record)
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise PeniaError(f"{path} cannot be written ({error.strerror}).") from error
    click.echo(f"{explanation.headline}\nThe page is in {path}.")


def _print(explanation: Explanation, record: Record, top: int, why: int | None) -> None:
    from rich.console import Console

    from penia.report import terminal

    terminal.render(explanation, record, Console(), top, why)
