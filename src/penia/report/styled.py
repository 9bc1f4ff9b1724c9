"""Text and columns for the terminal: nothing from a record is taken for markup or a control code."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

Part = str | tuple[str, str]
"""Words, or (words, style)"""


def say(*parts: Part) -> Text:
    """Words in their styles; whatever a terminal would obey is replaced by a space."""
    text = Text(overflow="fold")
    for part in parts:
        words, style = (part, "") if isinstance(part, str) else part
        text.append("".join(c if c.isprintable() else " " for c in words), style)
    return text


def lines(*texts: Text) -> Text:
    """One under the other; those without words are left out."""
    return Text("\n", overflow="fold").join([text for text in texts if text.plain])


def grid(*widths: int | None, pad: int = 2) -> Table:
    """Columns without lines; None takes the width that is left or that it needs."""
    table = Table.grid(padding=(0, pad, 0, 0), expand=False)
    for width in widths:
        table.add_column(width=width, overflow="fold")
    return table
