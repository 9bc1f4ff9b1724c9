"""The marrow: a mechanistic model of five blood lineages over time, for many subjects at once.

>>> import numpy as np
>>> from penia import marrow
>>> people = marrow.parameters(
...     2, rate=(0.8, 1 / 7, 2 / 3, 0.6, 2 / 7), removal=(2.0, 1 / 15, 0.8, 1 / 8.5, 0.01),
...     gain=(0.17, 0.1, 0.17, 0.2, 0.4), renewal=0.8, stem=0.04)
>>> loss = marrow.Channel("loss", size=[9.0, 60.0], onset=3.0)
>>> seen = marrow.simulate(np.arange(0.0, 61.0), people, [loss])
>>> seen.counts.shape
(2, 5, 61)

Everything is relative to the person's own healthy count. ``equations`` has the model, ``docs/marrow.md`` its
references and the error of the solver.
"""

from __future__ import annotations

from penia.marrow.channels import CONSTANT, Channel
from penia.marrow.doses import Doses, fractional
from penia.marrow.equations import steady_state
from penia.marrow.growth import GrowthFactor
from penia.marrow.population import LINEAGES, STAGES, Parameters, friberg, parameters, varied, vary
from penia.marrow.simulate import STEP, Trajectories, simulate
from penia.marrow.state import State, healthy

__all__ = [
    "CONSTANT",
    "LINEAGES",
    "STAGES",
    "STEP",
    "Channel",
    "Doses",
    "GrowthFactor",
    "Parameters",
    "State",
    "Trajectories",
    "fractional",
    "friberg",
    "healthy",
    "parameters",
    "simulate",
    "steady_state",
    "varied",
    "vary",
]
