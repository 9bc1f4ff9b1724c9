"""When to count again, by the forecast."""

from __future__ import annotations

from datetime import timedelta

from penia.explanation import Forecast, Step

SOON = 2.0
"""Days within which a count is asked for as urgently as treatment is."""


def next_count(forecast: Forecast | None) -> tuple[Step, ...]:
    """One step, on the day that the forecast names."""
    if forecast is None or forecast.next_count is None:
        return ()
    day = forecast.start + timedelta(days=forecast.next_count)
    text = f"Count again on {day:%-d %b} (day {forecast.next_count:.0f}): {_by_then(forecast)}."
    return (Step(kind="follow-up", text=text, urgency="today" if forecast.next_count < SOON else "days"),)


def _by_then(forecast: Forecast) -> str:
    scenario = forecast.scenarios[0]
    place = min(int(forecast.next_count or 1) - 1, len(forecast.days) - 1)
    band = scenario.lines[0]
    low, high = band.most[place]
    given = f" if you {scenario.name}" if scenario.stops else ""
    return f"{band.line} should then be {low:g}–{high:g}{given}; outside this, think again"
