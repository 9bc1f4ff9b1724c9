"""``penia simulate``: virtual patients with a known cause, in any number."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from penia.errors import PeniaError

if TYPE_CHECKING:
    from penia.virtual import Patient

FORMATS = ("json", "fhir", "parquet")

HELP = """Write virtual patients into a folder: whole records drawn from the model, with their cause.

Each has an age and sex, drugs with their dates (innocent ones too), a disease or drug that lowers the counts,
findings and tests, and counts of five cell lines with noise and gaps. No real person stands behind them.

\b
  penia simulate --n 100 --out patients                       one case and one key a patient
  penia simulate --n 20 --cause drug:clozapine --out cloz     all with one cause; --cause may be repeated
  penia simulate --n 1000 --format fhir --out bundles         FHIR R4 Bundles
  penia simulate --n 100000 --format parquet --out tables     tables of people, counts, drugs, findings
  penia simulate --omop 50000 --out cdm                       an OMOP CDM, patients among many others
  penia evaluate patients                                     how well penia finds the causes again

The same --n, --seed and --cause give the same files.
"""


@click.command(help=HELP)
@click.option(
    "--n", "count", type=click.IntRange(1, 10_000_000), default=100, show_default=True, help="How many."
)
@click.option(
    "--seed", type=click.IntRange(0, 2**31), default=1, show_default=True, help="Another, other patients."
)
@click.option("--out", metavar="DIR", required=True, help="Folder for the files; made where it is not there.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="json", show_default=True)
@click.option(
    "--cause", "causes", metavar="ID", multiple=True, help="Cause id, or drug:NAME; in turn if several."
)
@click.option(
    "--omop",
    "people",
    type=click.IntRange(1, 100_000_000),
    metavar="N",
    help="Write an OMOP CDM of N people in Parquet instead: ordinary ones, and some with a low count.",
)
def command(count: int, seed: int, out: str, form: str, causes: tuple[str, ...], people: int | None) -> None:
    folder = Path(out)
    if not out or folder.is_file():
        raise PeniaError(f"{out!r} is no folder; name one with --out.")
    if folder.is_dir() and any(folder.iterdir()):
        raise PeniaError(f"{out} is not empty; name a new folder, so that no patients of two runs are mixed.")
    if people is not None:
        if causes:
            raise PeniaError("--omop takes no --cause: its causes are as frequent as the model has them.")
        _population(people, seed, folder)
        return
    from penia.cli.patience import counted
    from penia.virtual import simulate
    from penia.virtual.write import Format, write

    followed: Callable[[Iterable[Patient]], Iterable[Patient]] = counted("patients", count)
    formats: dict[str, Format] = {name: name for name in get_args(Format)}
    written = write(followed(simulate(count, seed, causes)), folder, formats[form])
    click.echo(f"{written} virtual patients are in {out}." + _next(form, out))


def _population(people: int, seed: int, folder: Path) -> None:
    from penia.cli.patience import counted
    from penia.virtual.omop import write
    from penia.virtual.population import Citizen, citizens

    followed: Callable[[Iterable[Citizen]], Iterable[Citizen]] = counted("people", people)
    written = write(followed(citizens(people, seed)), folder)
    click.echo(
        f"An OMOP CDM of {written} invented people is in {folder}; truth.parquet holds the cause of each low "
        f"count. `penia cohort {folder} --out study` reads it."
    )


def _next(form: str, out: str) -> str:
    return f" `penia evaluate {out}` tells how well their causes are found." if form == "json" else ""
