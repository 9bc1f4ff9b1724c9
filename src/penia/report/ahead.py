"""A forecast in words and in the terminal: a sentence, a fan of the counts to come, the days that matter."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from penia.explanation import Bands, Forecast, Passing, Scenario
from penia.explanation.wording import percent
from penia.report.styled import Part, grid, lines, say

SURE = 0.9
"""Probability from which on a day is named without adding how often it is not reached."""
ROWS = (8.0, 4.0, 2.0, 1.5, 1.0, 0.5, 0.2, 0.1, 0.05)
"""Heights of the fan, in 10⁹/L."""
FEW = 50.0
UNITS = {"HB": " g/L"}


def expectation(forecast: Forecast) -> str:
    """``ANC above 0.5 on day 6–12 after stopping (80 %); 2 days earlier with G-CSF``"""
    first = forecast.scenarios[0]
    found = telling(first)
    if found is None:
        return _of_line(forecast, first)
    after = "after stopping" if first.stops else "from the last count"
    said = f"ANC {_when(found, forecast)}{'' if found.reached < SURE else f' {after} (80 %)'}"
    helped = next((s for s in forecast.scenarios if s.key == "g-csf"), None)
    return said + (_earlier(found, helped) if helped else "")


def telling(scenario: Scenario) -> Passing | None:
    """The lowest threshold that is yet to be passed; None where all are, or neutrophils are not counted."""
    return next((p for p in scenario.passing if p.most[1] is None or p.most[1] > 1.0), None)


def _when(passing: Passing, forecast: Forecast) -> str:
    low, high = passing.most
    if passing.reached >= SURE and low is not None and high is not None:
        return f"above {passing.above:g} on day {low:.0f}–{high:.0f}"
    return f"above {passing.above:g} within {len(forecast.days)} days: {percent(passing.reached).strip()}"


def _earlier(found: Passing, helped: Scenario) -> str:
    same = next((p for p in helped.passing if p.above == found.above), None)
    if same is None or same.median is None or found.median is None or same.median >= found.median:
        return ""
    days = found.median - same.median
    return f"; {days:.0f} day{'' if days == 1 else 's'} earlier with G-CSF"


def _of_line(forecast: Forecast, first: Scenario) -> str:
    band = first.lines[0]
    at = min(13, len(forecast.days) - 1)
    low, high = band.most[at]
    return f"{band.line} {low:g}–{high:g}{UNITS.get(band.line, '')} on day {forecast.days[at]:.0f} (80 %)"


def render(forecast: Forecast, names: dict[str, str]) -> RenderableType:
    """The whole forecast; ``names``: cause id → name."""
    followed = " · ".join(f"{names.get(c, c)} {percent(p).strip()}" for c, p in forecast.causes)
    few = (
        f"Few simulated courses fit these counts (effective number {forecast.effective:.0f}): "
        "take the bands as rough."
    )
    head = lines(
        say((f"From the last count, {forecast.start:%-d %b %Y %H:%M} UTC (day 0)", "bold")),
        say(("Over the leading causes: ", ""), (followed, "dim")),
        say((few if forecast.effective < FEW else "", "yellow")),
    )
    parts: list[RenderableType] = [head]
    for number, scenario in enumerate(forecast.scenarios):
        parts += [Text(), _scenario(scenario, forecast, whole=number == 0)]
    return Group(*parts, Text(), say(("● middle · ▒ 50 % · ░ 80 % · · 95 % of forecasts", "dim")))


def _scenario(scenario: Scenario, forecast: Forecast, whole: bool) -> RenderableType:
    """``whole``: with the lines beside neutrophils."""
    title = say((f"If you {scenario.name}", "bold"))
    neutrophils = next((b for b in scenario.lines if b.line == "ANC"), None)
    parts: list[RenderableType] = [title]
    if neutrophils is not None:
        parts.append(fan(neutrophils, forecast.days))
        parts.append(_days(scenario))
    if whole or neutrophils is None:
        parts.append(_lines(scenario, forecast))
    return Group(*parts)


def fan(bands: Bands, days: tuple[float, ...]) -> Text:
    """A row for each height, a column for each day."""
    rows: list[Text] = []
    for place, value in enumerate(ROWS):
        above = ROWS[place - 1] if place else float("inf")
        signs = "".join(_sign(bands, t, value, above, place == len(ROWS) - 1) for t in range(len(days)))
        rows.append(say((f"{value:>6g} ", "dim"), (signs, "cyan")))
    marks = list(" " * (len(days) + 2))
    for t, day in enumerate(days):
        if day % 7 == 0:
            marks[t : t + 2] = f"{day:<2.0f}"
    rows.append(say((f"{'day':>6} {''.join(marks)}", "dim")))
    return lines(say(("   ANC ×10⁹/L", "dim")), *rows)


def _sign(bands: Bands, t: int, value: float, above: float, lowest: bool) -> str:
    least = 0.0 if lowest else value

    def inside(low: float, high: float) -> bool:
        return low < above and high >= least

    if least <= bands.median[t] < above:
        return "●"
    for sign, band in (("▒", bands.half), ("░", bands.most), ("·", bands.nearly_all)):
        if inside(*band[t]):
            return sign
    return " "


def _days(scenario: Scenario) -> Table:
    table = grid(24, None)
    for passing in scenario.passing:
        table.add_row(say(f"  ANC above {passing.above:g}"), say(passing_words(passing)))
    for within, chance in ((7, scenario.severe_7), (14, scenario.severe_14)):
        if chance is not None:
            words = say((percent(chance).strip(), "bold" if chance >= 0.5 else ""))
            table.add_row(say(f"  ANC < 0.5 in {within} days"), words)
    return table


def passing_words(passing: Passing) -> str:
    low, high = passing.most
    if passing.reached < 0.1:
        return f"not within these days ({percent(1 - passing.reached).strip()})"
    if passing.reached < 0.5 or passing.median is None:
        return f"{percent(passing.reached).strip()} within these days"
    until = "later" if high is None else f"{high:.0f}"
    sure = "" if passing.reached >= SURE else f"; reached in {percent(passing.reached).strip()}"
    middle = "" if low == high else f" (80 %: {0 if low is None else low:.0f}–{until})"
    return f"day {passing.median:.0f}{middle}{sure}"


def _lines(scenario: Scenario, forecast: Forecast) -> Table:
    at = [t for t, day in enumerate(forecast.days) if day in (1, 7, 14, 28)] or [len(forecast.days) - 1]
    table = grid(6, *(None for _ in at))
    table.add_row("", *(say((f"day {forecast.days[t]:.0f}", "dim")) for t in at))
    for band in scenario.lines:
        cells: list[Part] = [cell(band, t) for t in at]
        table.add_row(say(f"  {band.line}"), *(say(cell) for cell in cells))
    return table


def cell(band: Bands, t: int) -> str:
    """``2.1 (1.4–3)``: the middle and 80 % of the ``t``-th day."""
    low, high = band.most[t]
    return f"{band.median[t]:g} ({low:g}–{high:g})"
