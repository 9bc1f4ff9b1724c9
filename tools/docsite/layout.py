"""How the code is laid out: the rooms of src/penia with what each imports, as a table and as a picture."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import NamedTuple

import penia

HEAD = """# How the code is laid out

A record runs through the rooms from the bottom of the picture to its top. A room imports from rooms below
it alone, never back, and a test holds it to that. An import that goes through another room is not drawn.

![The rooms of the code, each above all that it imports](../pictures/layout.svg)

| Room | What it is for | Lines | Imports from |
|---|---|---|---|
"""
WIDTH, FLOOR, BOX, TALL, GAP = 780, 84, 116, 46, 20
"""Of the picture: its width, the height of a floor, a box's width and height, the space between two."""
STYLE = (
    "path{stroke:#7986cb;stroke-opacity:.6;fill:none}rect{fill:#e8eaf6;stroke:#3949ab}"
    "text{font:600 14px sans-serif;text-anchor:middle;fill:#1a237e}.small{font:11px sans-serif}"
)


class Room(NamedTuple):
    purpose: str
    lines: int
    imports: frozenset[str]


def page() -> str:
    found = rooms()
    floor = floors(found)
    return HEAD + "".join(_row(name, found[name]) for name in sorted(found, key=lambda n: (floor[n], n)))


def _row(name: str, room: Room) -> str:
    imports = ", ".join(f"`{other}`" for other in sorted(room.imports))
    return f"| `{name}` | {room.purpose} | {room.lines:,} | {imports} |\n"


def rooms() -> dict[str, Room]:
    root = Path(penia.__file__).parent
    files: dict[str, list[Path]] = {}
    for path in sorted(root.rglob("*.py")):
        files.setdefault(path.relative_to(root).with_suffix("").parts[0], []).append(path)
    names = frozenset(name for name in files if not name.startswith("__"))
    return {name: _room(name, files[name], names) for name in sorted(names)}


def _room(name: str, files: list[Path], names: frozenset[str]) -> Room:
    texts = [path.read_text(encoding="utf-8") for path in files]
    trees = [ast.parse(text) for text in texts]
    said = ast.get_docstring(trees[0]) or ""  # of the module, or of __init__, which sorts first
    imports = frozenset(i for tree in trees for i in _imported(tree)) & names - {name}
    return Room(said.partition("\n\n")[0].replace("\n", " "), "".join(texts).count("\n"), imports)


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "penia":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("penia."):
            yield node.module.split(".")[1]


def floors(found: Mapping[str, Room]) -> dict[str, int]:
    """Room → its floor: one above the highest that it imports from."""
    floor: dict[str, int] = {}
    while len(floor) < len(found):
        ready = [name for name in found if name not in floor and found[name].imports <= floor.keys()]
        floor |= {name: 1 + max((floor[i] for i in found[name].imports), default=-1) for name in ready}
    return floor


def picture() -> str:
    """SVG: the floors from the bottom up, a line from each room to those that it imports from straight."""
    found = rooms()
    floor = floors(found)
    top = max(floor.values())
    place: dict[str, tuple[float, float]] = {}
    for level in range(top + 1):
        names = sorted(name for name, at in floor.items() if at == level)
        left = (WIDTH - len(names) * (BOX + GAP) + GAP) / 2
        place |= {name: (left + i * (BOX + GAP), (top - level) * FLOOR) for i, name in enumerate(names)}
    lines = [_line(place[name], place[i]) for name in found for i in sorted(_straight(name, found))]
    boxes = [_box(name, found[name].lines, *at) for name, at in place.items()]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -2 {WIDTH} {top * FLOOR + TALL + 4}" role="img" '
        f'aria-label="Rooms of the code, each above all that it imports"><style>{STYLE}</style>'
        f"{''.join(lines)}{''.join(boxes)}</svg>"
    )


def _straight(name: str, found: Mapping[str, Room]) -> frozenset[str]:
    """What it imports from, without what any of those imports from in turn."""
    through = frozenset(i for other in found[name].imports for i in _all(other, found))
    return found[name].imports - through


def _all(name: str, found: Mapping[str, Room]) -> frozenset[str]:
    return found[name].imports.union(*(_all(i, found) for i in found[name].imports))


def _line(upper: tuple[float, float], lower: tuple[float, float]) -> str:
    (x, y), (to, end) = upper, lower
    return f'<path d="M{x + BOX / 2:.0f} {y + TALL:.0f} L{to + BOX / 2:.0f} {end:.0f}"/>'


def _box(name: str, lines: int, x: float, y: float) -> str:
    middle = x + BOX / 2
    return (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{BOX}" height="{TALL}" rx="6"/>'
        f'<text x="{middle:.0f}" y="{y + 20:.0f}">{escape(name)}</text>'
        f'<text class="small" x="{middle:.0f}" y="{y + 37:.0f}">{lines:,} lines</text>'
    )
