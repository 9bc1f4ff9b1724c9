"""``penia convert``: any record that penia reads, in a format that others read."""

from __future__ import annotations

import hashlib
import re
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from penia.cli.output import one_line
from penia.errors import PeniaError

if TYPE_CHECKING:
    from penia.record import Record

FORMATS = ("fhir", "phenopacket", "penia")

HELP = """Write SOURCE as a FHIR R4 Bundle, a GA4GH Phenopacket v2, or penia's own JSON.

SOURCE is whatever penia explain takes: FHIR, Phenopackets, OMOP, MEDS, or a table. One person becomes the
file --out; several become a folder --out with one file each. Nothing is overwritten without --overwrite.

\b
  penia convert labs.csv --to fhir --out record.json
  penia convert omop.duckdb --person 123 --to phenopacket --out packet.json
  penia convert export/ --to fhir --out bundles             one Bundle each of all people
  penia convert record.json --to penia --out -              to standard output

What could not be read of SOURCE is not written; penia read SOURCE lists it.
"""


@click.command(help=HELP)
@click.argument("source")
@click.option("--to", type=click.Choice(FORMATS), required=True, help="The format to write.")
@click.option(
    "--out", metavar="PATH", required=True, help="File for one person, folder for several; - shows it."
)
@click.option("--person", metavar="ID", help="Only this person.")
@click.option("--overwrite", is_flag=True, help="Replace files that are there already.")
def command(source: str, to: str, out: str, person: str | None, overwrite: bool) -> None:
    from penia.cli.patience import counted, waiting
    from penia.read import read, read_all
    from penia.write import convert

    if not source or not out:
        raise PeniaError("A name of a file is empty; give SOURCE and --out.")
    if person is not None:
        with waiting("reading"):
            records = iter([read(source, person)])
    else:
        records = read_all(source)
    people = list(islice(records, 2))
    if not people:
        raise PeniaError(f"{source} holds no person; give another source.")
    if len(people) == 1:
        _one(people[0], to, out, overwrite)
        return
    folder = _folder(out, overwrite)
    count = 0
    for record in counted("people")(chain(people, records)):
        _write(folder / file_name(record.person.id), convert(record, to), overwrite)
        count += 1
    click.echo(f"{count} people are in {out}, a file each. `penia read {out}` shows them.")


def _one(record: Record, to: str, out: str, overwrite: bool) -> None:
    from penia.write import convert

    data = convert(record, to)
    if out == "-":
        click.echo(data)
        return
    _write(Path(out), data, overwrite)
    left = sum(p.count for p in record.problems)
    told = f" {left} things could not be read and are not in it; `penia read` lists them." if left else ""
    click.echo(one_line(f"{record.person.id} is in {out}.{told}"))


def _folder(out: str, overwrite: bool) -> Path:
    """Made where it is not there; one with files in it only where these may be replaced."""
    if out == "-":
        raise PeniaError(
            "Several people cannot go to standard output; name a folder with --out, or --person ID."
        )
    folder = Path(out)
    try:
        if folder.exists() and not folder.is_dir():
            raise PeniaError(
                f"{out} is a file; SOURCE holds several people, so name a folder, or --person ID."
            )
        if not overwrite and folder.is_dir() and any(folder.iterdir()):
            raise PeniaError(f"{out} is not empty; name a new folder, or add --overwrite.")
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return folder


def _write(path: Path, data: bytes, overwrite: bool) -> None:
    try:
        with path.open("wb" if overwrite else "xb") as file:
            file.write(data)
    except FileExistsError as error:
        raise PeniaError(f"{path} is there already; name another with --out, or add --overwrite.") from error
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> PeniaError:
    return PeniaError(f"{path} cannot be written ({error.strerror}); name another with --out.")


def file_name(person: str) -> str:
    """The id, where it is a plain name; else what is plain of it, and a digest that tells it apart.

    >>> file_name("123"), file_name("../x")
    ('123.json', 'x-d6b96a97.json')
    """
    if re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}", person):
        return f"{person}.json"
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", person)[:60].strip("-")
    return f"{plain}-{hashlib.sha256(person.encode()).hexdigest()[:8]}.json"
