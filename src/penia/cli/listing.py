"""The people of a source, lowest counts first, to choose one from."""

from __future__ import annotations

from collections.abc import Sequence

from penia.cli.output import one_line
from penia.read import Listed


def print_people(people: Sequence[Listed]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("person", box=None, pad_edge=False)
    for name in ("age", "sex", "blood counts", "lowest WBC", "lowest ANC", "left out"):
        table.add_column(name, justify="right")
    for one in sorted(people, key=_lowest):
        table.add_row(
            Text(one_line(one.id)),
            "?" if one.age is None else f"{one.age:.0f}",
            one.sex or "?",
            str(one.counts),
            _number(one.wbc),
            _number(one.anc),
            str(one.problems or ""),
        )
    Console().print(table)


def _lowest(one: Listed) -> tuple[float, float, str]:
    unknown = float("inf")
    return (
        unknown if one.anc is None else one.anc,
        unknown if one.wbc is None else one.wbc,
        one.id,
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
