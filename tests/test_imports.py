"""Imports flow one way: a room imports from rooms above it in ROOMS, never back."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"

ROOMS = (
    ("errors",),
    ("columns",),
    ("record",),
    ("explanation", "order", "spans", "units"),
    ("codes",),
    ("knowledge",),
    ("read",),
    ("write",),
    ("episode", "facts"),
    ("marrow",),
    ("infer",),
    ("plan", "question"),
    ("forecast",),
    ("pipeline", "monitor", "virtual"),
    ("evaluate", "report"),
    ("cohort", "serve"),
    ("cli",),
    ("__main__",),
)
"""From the first to the last; rooms of one line do not know each other."""

STRANGERS = {("marrow", "record"), ("knowledge", "record")}
"""Rooms that must not know each other though the order would let them."""

LEVEL = {room: level for level, line in enumerate(ROOMS) for room in line}


def modules() -> list[Path]:
    return sorted((SOURCE / "penia").rglob("*.py"))


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """(line, module) of each import of penia, within functions too; ``from penia import x`` is penia.x."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, a.name) for a in node.names if a.name.split(".")[0] == "penia")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            if node.module == "penia":
                yield from ((node.lineno, f"penia.{a.name}") for a in node.names)
            elif node.module and node.module.startswith("penia."):
                yield node.lineno, node.module


def own_room(path: Path) -> str:
    return path.relative_to(SOURCE / "penia").with_suffix("").parts[0]


def is_allowed(here: str, there: str) -> bool:
    return here == there or ((here, there) not in STRANGERS and LEVEL[there] < LEVEL[here])


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(SOURCE)))
def test_a_room_imports_only_from_rooms_above_it(path: Path) -> None:
    here = own_room(path)
    if here == "__init__":
        return
    assert here in LEVEL, f"{here} is in no room; give it a place in ROOMS"
    for line, module in imported(path):
        there = room_of(module)
        assert there in LEVEL, f"{path}:{line}: {module} is in no room"
        assert is_allowed(here, there), f"{path}:{line}: {here} imports {module}, which comes after it"


def test_the_rule_sees_a_backward_import() -> None:
    assert not is_allowed("knowledge", "infer")
    assert not is_allowed("marrow", "record")
    assert not is_allowed("report", "evaluate")
    assert is_allowed("cli", "report")


@pytest.mark.parametrize(
    "before", ["import penia.read", "from penia.read import people", "import penia; penia.read_all", ""]
)
def test_the_public_functions_are_there_whatever_was_imported_before(before: str) -> None:
    code = f"{before}\nimport penia\nprint(penia.read({{'resourceType': 'Patient', 'id': '7'}}).person.id)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "7", done.stderr


def test_importing_penia_and_its_command_line_loads_no_heavy_part() -> None:
    code = "import sys, penia, penia.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "bokeh", "jinja2", "rich", "yaml"} & set(done.stdout.split())
