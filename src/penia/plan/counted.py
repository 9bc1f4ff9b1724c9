"""Conditions on counts → whether they hold, with the counts that decide it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from penia.episode.limits import change_factor
from penia.knowledge.urgency import CountIs, Falling, Uncounted
from penia.plan.scene import Scene
from penia.record import Count
from penia.units import shown

_LINES = {
    "PLT": "platelets",
    "HB": "haemoglobin",
    "RETIC": "reticulocytes",
    "ALC": "lymphocytes",
    "BLASTS": "blasts",
    "PROMYELOCYTES": "promyelocytes",
}


class Verdict(msgspec.Struct, frozen=True):
    """Kleene's three values with their reasons."""

    holds: bool | None
    short: str = ""
    """A few words for a title."""
    because: tuple[str, ...] = ()
    """The facts that decide it, with values and dates; empty unless it holds."""
    unknown: tuple[str, ...] = ()
    said: dict[str, str] = {}
    """Name of a part → its short words."""


def count_is(condition: CountIs, scene: Scene) -> Verdict:
    count = scene.latest(condition.line)
    holds = _compare(condition, count) if count else None
    white = scene.latest("WBC") if condition.line == "ANC" and condition.above is None else None
    if not holds and white and (count is None or white.time >= count.time) and _compare(condition, white):
        return Verdict(True, _said(white), (f"{_dated(white)}, and neutrophils cannot be more",))
    if count is None or holds is None:
        return Verdict(None, unknown=(_LINES.get(condition.line, condition.line),))
    return Verdict(True, _said(count), (_dated(count),)) if holds else Verdict(False)


def _compare(condition: CountIs, count: Count) -> bool | None:
    """A count beyond a limit of quantification is known on one side only."""
    tests: tuple[tuple[float | None, Callable[[float, float], bool]], ...] = (
        (condition.below, operator.lt),
        (condition.up_to, operator.le),
        (condition.above, operator.gt),
    )
    results = [_decide(test, count, bound) for bound, test in tests if bound is not None]
    return False if False in results else (None if None in results else True)


def _decide(test: Callable[[float, float], bool], count: Count, bound: float) -> bool | None:
    end = test(count.value, bound)
    if count.comparator is None:
        return end
    if count.comparator in ("<", "<="):
        far = test(0.0, bound)
        near = test(count.value * (1 - 1e-9), bound) if count.comparator == "<" else end
    else:
        far = test(float("inf"), bound)
        near = test(count.value * (1 + 1e-9), bound) if count.comparator == ">" else end
    return near if near == far else None


def falling(condition: Falling, scene: Scene) -> Verdict:
    last = scene.latest(condition.line)
    if last is None or last.comparator in (">", ">="):
        return Verdict(None, unknown=(f"earlier {condition.line}",))
    since = last.time - timedelta(days=condition.days)
    before = [c for c in scene.counts[condition.line] if since <= c.time < last.time and not c.comparator]
    if not before:
        return Verdict(None, unknown=(f"earlier {condition.line}",))
    top = max(before, key=lambda c: (c.value, c.time))
    if top.value < last.value * change_factor(condition.line) or top.value == last.value:
        return Verdict(False)
    return Verdict(True, "falling", (f"{condition.line} fell from {shown(top.value)} on {day(top.time)}",))


def uncounted(condition: Uncounted, scene: Scene) -> Verdict:
    count = scene.latest(condition.line)
    beside = scene.latest(condition.beside) if condition.beside else None
    now = scene.told if condition.beside is None else beside.time if beside else None
    late = count is None or (now is not None and now - count.time > timedelta(days=condition.days))
    return Verdict(late)


def _said(count: Count) -> str:
    return f"{_LINES.get(count.lineage, count.lineage)} {count.comparator or ''}{shown(count.value)}"


def _dated(count: Count) -> str:
    return f"{_said(count)} {'g/L' if count.lineage == 'HB' else '×10⁹/L'}{on(count.time)}"


def on(time: datetime | None) -> str:
    return f" on {day(time)}" if time else ""


def day(time: datetime) -> str:
    return time.date().isoformat()
