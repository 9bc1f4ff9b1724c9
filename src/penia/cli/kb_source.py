"""``penia kb source``: every figure that rests on a source."""

from __future__ import annotations

import click

HELP = """Every figure that rests on SOURCE: its name in the files, or words of its title.

\b
  penia kb source clarke-2016
  penia kb source childhood leukaemia
"""


@click.command(help=HELP)
@click.argument("words", metavar="SOURCE", nargs=-1, required=True)
def command(words: tuple[str, ...]) -> None:
    from rich.console import Console

    from penia import knowledge
    from penia.knowledge.sources import resting

    source = " ".join(words)
    found = resting(source, knowledge.load())
    if not found:
        raise click.UsageError(
            f"No source of the knowledge base is called {source!r} or has these words in its title; "
            "penia kb show CAUSE lists the sources of a cause."
        )
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for one in found:
        year = f" ({one.source.year})" if one.source.year else ""
        console.print(f"\n{one.name}: {one.source.title}{year}, {one.source.kind}. {one.source.ref}".rstrip())
        for figure in one.figures:
            mark = "" if figure.verified else "  not read there"
            console.print(f"  {figure.entry}  {figure.place}: {figure.value}{mark}")
