"""Vital signs → keys, by age."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from penia.facts import tables
from penia.facts.labs import strip_fillers
from penia.facts.limits import Body, Measured, fits, holds
from penia.facts.schema.measured import Vital, VitalRule
from penia.facts.statement import Said


@lru_cache(4096)
def vital_named(name: str, code: str | None) -> Vital | None:
    """The vital sign of a normalised name or of our code."""
    rows = tables.vitals()
    for row in rows:
        if code in (row.vital, *row.codes):
            return row
    for text in (name, strip_fillers(name)):
        for owner in tables.index().banks["vitals"].whole(text):
            return rows[int(owner)]
    return None


def read_vital(row: Vital, value: float, unit: str | None, comparator: str | None, body: Body) -> list[Said]:
    """Keys that one vital sign decides; an unknown unit decides nothing."""
    in_unit = in_own_unit(row, value, unit)
    if in_unit is None:
        return []
    measured = Measured(in_unit, comparator)
    found: list[Said] = []
    for rule in row.rules:
        if rule.only and not fits(rule.only, body):
            continue
        if _holds(rule, rule.present, measured, body):
            found.append(Said(rule.key, True, decisive=True))
        elif isinstance(rule.absent, str) and _holds(rule, rule.absent, measured, body):
            found.append(Said(rule.key, False, decisive=not rule.weak_absent, weak=rule.weak_absent))
    return found


def _holds(rule: VitalRule, test: str | dict[str, str] | None, measured: Measured, body: Body) -> bool:
    if isinstance(test, dict):
        test = next((t for group, t in test.items() if fits(group, body)), None)
    return test is not None and holds(test, measured, None, None, body) is True


def in_own_unit(row: Vital, value: float, unit: str | None) -> float | None:
    if unit is None:
        return value if row.plausible is None or row.plausible[0] <= value <= row.plausible[1] else None
    for spelling, (factor, addend) in {row.unit: (1.0, 0.0), **row.convert}.items():
        if _bare(spelling) == _bare(unit):
            return value * factor + addend
    return value if _bare(unit) in map(_bare, row.spellings) else None


def _bare(unit: str) -> str:
    return unit.lower().replace(" ", "").replace("°", "").strip("[]{}")


def slow_for_fever(readings: Sequence[tuple[str, float, datetime | None]], body: Body) -> list[Said]:
    """Relative bradycardia from (vital, value, time): fewer beats than the fever of that day makes."""
    found: list[Said] = []
    for row in tables.vitals():
        for rule in row.rules:
            if rule.beats_at and (rule.only is None or fits(rule.only, body)):
                found += _slow(rule, row.vital, readings)
    return found


def _slow(rule: VitalRule, vital: str, readings: Sequence[tuple[str, float, datetime | None]]) -> list[Said]:
    found: list[Said] = []
    for name, beats, time in readings:
        if name != vital or time is None:
            continue
        same_day = [
            v for n, v, t in readings if n == "temperature" and t is not None and t.date() == time.date()
        ]
        expected = [need for degrees, need in rule.beats_at if same_day and max(same_day) >= degrees]
        if expected:
            found.append(Said(rule.key, beats < max(expected)))
    return found
