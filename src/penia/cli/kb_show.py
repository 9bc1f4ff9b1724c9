"""``penia kb show``: one cause, drug, regimen, finding or test with every figure and source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from penia.knowledge import KnowledgeBase


HELP = """What is known of a cause, drug, regimen, finding or test, with every figure and source.

\b
  penia kb show hiv                        a cause
  penia kb show clozapine                  a drug
  penia kb show FOLFOX                     a chemotherapy regimen
  penia kb show HP:0001945                 a finding: how often, which causes list it
  penia kb show test:dengue-ns1            a test: cost, sample, harm, which causes list it

A figure is marked "unverified" where it was not read in its source, and "judgement" where it is an expert's
estimate.
"""


@click.command(help=HELP)
@click.argument("cause", metavar="ID")
def command(cause: str) -> None:
    from rich.console import Console

    from penia import knowledge
    from penia.cli.finding import key_of, print_finding
    from penia.cli.page import print_cause, print_drug
    from penia.cli.regimen import named, print_regimen

    base = knowledge.load()
    console = Console()
    if (regimen := named(cause)) is not None:
        print_regimen(regimen, base, console)
        return
    if (key := key_of(cause, base)) is not None:
        print_finding(key, base, console)
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
    """Ids that are spelt alike, or whose name holds the text; then findings."""
    from difflib import get_close_matches

    from penia.cli.finding import near_keys

    ids = [*base.causes, *base.drugs]
    alike = get_close_matches(text, ids, 3, 0.7) + get_close_matches(f"drug:{text}", ids, 3, 0.8)
    named = [
        entry.id for entry in (*base.causes.values(), *base.drugs.values()) if text in entry.name.casefold()
    ]
    return list(dict.fromkeys([*alike, *named, *near_keys(text, base)]))[:5]
