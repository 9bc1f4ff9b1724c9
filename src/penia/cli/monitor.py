"""``penia monitor``: the next count under a monitored drug, and what the counts ask for now."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from penia.cli.source import examples, moment, read_one, the_source

if TYPE_CHECKING:
    from rich.console import RenderableType

    from penia.monitor import Watch

REGIONS = ("US", "UK", "EU", "AU", "JP")
WORDS = {
    "continue": "GO ON",
    "repeat": "REPEAT",
    "reduce": "REDUCE",
    "hold": "PAUSE",
    "stop": "STOP",
    "never": "STOP, NEVER AGAIN",
}

HELP = """Say when to count next, and what the counts ask for now, for a person on a monitored drug.

The rule is the regulator's or a society's, chosen by --region or --rule; limits for Duffy-null people are
taken where the record says that the person is. The probabilities are from the forecast: how likely each limit
is crossed before the next count is due.

\b
  penia monitor record.json --region UK
  penia monitor record.json --rule clozapine/us-2025 --at 2025-06-01
  penia monitor --example clozapine --json
"""


@click.command(help=HELP)
@click.argument("source", required=False)
@click.option("--example", type=click.Choice(examples()), help="An invented record that ships with penia.")
@click.option("--person", metavar="ID", help="Which person, where SOURCE holds several.")
@click.option(
    "--at", metavar="TIME", callback=moment, help="Look from then; without it from the newest count."
)
@click.option("--region", type=click.Choice(REGIONS), help="Whose rules.")
@click.option("--rule", metavar="ID", help="One rule, such as clozapine/uk.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(
    source: str | None,
    example: str | None,
    person: str | None,
    at: datetime | None,
    region: str | None,
    rule: str | None,
    as_json: bool,
) -> None:
    record = read_one(the_source(source, example), person, listing=not as_json)

    from penia.cli.patience import waiting
    from penia.monitor import monitor

    with waiting("simulating"):
        found = monitor(record, at, region=region, variant=rule)
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(found, order="deterministic"))
        return
    from rich.console import Console
    from rich.padding import Padding

    console = Console()
    for watch in found:
        console.print(Padding(_shown(watch), (1, 2, 0, 2)), width=min(console.width, 110))


def _shown(watch: Watch) -> RenderableType:
    from rich.console import Group

    from penia.explanation.wording import percent
    from penia.report.styled import grid, lines, say
    from penia.report.wording import cited

    day = "no start in the record" if watch.day is None else f"day {watch.day:.0f} of treatment"
    stopped = f", stopped {watch.stopped:%-d %b %Y}" if watch.stopped else ""
    lows = " · limits for Duffy-null people" if watch.population == "duffy-null" else ""
    counts = " · ".join(f"{line} {value:g} on {time:%-d %b %Y}" for line, value, time in watch.counts)
    table = grid(9, None)
    table.add_row(say("Now"), say((f"{WORDS[watch.do]}: ", "bold"), watch.says))
    table.add_row(say("Counts"), say(counts or "none of this course"))
    if watch.missing:
        table.add_row(say("Missing"), say(" · ".join(watch.missing)))
    table.add_row(say("Next"), say((_due(watch), "bold")))
    for n, chance in enumerate(watch.chances):
        p = "not known: never counted" if chance.probability is None else percent(chance.probability).strip()
        what = f"{chance.line} below {chance.below:g} before then: {p} → {WORDS[chance.do].lower()}"
        table.add_row(say("Risk" if n == 0 else ""), say(what))
    if watch.signs:
        table.add_row(say("Signs"), say(watch.signs))
    if watch.others:
        table.add_row(say("Else"), say(("other rules: " + ", ".join(watch.others) + " (--rule)", "dim")))
    head = lines(
        say((watch.name, "bold"), f" · {day}{stopped}{lows}"),
        say((f"{watch.authority} ({watch.force}) {cited(watch.citations)}", "dim")),
    )
    return Group(head, table)


def _due(watch: Watch) -> str:
    if watch.due is None:
        return "no routine count is asked for"
    every = "day" if watch.every_days == 1 else f"{watch.every_days:g} days"
    often = f", then every {every}" if watch.every_days else ""
    late = f" — {watch.overdue:.0f} days overdue" if watch.overdue >= 1 else ""
    return f"count by {watch.due:%-d %b %Y}{late}{often}"
