"""``penia evaluate``: how well cases with a known cause are explained."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from penia.evaluate import Report

HELP = """Explain every case of DIR and compare with its key.

DIR holds NAME.case.json (the facts) and NAME.key.json ({"causes": ["drug:clozapine"]}, principal first).

\b
  penia evaluate cases/
  penia evaluate cases/ --limit 20
  penia evaluate cases/ --json > report.json
  penia evaluate cases/ --sequential --html curve.html     tests asked for one by one
  penia evaluate cases/ --against report.json      what a change did to each case

A finer cause (parent/child) counts as its parent, and a drug by its generic name. Cases that cannot be read
are counted and named. Exit codes: 0 done; 2 no case can be read; 70 a fault of penia.
"""


@click.command(help=HELP)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="All tables and each case's outcome as JSON.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Only the first N cases.")
@click.option(
    "--against",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Tell what changed since an earlier --json.",
)
@click.option("--sequential", is_flag=True, help="Hide the results and ask for them test by test.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Of --sequential: a picture.")
def command(
    folder: Path,
    as_json: bool,
    limit: int | None,
    against: Path | None,
    sequential: bool,
    html: Path | None,
) -> None:
    from penia.cli.patience import counted
    from penia.evaluate import evaluate
    from penia.evaluate.against import earlier

    if sequential and against:
        raise click.UsageError("Give --sequential or --against, not both.")
    if html and not sequential:
        raise click.UsageError("--html goes with --sequential.")
    if sequential:
        _sequential(folder, limit, as_json, html)
        return
    before = earlier(against) if against else None
    report = evaluate(folder, limit, counted("cases"))
    if before is not None:
        _against(before, report, as_json)
        return
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(report))
        return
    from rich.console import Console

    from penia.cli.scores import print_report

    print_report(report, Console())


def _sequential(folder: Path, limit: int | None, as_json: bool, html: Path | None) -> None:
    from rich.console import Console

    from penia.cli.patience import counted
    from penia.cli.walks import print_sequential, write_picture
    from penia.evaluate.sequential import sequential

    found = sequential(folder, limit, counted("cases"))
    if html is not None:
        write_picture(found, html)
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(found))
    else:
        print_sequential(found, Console())


def _against(before: Report, after: Report, as_json: bool) -> None:
    from penia.evaluate.against import against

    found = against(before, after)
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(found))
        return
    from rich.console import Console

    from penia.cli.scores import print_against

    print_against(found, before, after, Console())
