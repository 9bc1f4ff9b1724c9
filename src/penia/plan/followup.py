"""When to count again, by the forecast."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from math import inf

from penia.explanation import Forecast, Step
from penia.knowledge.monitoring import monitoring

SOON = 2.0
"""Days within which a count is asked for as urgently as treatment is."""


def next_count(forecast: Forecast | None, counts: Mapping[str, float]) -> tuple[Step, ...]:
    """One step, on the day that the forecast names; every day before it where neutrophils are so low."""
    if forecast is None or forecast.next_count is None:
        return ()
    day = forecast.start + timedelta(days=forecast.next_count)
    limit = monitoring().daily.value
    daily = counts.get("ANC", inf) < limit
    when = f"Count daily while neutrophils are below {limit:g}; on" if daily else "Count again on"
    text = f"{when} {day:%-d %b} (day {forecast.next_count:.0f}): {_by_then(forecast)}."
    soon = daily or forecast.next_count < SOON
    return (Step(kind="follow-up", text=text, urgency="today" if soon else "days"),)


def _by_then(forecast: Forecast) -> str:
    scenario = forecast.scenarios[0]
    place = min(int(forecast.next_count or 1) - 1, len(forecast.days) - 1)
    band = scenario.lines[0]
    low, high = band.most[place]
    given = f" if you {scenario.name}" if scenario.stops else ""
    return f"{band.line} should then be {low:g}–{high:g}{given}; outside this, think again"
