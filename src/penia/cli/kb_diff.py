"""``penia kb diff``: what differs between two states of the knowledge."""

from __future__ import annotations

from pathlib import Path

import click

HELP = """Figures added, removed and changed between OLD and NEW: folders of YAML, or git revisions.

\b
  penia kb diff old/data new/data
  penia kb diff v0.1.0 HEAD          in a checkout of penia

NEW is the knowledge of this penia where it is left out. Words (notes, populations) are not compared.
"""
ROOM = "src/penia/knowledge/data"


@click.command(help=HELP)
@click.argument("old")
@click.argument("new", required=False)
def command(old: str, new: str | None) -> None:
    from penia.knowledge.difference import difference, of_folder
    from penia.knowledge.store import DATA

    changes = difference(_state(old), _state(new) if new else of_folder(DATA))
    for change in changes:
        if change.old is None:
            click.echo(f"+ {change.place}: {change.new}")
        elif change.new is None:
            click.echo(f"- {change.place}: {change.old}")
        else:
            click.echo(f"~ {change.place}: {change.old} → {change.new}")
    added = sum(change.old is None for change in changes)
    removed = sum(change.new is None for change in changes)
    click.echo(f"{added} added, {removed} removed, {len(changes) - added - removed} changed.", err=True)


def _state(name: str) -> dict[str, bytes]:
    from penia.knowledge.difference import of_folder

    return of_folder(Path(name)) if Path(name).is_dir() else _revision(name)


def _revision(name: str) -> dict[str, bytes]:
    """The data at a git revision of the checkout in which the command is run."""
    import io
    import subprocess
    import tarfile

    from penia.knowledge.difference import DifferenceError

    wanted = DifferenceError(f"{name!r} is neither a folder nor a git revision of penia; give one of these.")
    if name.startswith("-"):
        raise wanted
    command = ["git", "archive", "--format=tar", name, ROOM]
    try:
        packed = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise wanted from error
    found: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive.getmembers():
            file = archive.extractfile(member) if member.name.endswith(".yaml") else None
            if file is not None:
                found[member.name.removeprefix(f"{ROOM}/")] = file.read()
    return found
