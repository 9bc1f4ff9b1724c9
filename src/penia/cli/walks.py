"""The sequential evaluation in the terminal and as a picture."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from penia.errors import PeniaError
from penia.evaluate.sequential import Sequential
from penia.report.curves import drawing

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Right causes against tests sent</title><style>body{{font:16px system-ui,sans-serif;max-width:48rem;
margin:2rem auto;padding:0 1rem}}</style><h1>Right causes against tests sent</h1>{picture}
<p>{told}</p><p>A dot stands where a strategy would ask for no more. Only tests of which a case tells the
result could be asked for; history, signs, drugs and the blood count were known from the start.</p></html>
"""


def print_sequential(found: Sequential, console: Console) -> None:
    console.print(
        f"{found.cases} case{'' if found.cases == 1 else 's'} of {found.folder}", style="bold", markup=False
    )
    console.print(
        f"{found.left_out} left out: no low count, or no result that could be hidden.\n", markup=False
    )
    table = Table(box=None, pad_edge=False)
    for name in ("strategy", "tests", "cost", "right"):
        table.add_column(name, justify="left" if name == "strategy" else "right")
    for s in found.strategies:
        table.add_row(s.name, f"{s.tests:.1f}", f"{s.cost:.1f}", f"{s.accuracy:.0%}")
    console.print(table)
    console.print("\nCost: the sum of cost bands, 1 routine to 4 dear. Right: an accepted cause is first.")
    console.print(_told(found), markup=False)


def _told(found: Sequential) -> str:
    if found.enough is None:
        return "With its own choice of tests the engine is never as often right as with all of them."
    whole = found.strategies[-1].tests
    return (
        f"As often right as with everything ({whole:.1f} tests a case): the engine with at most "
        f"{found.enough} in any case."
    )


def write_picture(found: Sequential, path: Path) -> None:
    """A page with the curves. Raises PeniaError where it cannot be written."""
    lines = [(s.name, s.curve, s.tests) for s in found.strategies]
    page = PAGE.format(picture=drawing(lines, "Share of right causes against tests"), told=_told(found))
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise PeniaError(f"{path} cannot be written ({error.strerror}).") from error
