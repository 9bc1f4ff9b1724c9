"""The record that a command is given: a source, an example, one person, one moment."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path

import click

from penia.errors import PeniaError
from penia.record import Record

EXAMPLES = Path(__file__).parents[1] / "examples"


def moment(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
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


def examples() -> list[str]:
    return sorted(path.stem for path in EXAMPLES.glob("*.json"))


def the_source(source: str | None, example: str | None) -> str:
    """Raises UsageError unless exactly one is given."""
    if (source is None) == (example is None):
        raise click.UsageError("Give one SOURCE, or --example clozapine.")
    if source == "":
        raise click.UsageError("A name of a file is empty.")
    return str(EXAMPLES / f"{example}.json") if source is None else source


def read_one(source: str, person: str | None, listing: bool) -> Record:
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
