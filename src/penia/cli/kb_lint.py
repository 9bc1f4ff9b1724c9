"""``penia kb lint``: what is wrong with the knowledge, one sentence each."""

from __future__ import annotations

import click

HELP = """What is wrong with the knowledge: one sentence for each fault, and where it is.

It finds ids that name nothing, values outside their range, shares that do not sum, probabilities that
contradict each other (a broader finding rarer than a narrower one; a finer cause against its parent), and
sources that are missing or that nothing uses. Exit codes: 0 clean; 1 faults; 2 a file that cannot be read.
"""


@click.command(help=HELP)
@click.pass_context
def command(ctx: click.Context) -> None:
    from penia.knowledge.lint import lint

    faults = lint()
    for fault in faults:
        click.echo(fault)
    click.echo(f"{len(faults)} faults." if faults else "Clean: nothing is wrong that this can see.")
    ctx.exit(1 if faults else 0)
