"""``penia kb show``: one cause, drug or regimen with every figure and source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from penia.knowledge import KnowledgeBase


@click.command()
@click.argument("cause")
def command(cause: str) -> None:
    """What is known of CAUSE: how often, what the counts look like, findings, what to do; with sources.

    A figure is marked "unverified" where it was not read in its source, and "judgement" where it is an
    expert's estimate.
    """
    from rich.console import Console

    from penia import knowledge
    from penia.cli.page import print_cause, print_drug
    from penia.cli.regimen import named, print_regimen

    base = knowledge.load()
    console = Console()
    if (regimen := named(cause)) is not None:
        print_regimen(regimen, base, console)
        return
    name = find_id(cause, base)
    if name in base.causes:
        print_cause(base.causes[name], base, console)
    else:
        print_drug(base.drugs[name], base, console)


def find_id(wanted: str, base: KnowledgeBase) -> str:
    """The id of a cause or drug that the user may have written by its bare or another name."""
    from penia.codes import ingredients

    text = wanted.strip().casefold()
    drug = text.removeprefix("drug:")
    names = (text, f"drug:{drug}", *(f"drug:{name}" for name in ingredients((), drug)))
    for name in names:
        if name in base.causes or name in base.drugs:
            return name
    near = _near(text, base)
    told = f"; did you mean {', '.join(near)}?" if near else "; ids are words with hyphens, drugs drug:NAME."
    raise click.UsageError(f"The knowledge base has no {wanted!r}{told}")


def _near(text: str, base: KnowledgeBase) -> list[str]:
    """Ids that are spelt alike, or whose name holds the text."""
    from difflib import get_close_matches

    ids = [*base.causes, *base.drugs]
    alike = get_close_matches(text, ids, 3, 0.7) + get_close_matches(f"drug:{text}", ids, 3, 0.8)
    named = [
        entry.id for entry in (*base.causes.values(), *base.drugs.values()) if text in entry.name.casefold()
    ]
    return list(dict.fromkeys([*alike, *named]))[:5]
