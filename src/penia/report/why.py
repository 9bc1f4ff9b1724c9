"""Every figure behind one candidate: from where it stood before the record to where it stands now."""

from __future__ import annotations

from itertools import accumulate

from rich.table import Table
from rich.text import Text

from penia.explanation import Candidate, Citation, Contribution
from penia.report.styled import grid, say
from penia.report.wording import full_source, odds, percent, unverified

Numbers = dict[tuple[str, str, int | None], int]
"""Source (title, ref, year) → its number in the list at the end."""


def waterfall(candidate: Candidate, number: int) -> list[Table | Text]:
    """Heading, every contribution with the running sum, and the sources that the numbers name."""
    numbers = _numbers(candidate)
    heading = say((f"{number}  {candidate.name}", "bold"), f"  {percent(candidate.probability)}  ")
    heading.append_text(say((f"({', '.join(candidate.causes)})", "dim")))
    parts: list[Table | Text] = [heading]
    if candidate.plain:
        parts.append(say(candidate.plain))
    return [*parts, Text(), _steps(candidate, numbers), Text(), *_sources(candidate, numbers)]


def _steps(candidate: Candidate, numbers: Numbers) -> Table:
    """dB, running sum, what it is."""
    table = grid(7, 7, None)
    table.add_row(
        _right("dB", "bold"), _right("sum", "bold"), say(("evidence, the weightiest first", "bold"))
    )
    sums = list(accumulate(c.decibans for c in candidate.contributions))
    for contribution, total in zip(candidate.contributions, sums, strict=True):
        style = "green" if contribution.decibans > 0 else "red"
        table.add_row(
            _right(_exact(contribution.decibans), style),
            _right(_exact(total), "dim"),
            _told(contribution, numbers),
        )
    total = sums[-1] if sums else 0.0
    table.add_row(_right("", ""), _right(_exact(total), "bold"), say((f"in sum: odds {odds(total)}", "bold")))
    return table


def _told(contribution: Contribution, numbers: Numbers) -> Text:
    """The fact, the figures used, where they are from and where the record says it."""
    text = say(contribution.text)
    sources = ", ".join(_numbered(c, numbers) for c in contribution.citations)
    for lead, words in (
        ("", "; ".join(contribution.figures)),
        ("source: ", sources),
        ("in the record: ", ", ".join(contribution.places)),
    ):
        if words:
            text.append_text(say((f"\n{lead}", "dim"))).append_text(say((words, "dim")))
    return text


def _numbered(citation: Citation, numbers: Numbers) -> str:
    number = numbers.get(_key(citation))
    return citation.title if number is None else f"[{number}]{unverified(citation)}"


def _numbers(candidate: Candidate) -> Numbers:
    cited = (c for contribution in candidate.contributions for c in contribution.citations)
    keys = dict.fromkeys(_key(c) for c in cited if c.ref or c.year)
    return {key: n for n, key in enumerate(keys, start=1)}


def _key(citation: Citation) -> tuple[str, str, int | None]:
    return (citation.title, citation.ref, citation.year)


def _sources(candidate: Candidate, numbers: Numbers) -> list[Table]:
    table = grid(4, None, pad=1)
    for (title, ref, year), number in numbers.items():
        table.add_row(say(f"[{number}]"), say(full_source(Citation(title, ref, year))))
    return [table] if numbers else []


def _exact(decibans: float) -> str:
    return f"{decibans:+.1f}".replace("-", "−")


def _right(words: str, style: str) -> Text:
    text = say((words, style))
    text.justify = "right"
    return text
