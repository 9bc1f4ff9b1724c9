"""What to do next in the terminal: treatment in full, then the first of the tests."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from penia.explanation import Candidate, Step
from penia.report.styled import grid, say
from penia.report.wording import cited

TESTS = 5
"""Tests and follow-ups that are shown."""
URGENCIES = {"now": "now", "today": "today", "days": "in days", "routine": "routine"}
KINDS = {
    "stop": "Stop",
    "hold": "Hold",
    "continue": "Go on",
    "treat": "Treat",
    "reassure": "Calm",
    "ask": "Ask",
    "test": "Test",
    "follow-up": "Follow",
}
LATER = ("test", "follow-up")
"""Kinds that come after treatment, and are cut where they are many."""
NAMED = ("test", "stop", "hold", "continue", "ask")
"""Kinds whose text says itself what it is about."""
PRESSING = ("now", "today")
DAY = 48
"""Hours from which on a wait is told in days."""
AGAIN = {1: "", 2: "after these results"}
"""When, by stage."""


def numbered(plan: tuple[Step, ...], candidates: tuple[Candidate, ...]) -> Table:
    """Number, kind, when and what; for whom, where not for the first cause; further tests are counted."""
    treatment = [s for s in plan if s.kind not in LATER]
    tests = [s for s in plan if s.kind in LATER]
    table = grid(2, 6, 7, None, pad=1)
    for number, step in enumerate([*treatment, *tests[:TESTS]], 1):
        style = "bold" if step.urgency in PRESSING else ""
        table.add_row(
            say(f"{number}"),
            say((KINDS[step.kind], style)),
            say((URGENCIES[step.urgency], style)),
            _told(step, candidates),
        )
    if len(tests) > TESTS:
        table.add_row("", "", "", say((f"and {len(tests) - TESTS} more tests, in --json and --html", "dim")))
    return table


def _told(step: Step, candidates: tuple[Candidate, ...]) -> Text:
    return say(
        (for_whom(step, candidates), "dim"),
        f"{step.text} ",
        (f"{' '.join((logistics(step), cited(step.citations)))}", "dim"),
    )


def for_whom(step: Step, candidates: tuple[Candidate, ...]) -> str:
    """``For influenza: `` where a step is not for the first cause; empty where it is, and for a test."""
    first = candidates[0].causes if candidates else ()
    others = [c.name for c in candidates if set(c.causes) & set(step.causes)]
    named = not others or set(first) & set(step.causes) or step.kind in NAMED
    return "" if named else f"For {', '.join(others)}: "


def by_haste(plan: tuple[Step, ...], candidates: tuple[Candidate, ...]) -> tuple[list[Step], list[Step]]:
    """Treatment that presses or is for the first cause, and what can wait until another cause is likelier."""
    halves: tuple[list[Step], list[Step]] = ([], [])
    for step in plan:
        if step.kind not in LATER:
            halves[step.urgency not in PRESSING and bool(for_whom(step, candidates))].append(step)
    return halves


def logistics(step: Step) -> str:
    """What a test takes: ``EDTA blood, 4 hours``."""
    if step.turnaround is None:
        return ""
    wait = f"{step.turnaround:g} h" if step.turnaround < DAY else f"{step.turnaround / 24:.0f} days"
    return f"[{', '.join(part for part in (step.sample, wait, AGAIN[step.stage or 1]) if part)}]"
