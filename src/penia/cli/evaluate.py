"""``penia evaluate``: how well cases with a known cause are explained."""

from __future__ import annotations

from pathlib import Path

import click

HELP = """Explain every case of DIR and compare with its key.

DIR holds NAME.case.json (the facts) and NAME.key.json ({"causes": ["drug:clozapine"]}, principal first).

\b
  penia evaluate cases/
  penia evaluate cases/ --limit 20
  penia evaluate cases/ --json > report.json

A finer cause (parent/child) counts as its parent, and a drug by its generic name. Cases that cannot be read
are counted and named. Exit codes: 0 done; 2 no case can be read; 70 a fault of penia.
"""


@click.command(help=HELP)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="All tables and each case's outcome as JSON.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Only the first N cases.")
def command(folder: Path, as_json: bool, limit: int | None) -> None:
    from penia.cli.patience import counted
    from penia.evaluate import evaluate

    report = evaluate(folder, limit, counted("cases"))
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(report))
        return
    from rich.console import Console

    from penia.cli.scores import print_report

    print_report(report, Console())
