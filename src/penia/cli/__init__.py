"""The command line. Each command is a module of this folder, loaded when it is called."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import ClassVar

import click

from penia.cli.output import one_line, settle
from penia.errors import PeniaError

COMMANDS = {
    "explain": ("penia.cli.explain", "Rank the causes of one person's low white count."),
    "read": ("penia.cli.read", "Show what is understood of a source, and what is not."),
    "convert": ("penia.cli.convert", "Write a record as FHIR, Phenopacket or penia's own JSON."),
    "compare": ("penia.cli.compare", "Two causes side by side for one record."),
    "kb": ("penia.cli.kb", "Show what is known of a cause or drug, with its sources."),
    "forecast": ("penia.cli.forecast", "Forecast the counts of the coming days."),
    "monitor": ("penia.cli.monitor", "When to count next under a monitored drug, and what to do now."),
    "cohort": ("penia.cli.cohort", "Find every low count of a whole database, and its causes."),
    "serve": ("penia.cli.serve", "Serve the page, JSON, FHIR and CDS Hooks on this machine."),
    "simulate": ("penia.cli.simulate", "Write virtual patients whose cause is known."),
    "evaluate": ("penia.cli.evaluate", "Measure on cases whose cause is known."),
}
BAD_INPUT = 2
BUG = 70
INTERRUPTED = 130
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

HELP = """From a person's blood counts and record to the cause of their low white count (leukopenia).

\b
Try:
  penia explain --example clozapine            an invented record that ships with penia
  penia explain record.json                    a FHIR R4 Bundle, NDJSON, or a folder of them
  penia explain export/ --person 123           one person of several
  penia explain record.json --html page.html   the same as a page
  penia read labs.csv                          what is understood of a table, a file or a folder
  penia kb show drug:clozapine                 every figure with its source

\b
Exit codes:
  0    explained; also where no count is low
  2    the input or the command cannot be used: one sentence says what to do
  70   a fault of penia; PENIA_DEBUG=1 shows where
  130  interrupted

It supports a decision and shows its working; it does not make the decision.
"""


class Commands(click.Group):
    """Lists the commands without loading them."""

    modules: ClassVar[dict[str, tuple[str, str]]] = COMMANDS
    """Name → (module, what it does in a line)."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.modules:
            return None
        return import_module(self.modules[cmd_name][0]).command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, what) for name, (_, what) in self.modules.items()])


def _version(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"penia {version('penia')}")
        ctx.exit()


@click.command(cls=Commands, help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version."
)
def penia() -> None:
    pass


def main(args: Sequence[str] | None = None) -> None:
    """Run a command and exit; what goes wrong becomes one sentence and an exit code, never a traceback."""
    settle()
    try:
        code = penia.main(args, prog_name="penia", standalone_mode=False)
        sys.stdout.flush()
    except Exception as error:
        if os.environ.get("PENIA_DEBUG") == "1":
            raise
        code = _told(error)
    except SystemExit as ended:  # rich ends so where nobody reads on
        code = 0 if isinstance(ended.__context__, BrokenPipeError) else ended.code
    except KeyboardInterrupt:
        code = INTERRUPTED
    sys.exit(code if isinstance(code, int) else 0)


def _told(error: Exception) -> int:
    if isinstance(error, click.exceptions.Abort):
        return INTERRUPTED
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code if isinstance(error, click.UsageError) else BAD_INPUT
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left has no reader
        return 0
    if isinstance(error, PeniaError):
        click.echo(f"penia: {one_line(str(error))}", err=True)
        return BAD_INPUT
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        click.echo(f"penia: the result cannot be written ({error.strerror}); make room.", err=True)
        return BAD_INPUT
    what = f"{type(error).__name__}: {error}".replace("\n", " ")[:300]
    click.echo(
        f"penia: this is a fault of penia ({what}); please report it with what PENIA_DEBUG=1 shows.",
        err=True,
    )
    return BUG
