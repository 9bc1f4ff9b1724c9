"""``penia forecast``: the counts of the coming days."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from penia.cli.source import examples, moment, read_one, the_source
from penia.errors import PeniaError
from penia.record import Setting

if TYPE_CHECKING:
    pass

HELP = """Forecast the counts of the coming days for the record in SOURCE.

The likely causes are each followed by the marrow model, weighed by how well they fit the counts so far.
Without other wishes it shows what happens if the suspected drugs are stopped, and if all goes on as now.

\b
  penia forecast --example clozapine
  penia forecast record.json --days 14
  penia forecast record.json --stop methimazole --g-csf     the drug stopped, and with growth factor
  penia forecast record.json --continue --treat             going on, and with the cause treated
  penia forecast record.json --json | jq '.scenarios[0].passing'
  penia forecast record.json --html page.html               the whole page, bands in the timeline

Bands hold half, 80 % and 95 % of the counts that are to be expected.
"""


@click.command(help=HELP)
@click.argument("source", required=False)
@click.option("--example", type=click.Choice(examples()), help="An invented record that ships with penia.")
@click.option("--person", metavar="ID", help="Which person, where SOURCE holds several.")
@click.option("--at", metavar="TIME", callback=moment, help="What was known then; a date means all day.")
@click.option("--setting", type=click.Choice(get_args(Setting)), help="Where the person is seen.")
@click.option("--days", type=click.IntRange(1, 90), default=28, show_default=True, help="How far.")
@click.option("--stop", metavar="DRUG", multiple=True, help="Stop this drug now; may be repeated.")
@click.option("--continue", "go_on", is_flag=True, help="Go on as now.")
@click.option("--treat", is_flag=True, help="Treat the likely causes that can be treated.")
@click.option("--g-csf", is_flag=True, help="Give filgrastim for some days.")
@click.option("--json", "as_json", is_flag=True, help="The forecast as JSON.")
@click.option("--html", metavar="FILE", help="Write the whole page, with the forecast in its timeline.")
def command(
    source: str | None,
    example: str | None,
    person: str | None,
    at: datetime | None,
    setting: str | None,
    days: int,
    stop: tuple[str, ...],
    go_on: bool,
    treat: bool,
    g_csf: bool,
    as_json: bool,
    html: str | None,
) -> None:
    place = the_source(source, example)
    if as_json and html:
        raise click.UsageError("Give --json or --html, not both.")
    record = read_one(place, person, listing=not as_json)

    from penia.cli.patience import waiting
    from penia.forecast import Wish
    from penia.pipeline import explain

    stopped = tuple(_ingredient(drug) for drug in stop)
    wish = Wish(stop=stopped, go_on=go_on, treat=treat, g_csf=g_csf)
    with waiting("simulating"):
        explanation = explain(record, at, setting, ahead=wish, days=days)
    if explanation.forecast is None:
        raise PeniaError(explanation.headline + " There is no recovery to forecast.")
    if html is not None:
        from penia.cli.explain import write_page

        write_page(explanation, record, Path(html))
    elif as_json:
        import msgspec

        click.echo(msgspec.json.encode(explanation.forecast, order="deterministic"))
    else:
        from rich.console import Console

        from penia.report.terminal import render_forecast

        render_forecast(explanation, record, Console())


def _ingredient(name: str) -> str:
    """The generic name of what was typed."""
    from penia.codes import ingredients

    found = ingredients((), name)
    if len(found) != 1:
        raise PeniaError(f"{name!r} is no drug that is known; give its generic name to --stop.")
    return found[0]
