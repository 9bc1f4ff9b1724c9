"""Where a marrow stands: to go on from the last visit, or to begin away from health."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import ArrayLike

from penia.marrow.arrays import FloatArray, Places
from penia.marrow.population import Parameters


class State(msgspec.Struct, frozen=True, eq=False):
    """All compartments of N subjects relative to health, which is 1 everywhere but in the growth factor."""

    stem: FloatArray
    """(N,)"""
    progenitor: FloatArray
    """(N, L)"""
    maturing: FloatArray
    """(N, L, J) with J the most stages of any lineage; the rest of a shorter one means nothing."""
    circulating: FloatArray
    """(N, L)"""
    growth: FloatArray
    """(N, 2) depot and level of the growth factor given"""

    def take(self, rows: Places | slice) -> State:
        return State(
            self.stem[rows],
            self.progenitor[rows],
            self.maturing[rows],
            self.circulating[rows],
            self.growth[rows],
        )

    def reordered(self, columns: ArrayLike) -> State:
        """The same with the lineages in another order."""
        order = np.asarray(columns, dtype=np.intp)
        return State(
            self.stem,
            self.progenitor[:, order],
            self.maturing[:, order],
            self.circulating[:, order],
            self.growth,
        )


def healthy(parameters: Parameters) -> State:
    n, lineages = parameters.subjects, len(parameters.lineages)
    return State(
        stem=np.ones(n),
        progenitor=np.ones((n, lineages)),
        maturing=np.ones((n, lineages, max(parameters.stages))),
        circulating=np.ones((n, lineages)),
        growth=np.zeros((n, 2)),
    )


def joined(states: Sequence[State]) -> State:
    return State(
        np.concatenate([s.stem for s in states]),
        np.concatenate([s.progenitor for s in states]),
        np.concatenate([s.maturing for s in states]),
        np.concatenate([s.circulating for s in states]),
        np.concatenate([s.growth for s in states]),
    )
