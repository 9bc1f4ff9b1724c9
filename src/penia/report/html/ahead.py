"""What the counts will do under each thing that may be done, side by side."""

from __future__ import annotations

from datetime import timedelta

from penia.explanation import Explanation
from penia.report.ahead import FEW
from penia.report.html.environment import environment
from penia.report.html.fan import columns, drawn
from penia.report.wording import cause_names

WEEKS = (1, 7, 14, 28)
"""Days whose counts are told, those of them that the forecast reaches."""


def ahead(explanation: Explanation, code: str = "en") -> str:
    """A section for the page; empty where there is no forecast. ``code``: of the language."""
    forecast = explanation.forecast
    if forecast is None:
        return ""
    next_day = None
    if forecast.next_count is not None:
        next_day = (forecast.start + timedelta(days=forecast.next_count)).date().isoformat()
    return (
        environment(code)
        .get_template("ahead.html")
        .render(
            forecast=forecast,
            fans=list(zip(forecast.scenarios, drawn(forecast.scenarios, forecast.days), strict=True)),
            arms=[columns(s, forecast) for s in forecast.scenarios if s.lines],
            names=cause_names(explanation),
            weeks=[day for day in WEEKS if day in forecast.days],
            next_day=next_day,
            few=FEW,
        )
    )
