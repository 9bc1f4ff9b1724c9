"""How a count and a rate are shown: not at all where too few people stand behind them."""

from __future__ import annotations

from penia.cohort.interval import poisson


def shown(count: float, cell: int) -> str:
    """A count, or that it is too small to be shown."""
    if 0 < count < cell:
        return f"< {cell}"
    return f"{count:,.0f}" if count == int(count) else f"{count:,.1f}"


def rate(events: float, years: float | None, cell: int, people: int | None = None) -> str:
    """Events per 1,000 person-years; nothing where the events or the people are too few to be shown."""
    if not years or 0 < events < cell or (people is not None and 0 < people < cell):
        return "–"
    low, high = (1000 * x / years for x in poisson(events))
    return f"{1000 * events / years:.2f} ({low:.2f}–{high:.2f})"
