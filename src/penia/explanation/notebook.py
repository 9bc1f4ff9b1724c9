"""An Explanation as a notebook shows it: the first line, the leading causes, what to do."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from penia.explanation.wording import percent, telling, weighed

if TYPE_CHECKING:
    from penia.explanation import Explanation

CAUSES, STEPS = 5, 5
BAR = "height:.7em;background:currentColor;opacity:.55;width:{:.1f}%"
LEFT = "text-align:left"


def fragment(explanation: Explanation) -> str:
    """HTML without styles or scripts of its own; every text of the record is escaped."""
    rows = "".join(
        f'<tr><td>{rank}</td><td style="{LEFT}">{escape(c.name)}</td>'
        f'<td style="min-width:8em"><div style="{BAR.format(100 * c.probability)}"></div></td>'
        f'<td>{percent(c.probability)}</td><td style="{LEFT}">{escape(weighed(telling(c)))}</td></tr>'
        for rank, c in enumerate(explanation.candidates[:CAUSES], 1)
    )
    head = f'<tr><th></th><th style="{LEFT}">cause</th><th colspan="2">probability</th>'
    table = f'<table>{head}<th style="{LEFT}">evidence</th></tr>{rows}</table>' if rows else ""
    steps = "".join(f"<li>{escape(step.text)}</li>" for step in explanation.plan[:STEPS])
    left_out = sum(problem.count for problem in explanation.problems)
    dropped = f"<p>Left out of the record: {left_out}; see <code>problems</code>.</p>" if left_out else ""
    plan = f"<ol>{steps}</ol>" if steps else ""
    return f"<div><p><strong>{escape(explanation.headline)}</strong></p>{table}{plan}{dropped}</div>"
