"""Numbers against limits: ages, comparators and the small language of the rules (``> 1.5 x high``)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import msgspec

Limits = dict[str, float]
_UNITS = {"day": 1 / 365.25, "week": 7 / 365.25, "month": 1 / 12, "year": 1.0}


class Body(msgspec.Struct, frozen=True):
    """What limits depend on."""

    years: float | None = None
    sex: str | None = None


class Measured(msgspec.Struct, frozen=True):
    """A value in the unit of its analyte, with the interval and the flag that came with it."""

    value: float | None
    comparator: str | None = None
    low: float | None = None
    high: float | None = None
    flag: str | None = None


@cache
def ages(text: str) -> tuple[float, float] | None:
    """(from, below) in years for ``under 28 days``, ``1 to 12 years``, ``18 years and over``; else None."""
    found = re.fullmatch(r"under (\d+) (\w+?)s?", text)
    if found:
        return 0.0, float(found[1]) * _UNITS[found[2]]
    found = re.fullmatch(r"(\d+) (\w+?)s? and over", text)
    if found:
        return float(found[1]) * _UNITS[found[2]], float("inf")
    found = re.fullmatch(r"(\d+)(?: (\w+?)s?)? to (\d+) (\w+?)s?", text)
    if found:
        return float(found[1]) * _UNITS[found[2] or found[4]], float(found[3]) * _UNITS[found[4]]
    return None


def fits(group: str, body: Body) -> bool:
    """A row for ``any``, a sex or an age holds for this person; an unknown age or sex fits no special row."""
    if group == "any":
        return True
    if group in ("male", "female"):
        return body.sex == group
    span = ages(group)
    return span is not None and body.years is not None and span[0] <= body.years < span[1]


def limit_for(limits: Limits, body: Body) -> float | None:
    """The most special row that fits: an age before a sex before ``any``."""
    fitting = [group for group in limits if fits(group, body)]
    fitting.sort(key=lambda group: (group == "any", group in ("male", "female")))
    return limits[fitting[0]] if fitting else None


def holds(rule: str, measured: Measured, low: float | None, high: float | None, body: Body) -> bool | None:
    """Whether a rule holds; None where a limit or the value is not known well enough."""
    joined = re.split(r" (or|and) ", rule)
    results = [_one(part, measured, low, high, body) for part in joined[::2]]
    if len(results) == 1:
        return results[0]
    if joined[1] == "or":
        return True if True in results else (None if None in results else False)
    return False if False in results else (None if None in results else True)


def _one(rule: str, measured: Measured, low: float | None, high: float | None, body: Body) -> bool | None:
    sign, _, term = rule.partition(" ")
    limit = _limit(term, low, high, body)
    if limit is None or measured.value is None:
        return None
    return _compare(sign, measured.value, limit, measured.comparator)


def _limit(term: str, low: float | None, high: float | None, body: Body) -> float | None:
    found = re.fullmatch(r"(?:([\d.]+) x )?(low|high)", term)
    if found:
        bound = low if found[2] == "low" else high
        return None if bound is None else bound * float(found[1] or 1)
    found = re.fullmatch(r"([\d.]+) \+ ([\d.]+) x years", term)
    if found:
        return None if body.years is None else float(found[1]) + float(found[2]) * body.years
    return float(term)


_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
    "=": lambda value, limit: value == limit,
}


def _compare(sign: str, value: float, limit: float, comparator: str | None) -> bool | None:
    """``<10`` is known to be below 10 and no more."""
    if comparator is None:
        return _COMPARE[sign](value, limit)
    below = comparator.startswith("<")
    known = value <= limit if below else value >= limit
    if not known:
        return None
    return sign.startswith("<") == below
