"""``penia explain``: one record in, what matters now and the ranked causes out."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from penia.errors import PeniaError
from penia.record import Record, Setting

if TYPE_CHECKING:
    from penia.explanation import Explanation

EXAMPLES = Path(__file__).parents[1] / "examples"

HELP = """Rank the causes of the latest low white count in SOURCE.

SOURCE is a FHIR R4 Bundle, a file with one resource a line, a folder of such files (bulk export), or - for
standard input.

\b
  penia explain record.json
  penia explain export/ --person 123 --at 2024-05-20
  penia explain record.json --why 1              every figure and source of the first cause
  penia explain record.json --json | jq '.candidates[0]'
  cat *.ndjson | penia explain - --setting oncology

A source with several people is listed, lowest counts first; name one with --person.
What could not be read is listed with the result, and the rest is explained.

Exit codes: 0 explained, also where no count is low; 2 the input or the command cannot be used; 70 a fault of
penia.
"""


def _moment(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """A date alone means all of that day; a time without a zone is UTC."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        said = f"{value!r} is no date or time; write 2024-05-20 or 2024-05-20T08:30."
        raise click.BadParameter(said, ctx, param) from error
    if len(value) <= len("2024-05-20"):
        moment = datetime.combine(moment, time.max)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _examples() -> list[str]:
    return sorted(path.stem for path in EXAMPLES.glob("*.json"))


@click.command(help=HELP)
@click.argument("source", required=False)
@click.option("--example", type=click.Choice(_examples()), help="An invented record that ships with penia.")
@click.option("--person", metavar="ID", help="Which person, where SOURCE holds several.")
@click.option("--at", metavar="TIME", callback=_moment, help="What was known then; a date means all day.")
@click.option("--setting", type=click.Choice(get_args(Setting)), help="Where the person is seen.")
@click.option("--json", "as_json", is_flag=True, help="The whole result as JSON.")
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
    html: str | None,
    top: int,
    why: int | None,
) -> None:
    if (source is None) == (example is None):
        raise click.UsageError("Give one SOURCE, or --example clozapine.")
    if as_json and html:
        raise click.UsageError("Give --json or --html, not both.")
    if "" in (source, html):
        raise click.UsageError("A name of a file is empty.")
    source = str(EXAMPLES / f"{example}.json") if source is None else source
    record = _read(source, person, listing=not as_json)

    from penia.pipeline import explain

    explanation = explain(record, at, setting)
    if why is not None and why > len(explanation.candidates):
        raise PeniaError(f"There is no cause {why}; this result has {len(explanation.candidates)}.")
    if as_json:
        click.echo(explanation.to_json())
    elif html is not None:
        _write_page(explanation, record, Path(html))
    else:
        _print(explanation, record, top, why)


def _read(source: str, person: str | None, listing: bool) -> Record:
    """``listing``: show who is in the source, where no person is named."""
    from penia.cli.patience import waiting
    from penia.read import ReadError, read

    try:
        with waiting("reading"):
            return read(source, person)
    except ReadError as error:
        if listing and error.people and person is None and _can_be_read_again(source):
            raise _listed(source) from error
        raise


def _can_be_read_again(source: str) -> bool:
    """False for standard input and a pipe."""
    path = Path(source)
    return source != "-" and (path.is_file() or path.is_dir())


def _listed(source: str) -> PeniaError:
    """Prints who is in the source; the error tells to choose."""
    from penia.cli.listing import print_people
    from penia.cli.patience import waiting
    from penia.read import people

    with waiting("listing the people"):
        listed = people(source)
    print_people(listed)
    return PeniaError(f"{source} holds {len(listed)} people; name one of them with --person ID.")


def _write_page(explanation: Explanation, record: Record, path: Path) -> None:
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
