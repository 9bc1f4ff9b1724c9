"""The ranked causes in the terminal: a bar, a percentage, and what is most telling in decibels."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding

from penia.explanation import Candidate, CauseSet
from penia.explanation.wording import bar, percent, telling, weighed
from penia.report.styled import Part, grid, lines, say
from penia.report.wording import UNEXPLAINED, off_by, others

ROOMY = 96
"""From this width, what is most telling stands beside a cause, not under it."""
BAR, PERCENT, NUMBER, GAPS = 10, 5, 2, 3 * 2
DOUBTED = 2
"""Causes of which is said how far they stand if the figures are off."""
BESIDE = 34
"""Width of a name with the evidence beside it."""


def ranked(
    candidates: tuple[Candidate, ...], sets: tuple[CauseSet, ...], top: int, width: int
) -> RenderableType:
    """The ``top`` first, then "unexplained" where it comes later, then what is left for all others."""
    shown = [(n, c) for n, c in enumerate(candidates, 1) if n <= top or UNEXPLAINED in c.causes]
    rest = others([c for _, c in shown], sets)
    rows = [_row(n, candidate, width) for n, candidate in shown]
    return Group(*rows, _line("", ("all others together", "dim"), rest, width))


def _row(number: int, candidate: Candidate, width: int) -> RenderableType:
    off = off_by(candidate) if number <= DOUBTED else ""
    evidence = lines(say((weighed(telling(candidate)), "dim")), say((off, "dim")))
    name = (candidate.name, "bold" if number == 1 else "")
    if width >= ROOMY:
        return _line(str(number), name, candidate.probability, width, evidence)
    below = Padding(evidence, (0, 0, 0, NUMBER + 2))
    line = _line(str(number), name, candidate.probability, width)
    return Group(line, below) if evidence.plain else line


def _line(
    number: str, name: Part, probability: float, width: int, *evidence: RenderableType
) -> RenderableType:
    named = BESIDE if width >= ROOMY else width - NUMBER - BAR - PERCENT - GAPS
    table = grid(NUMBER, named, BAR, PERCENT, *(None for _ in evidence))
    amount = percent(probability).rjust(PERCENT)
    table.add_row(say(number), say(name), say((bar(probability, BAR), "cyan")), say(amount), *evidence)
    return table
