"""The list of decisions, from the titles of their pages."""

from __future__ import annotations

from pathlib import Path


def page(docs: str) -> str:
    lines = ["# Decisions\n\nHalf a page for each choice that someone may want to undo.\n"]
    for path in sorted((Path(docs) / "decisions").glob("*.md")):
        title = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        lines.append(f"- [{title}]({path.name})")
    return "\n".join(lines) + "\n"
