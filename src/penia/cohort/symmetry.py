"""Sequence symmetry: how many began the drug before their first low count, and how many after it.

Without an effect the order would be even but for trends of prescribing and of counting over the years; the
ratio to be expected from those trends alone divides the crude one (Hallas, Epidemiology 1996;7:478; with a
bounded distance between the two, Tsiropoulos et al., Pharmacoepidemiol Drug Saf 2009;18:483).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from penia.cohort.caseseries import Ratio
from penia.cohort.interval import share


class Symmetry(NamedTuple):
    before: int
    """People who began the drug before their first low count, within the window."""
    after: int
    crude: Ratio
    adjusted: Ratio


def symmetry(
    pairs: Iterable[tuple[int, int]], starts: Mapping[int, int], events: Mapping[int, int], window: int
) -> Symmetry | None:
    """``pairs``: (day of the first start, day of the first low count) of each person who has both; ``starts``
    and ``events``: day → how many people of the whole database have their first then. A start on the very day
    tells no order. None where either order is empty."""
    gaps = [event - start for start, event in pairs if 0 < abs(event - start) <= window]
    before = sum(gap > 0 for gap in gaps)
    after = len(gaps) - before
    expected = expected_share(starts, events, window)
    if not before or not after or expected is None:
        return None
    low, high = share(before, len(gaps))
    crude = Ratio(before / after, _odds(low), _odds(high))
    null = _odds(expected)
    return Symmetry(before, after, crude, Ratio(*(x / null for x in crude)))


def expected_share(starts: Mapping[int, int], events: Mapping[int, int], window: int) -> float | None:
    """The share of pairs with the start first, if each start met the events of everybody at random; None
    where no start meets an event, or only on one side."""
    days = np.array(sorted(events), dtype=np.int64)
    summed = np.concatenate([[0], np.cumsum([events[d] for d in days.tolist()])])
    begun = np.array(list(starts), dtype=np.int64)
    people = np.array(list(starts.values()), dtype=np.float64)

    def within(first: int, last: int) -> float:
        """Events between ``first`` and ``last`` days after each start, both included."""
        low = np.searchsorted(days, begun + first, side="left")
        high = np.searchsorted(days, begun + last, side="right")
        return float(people @ (summed[high] - summed[low]))

    later, earlier = within(1, window), within(-window, -1)
    return later / (later + earlier) if later and earlier else None


def _odds(p: float) -> float:
    return p / (1 - p)
