"""docs/benchmarks/index.md: every bench with its table and picture, and on what it was measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from bench.result import Result, Row, Value

ABOUT = """# Benchmarks

`python -m bench --all` (or `--all --quick`, or a name) measures all of this again, each question in one run
beside what else does the same work; it installs the others itself, into `build/bench`. Ratios hold better
than seconds: another machine, or a busy one, has other seconds. Beside this page lie the figures as JSON.
"""


class Run(msgspec.Struct, frozen=True):
    """A result, and how it came to be: a file NAME.json."""

    name: str
    quick: bool
    seconds: float
    machine: dict[str, str]
    versions: dict[str, str]
    result: Result


def page(folder: Path, order: Sequence[str]) -> str:
    """``order``: the names of all benches."""
    kept = {path.stem: msgspec.json.decode(path.read_bytes(), type=Run) for path in folder.glob("*.json")}
    runs = [kept[name] for name in order if name in kept]
    return "\n".join([ABOUT, _machines(runs), *(part for run in runs for part in _part(run))])


def _machines(runs: list[Run]) -> str:
    """Benches of one machine and version on one line."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for run in runs:
        m, v = run.machine, run.versions
        where = f"{m['processor']}, {m['cores']} cores, {m['memory']}, {m['system']}, Python {m['python']}"
        groups.setdefault((where, f"penia {v['penia']}, knowledge `{v['knowledge']}`"), []).append(run.name)
    rows = [
        {"machine": where, "version": what, "benches": ", ".join(of)} for (where, what), of in groups.items()
    ]
    return table(rows)


def _part(run: Run) -> Iterator[str]:
    found = run.result
    yield f"## {found.question}\n"
    if found.absent:
        yield f"Not measured: {found.absent}.\n"
        return
    size = ", small sizes" if run.quick else ""
    yield f"`python -m bench {run.name}`{size}; {run.seconds:.0f} s, load average {run.machine['load']}.\n"
    yield table(found.rows)
    yield "".join(f"- {note}\n" for note in found.notes)
    yield from (f"![{found.question}]({name})\n" for name in found.pictures)


def table(rows: tuple[Row, ...] | list[dict[str, str]]) -> str:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [columns, ["---"] * len(columns), *([_cell(row.get(c)) for c in columns] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else value.replace("|", "\\|")
