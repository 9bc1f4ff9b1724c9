"""Two causes side by side in the terminal: what parts them, and what would."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from penia.explanation import Comparison, Difference
from penia.explanation.wording import bar, percent
from penia.infer.wording import within
from penia.report.styled import grid, lines, say
from penia.report.wording import odds

WIDEST = 120
CELLS = 10
FULL = 20.0
"""Decibans that fill a bar."""


def render(compared: Comparison, console: Console) -> None:
    """Print ``compared``; nothing is said by colour alone."""
    first, second = compared.names
    p, q = (percent(each) for each in compared.probabilities)
    heading = lines(
        say((f"A  {first}", "bold"), f" · {p}"),
        say((f"B  {second}", "bold"), f" · {q}"),
        say(_verdict(compared)),
    )
    blocks: list[RenderableType] = [heading, Text(), _facts(compared.differences)]
    if compared.test:
        blocks += [Text(), _test(compared)]
    console.print(Padding(Group(*blocks), (1, 2)), width=min(console.width, WIDEST))


def _verdict(compared: Comparison) -> str:
    towards = "A" if compared.decibans >= 0 else "B"
    return f"All together {odds(abs(compared.decibans))} for {towards}, each as the only cause."


def _facts(differences: tuple[Difference, ...]) -> RenderableType:
    table = grid(6, CELLS, 7, None)
    for each in differences:
        towards = "for A" if each.decibans >= 0 else "for B"
        amount = say(f"{abs(each.decibans):.1f}")
        amount.justify = "right"
        size = bar(min(abs(each.decibans) / FULL, 1.0), CELLS)
        table.add_row(amount, say((size, "cyan")), say(towards), say(each.text))
    return Group(say(("    dB", "dim")), table)


def _test(compared: Comparison) -> Text:
    told = " ".join(
        f"{_capital(turn.words)}, expected in {percent(turn.chance)}: A {percent(turn.after)}, "
        f"B {percent(1 - turn.after)}."
        for turn in compared.turns
    )
    same = len({turn.after >= 0.5 for turn in compared.turns}) == 1
    end = " Neither result would change which of the two is likelier." if same else ""
    return say(
        (f"Most would tell, were it one of the two: {within(compared.test)}.", "bold"), f" {told}{end}"
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
