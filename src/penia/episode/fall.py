"""When the counts had fallen as deep as the question is about: an old mild low count may be there before."""

from __future__ import annotations

from datetime import datetime

from penia.episode.limits import change_factor
from penia.episode.runs import WHITE, Series, depth, series_of
from penia.explanation import Episode
from penia.knowledge.limits import limits
from penia.record import Record


def deep_since(record: Record, episode: Episode, series: Series | None = None) -> datetime | None:
    """The first count of the episode that lies within variation of its lowest, of neutrophils where they are
    low, else in the white line that fell furthest below its limit; None for an episode in words. So few white
    cells are as few neutrophils. What began
    after it cannot have caused it: CD4 cells may be low for years before neutrophils fall."""
    first, last = episode.first_low, episode.last_low
    if first is None or last is None:
        return None
    low = [low for low in episode.lows if low.lineage in WHITE]
    line = min(low, key=lambda found: (found.lineage != "ANC", found.value / found.limit)).lineage
    every = series_of(record) if series is None else series
    inside = [s for s in every[line] if s.low and first <= s.count.time <= last]
    lowest = min(inside, key=depth).count.value
    if line == "ANC":  # no more of them than of white cells
        lowest = max(lowest, limits().episode.floor.value)
        inside += [s for s in every["WBC"] if s.low and first <= s.count.time <= last]
    floor = lowest * change_factor(line)
    return min(s.count.time for s in inside if s.count.value <= floor)
