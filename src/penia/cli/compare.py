"""``penia compare``: two causes side by side for one record."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

import click

from penia.cli.source import moment, read_one
from penia.record import Setting

HELP = """Two causes A and B side by side for the record in SOURCE: what parts them, and which test would.

A and B are ids or names of drugs, as `penia kb show` takes them; every fact is told with what it weighs, in
decibels (10 dB: ten times as likely under the one as under the other).

\b
  penia compare clozapine influenza record.json
  penia compare hiv tuberculosis record.json --json
  penia compare drug:methotrexate folate-deficiency export/ --person 123 --at 2024-05-20

Exit codes: 0 compared; 2 the record or a cause cannot be used; 70 a fault of penia.
"""


@click.command(help=HELP)
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@click.argument("source")
@click.option("--person", metavar="ID", help="Which person, where SOURCE holds several.")
@click.option("--at", metavar="TIME", callback=moment, help="What was known then; a date means all day.")
@click.option("--setting", type=click.Choice(get_args(Setting)), help="Where the person is seen.")
@click.option("--json", "as_json", is_flag=True, help="The comparison as JSON.")
def command(
    one: str,
    other: str,
    source: str,
    person: str | None,
    at: datetime | None,
    setting: str | None,
    as_json: bool,
) -> None:
    from penia import knowledge
    from penia.cli.kb_show import find_id
    from penia.pipeline import compare

    base = knowledge.load()
    causes = [find_id(name, base) for name in (one, other)]
    compared = compare(read_one(source, person, listing=not as_json), *causes, at=at, setting=setting)
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(compared, order="deterministic"))
        return
    from rich.console import Console

    from penia.report.compared import render

    render(compared, Console())
