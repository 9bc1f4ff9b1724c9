"""Physiology of a population: one number per subject and lineage, and its spread between people."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import ArrayLike

from penia.errors import PeniaError
from penia.marrow.arrays import FloatArray, Places, per_subject

LINEAGES = ("n", "l", "m", "p", "e")
"""neutrophils, lymphocytes, monocytes, platelets, red cells: the order of every lineage axis."""
STAGES = (3, 0, 1, 2, 1)
"""Maturation stages between progenitor and blood; the last of the neutrophils is the marrow reserve."""


class Parameters(msgspec.Struct, frozen=True, eq=False):
    """Physiology of N subjects and L lineages. Rates per day; all states are 1 in health."""

    rate: FloatArray
    """(N, L) k: passage through the progenitor and each maturation stage."""
    removal: FloatArray
    """(N, L) k_C: removal from the blood."""
    gain: FloatArray
    """(N, L) γ: −d ln F / d ln C at the healthy count."""
    ceiling: FloatArray
    """(N, L) F_max > 1: the most that feedback can multiply production by; inf is the power law."""
    renewal: FloatArray
    """(N, L) ρ, 0 to 1: share of self-renewal in production; 1 is Friberg's pool, without stem cells."""
    stem: FloatArray
    """(N,) r_S: recovery rate of the stem compartment."""
    lineages: tuple[str, ...] = LINEAGES
    stages: tuple[int, ...] = STAGES

    @property
    def subjects(self) -> int:
        return len(self.rate)

    def take(self, rows: Places | slice) -> Parameters:
        """The same for a part of the subjects."""
        return Parameters(
            self.rate[rows], self.removal[rows], self.gain[rows], self.ceiling[rows],
            self.renewal[rows], self.stem[rows], self.lineages, self.stages,
        )  # fmt: skip


def parameters(
    subjects: int,
    rate: ArrayLike,
    removal: ArrayLike,
    gain: ArrayLike,
    renewal: ArrayLike,
    stem: ArrayLike,
    ceiling: ArrayLike = np.inf,
    lineages: tuple[str, ...] = LINEAGES,
    stages: tuple[int, ...] = STAGES,
) -> Parameters:
    """Parameters of ``subjects`` people; each argument a scalar, (L,), (N,) or (N, L).

    Raises PeniaError for a rate that is not positive, a renewal outside 0 to 1 or a ceiling of 1 or less.
    """
    shape = (subjects, len(lineages))
    made = Parameters(
        rate=per_subject(rate, *shape),
        removal=per_subject(removal, *shape),
        gain=per_subject(gain, *shape),
        ceiling=per_subject(ceiling, *shape),
        renewal=per_subject(renewal, *shape),
        stem=per_subject(stem, subjects),
        lineages=lineages,
        stages=stages,
    )
    wrong = [
        name
        for name, bad in (
            ("rate", made.rate <= 0),
            ("removal", made.removal <= 0),
            ("gain", made.gain < 0),
            ("ceiling", made.ceiling <= 1),
            ("renewal", (made.renewal < 0) | (made.renewal > 1)),
            ("stem", made.stem < 0),
        )
        if np.any(bad)
    ]
    if wrong or len(stages) != len(lineages):
        raise PeniaError(f"out of range: {', '.join(wrong) or 'one number of stages is needed per lineage'}")
    return made


def friberg(subjects: int, transit_days: ArrayLike, gain: ArrayLike, transits: int = 3) -> Parameters:
    """One lineage of Friberg et al. 2002 (J Clin Oncol 20:4713): self-renewing pool, power law, every stage
    at (transits + 1) / mean transit time; ``transit_days`` and ``gain`` are scalars or (N,)."""
    rate = (transits + 1) / per_subject(transit_days, subjects)
    return parameters(
        subjects, rate, rate, per_subject(gain, subjects), 1.0, 0.0, lineages=("n",), stages=(transits,)
    )


def vary(
    typical: Parameters, spread: Mapping[str, ArrayLike], subjects: int, generator: np.random.Generator
) -> Parameters:
    """``subjects`` people around one typical row, log-normal and independent.

    ``spread`` maps a field of Parameters to its SD on the log scale, a scalar or (L,). ``renewal`` varies as
    1 − ρ, ``ceiling`` as F_max − 1, so that both stay in their range.
    """
    fields = ("rate", "removal", "gain", "ceiling", "renewal", "stem")
    shapes = {name: (subjects, *getattr(typical, name)[0].shape) for name in fields}
    return varied(typical, spread, {name: generator.standard_normal(shapes[name]) for name in fields})


def varied(
    typical: Parameters, spread: Mapping[str, ArrayLike], noise: Mapping[str, FloatArray]
) -> Parameters:
    """As ``vary`` with standard normal ``noise`` by field, (N, L), of ``stem`` (N,)."""
    shifted = {"renewal": (1.0, -1.0), "ceiling": (1.0, 1.0)}
    fields: dict[str, FloatArray] = {}
    for name, own in noise.items():
        middle = np.asarray(getattr(typical, name)[0], dtype=np.float64)
        factor = np.exp(own * np.asarray(spread.get(name, 0.0)))
        origin, sign = shifted.get(name, (0.0, 1.0))
        fields[name] = origin + sign * (sign * (middle - origin)) * factor
    fields["renewal"] = np.clip(fields["renewal"], 0.0, 1.0)
    return Parameters(**fields, lineages=typical.lineages, stages=typical.stages)
