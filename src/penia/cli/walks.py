"""The sequential evaluation in the terminal and as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import comb
from pathlib import Path

from rich.console import Console
from rich.table import Table

from penia.errors import PeniaError
from penia.evaluate.sequential import UNLIKELY, Point, Sequential, Strategy
from penia.report.curves import drawing

BOUNDS = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
"""Most tests in any case, of which the table tells."""
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
    console.print(_table("strategy", [(s.name, (s.end,)) for s in found.strategies]))
    for strategy in found.strategies[:-1]:
        console.print(_beside(strategy), markup=False)
    console.print("\nIf no case had more tests than these:\n")
    *asking, every = found.strategies
    console.print(_table("engine / flow chart", list(_bounded(asking, len(every.curve) - 1))))
    console.print("\nCost: the sum of cost bands, 1 routine to 4 dear. Right: an accepted cause is first.")
    console.print(_told(found), markup=False)
    console.print(
        f"Before any test the causes under {UNLIKELY:.0%} have {found.unlikely.said:.1%} together; "
        f"{found.unlikely.true:.1%} of the cases are of one of them.",
        markup=False,
    )


def _table(title: str, rows: Sequence[tuple[str, Sequence[Point]]]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(title)
    for name in ("tests", "cost", "right") * len(rows[0][1]):
        table.add_column(name, justify="right")
    for name, points in rows:
        told = ((f"{p.tests:.1f}", f"{p.cost:.1f}", f"{p.accuracy:.0%}") for p in points)
        table.add_row(name, *(cell for cells in told for cell in cells))
    return table


def _bounded(asking: Sequence[Strategy], longest: int) -> Iterator[tuple[str, Sequence[Point]]]:
    for n in BOUNDS:
        yield str(n), [s.curve[min(n, longest)] for s in asking]
        if n >= longest:
            break


def _beside(strategy: Strategy) -> str:
    """The two-sided exact sign test of the cases in which only one of the two is right."""
    one, other = sorted((strategy.lost, strategy.won))
    chance = min(1.0, 2 * sum(comb(one + other, k) for k in range(one + 1)) / 2 ** (one + other))
    return (
        f"{strategy.name}: {strategy.lost} wrong that are right with everything, "
        f"{strategy.won} the other way round (p = {chance:.2g})"
    )


def _told(found: Sequential) -> str:
    if found.enough is None:
        return "With its own choice of tests the engine is never as often right as with all of them."
    whole = found.strategies[-1].end.tests
    return (
        f"As often right as with everything ({whole:.1f} tests a case): the engine with at most "
        f"{found.enough} in any case."
    )


def write_picture(found: Sequential, path: Path) -> None:
    """A page with the curves. Raises PeniaError where it cannot be written."""
    lines = [(s.name, [p.accuracy for p in s.curve], s.end.tests) for s in found.strategies]
    page = PAGE.format(picture=drawing(lines, "Share of right causes against tests"), told=_told(found))
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise PeniaError(f"{path} cannot be written ({error.strerror}).") from error
