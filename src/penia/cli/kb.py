"""``penia kb``: the knowledge base. Each command is a module, named in MODULES."""

from __future__ import annotations

from typing import ClassVar

import click

from penia.cli import Commands

MODULES = {
    "show": ("penia.cli.kb_show", "One cause, drug or regimen, with all figures and sources."),
    "coverage": ("penia.cli.kb_coverage", "What is filled, sourced and verified, cause by cause."),
    "source": ("penia.cli.kb_source", "Every figure that rests on a source."),
    "unread": ("penia.cli.kb_unread", "What records say that nothing maps, commonest first."),
    "diff": ("penia.cli.kb_diff", "Figures added, removed and changed between two states of the knowledge."),
    "check": ("penia.cli.kb_check", "Hold the marrow model against published figures."),
    "lint": ("penia.cli.kb_lint", "What is wrong with the knowledge; for whoever edits it."),
}

HELP = """The knowledge base: every figure with its source.

\b
  penia kb show hiv                a cause
  penia kb show drug:clozapine     a drug; its name alone will do
  penia kb show FOLFOX             a chemotherapy regimen
  penia kb check dengue            simulated counts beside published figures
  penia kb coverage                what is filled, sourced and verified
  penia kb source clarke-2016      every figure that rests on a source
  penia kb unread export/          what records say that nothing maps
  penia kb lint                    after editing: what is wrong, one sentence each
"""


class Kb(Commands):
    modules: ClassVar[dict[str, tuple[str, str]]] = MODULES


@click.command(cls=Kb, help=HELP)
def command() -> None:
    pass
