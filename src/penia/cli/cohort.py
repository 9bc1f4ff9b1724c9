"""``penia cohort``: a whole database of people, as tables and a report."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from penia.cohort.batch import Batch

HELP = """Find every low white count of a whole database, and its likely causes, drug by drug.

SOURCE is an OMOP CDM (a folder of Parquet or CSV, a DuckDB file, postgresql://user@host/database) or a MEDS
folder. One pass over the table of measurements keeps the people who have any count below the limit of their
age; only they are read and explained, some hundred at a time, on all cores.

\b
  penia simulate --omop 20000 --out cdm         an invented database to try it on
  penia cohort cdm --out study                  tables and study/report.html
  penia cohort hospital.duckdb --out study --cores 4
  penia cohort postgresql://me@server/cdm --out study
  penia cohort cdm --out study --spark 'local[4]'

\b
In the folder: report.html, manifest.json, and episode/, candidate/, evidence/, dropped/ of Parquet files.
A run that was stopped goes on when the same command is given again.

Attributed cases are not proof of cause: docs/cohort.md says what they are and are not.
"""


@click.command(help=HELP)
@click.argument("source")
@click.option("--out", metavar="DIR", required=True, help="Folder of the study; made where it is not there.")
@click.option("--cores", type=click.IntRange(1, 512), default=None, help="Processes.  [default: all cores]")
@click.option(
    "--batch", type=click.IntRange(1, 100_000), default=200, show_default=True, help="People of one batch."
)
@click.option(
    "--smallest-cell",
    "cell",
    type=click.IntRange(1, 1000),
    default=5,
    show_default=True,
    help="Counts below this are not shown in the report.",
)
@click.option(
    "--spark",
    metavar="MASTER",
    default=None,
    help="Let Spark do it: local[4], spark://host:7077, yarn … SOURCE is then Parquet, on any storage of it.",
)
@click.option(
    "--courses/--no-courses",
    default=True,
    show_default=True,
    help="Judge the course of the counts too; without it a study takes half the time.",
)
def command(
    source: str, out: str, cores: int | None, batch: int, cell: int, spark: str | None, courses: bool
) -> None:
    from penia.cli.patience import counted
    from penia.cohort import Options, report, study

    def follow(batches: Iterable[Batch], total: int) -> Iterable[Batch]:
        yield from counted("batches", total)(batches)

    options = Options(batch, cell, courses)
    found = study(source, Path(out), options, follow=follow, cores=cores, spark=spark)
    page = report(Path(out), found.manifest)
    resumed = f" ({found.resumed} batches were done before)" if found.resumed else ""
    click.echo(
        f"{found.episodes} episodes of low counts in {found.people} people{resumed}; {found.kept} people "
        f"were read one by one. See {page}."
    )
