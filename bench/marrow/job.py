"""The common job: Friberg's model, three courses of docetaxel, 2,000 subjects, a count on each of 91 days.

Docetaxel 180 mg over 1 h on days 0, 21 and 42; three-compartment kinetics (Bruno 1996) and typical values
(Friberg 2002) the same for all, baseline, transit time, feedback and slope log-normal over subjects.
"""

from __future__ import annotations

import numpy as np

from penia import marrow
from penia.knowledge.physiology import physiology

DAYS = np.arange(91.0)
DOSE_DAYS = (0.0, 21.0, 42.0)
INFUSION = 1 / 24
AMOUNT = 180 / 0.808
"""µmol"""
VOLUME = 7.4
K10, K12, K21, K13, K31 = (24 * k for k in (5.2, 1.06, 1.51, 1.26, 0.084))

_TYPICAL = np.array([5.05, 88.7 / 24, 0.161, 8.58])
_SPREAD = np.array([0.42, 0.16, 0.20, 0.38])


def subjects(count: int = 2000) -> np.ndarray:
    """(4, count): baseline 10⁹/L, transit time in days, feedback, slope per µmol/L."""
    noise = np.random.default_rng(20261123).standard_normal((2000, 4))
    return (_TYPICAL * np.exp(noise * _SPREAD)).T[:, :count]


def kernel() -> tuple[np.ndarray, np.ndarray]:
    """Rates λ per day and weights per µmol of the concentration after a unit bolus."""
    matrix = np.array([[-K10 - K12 - K13, K21, K31], [K12, -K21, 0.0], [K13, 0.0, -K31]])
    values, vectors = np.linalg.eig(matrix)
    start = np.linalg.solve(vectors, np.array([1.0, 0.0, 0.0]))
    return -values.real, (vectors[0] * start).real / VOLUME


def concentration(times: np.ndarray) -> np.ndarray:
    """µmol/L at ``times``."""
    rates, weights = kernel()
    total = np.zeros_like(times)
    for day in DOSE_DAYS:
        since = times - day
        run, gone = np.clip(since, 0, INFUSION), np.maximum(since - INFUSION, 0)
        for rate, weight in zip(rates, weights, strict=True):
            total += AMOUNT * weight * -np.expm1(-rate * run) / (rate * INFUSION) * np.exp(-rate * gone)
    return total


def grid(finer: int = 1) -> np.ndarray:
    """Steps for methods with a fixed grid: 36 in the infusion, then from 0.001 d, growing by 0.15 of the time
    since it, to 0.25 d, cut at whole days; each cut into ``finer`` parts."""
    times: list[float] = []
    for day, until in zip(DOSE_DAYS, (*DOSE_DAYS[1:], 90.0), strict=True):
        times += list(day + INFUSION * np.arange(36) / 36)
        now = day + INFUSION
        while now < until - 1e-9:
            times.append(now)
            step = min(0.25, max(0.001, 0.001 + 0.15 * (now - day - INFUSION)))
            now = min(now + step, np.floor(now + 1e-9) + 1.0)
    times.append(90.0)
    edges = np.array(times)
    parts = edges[:-1, None] + np.diff(edges)[:, None] * np.arange(finer) / finer
    return np.append(parts.ravel(), 90.0)


def penia(values: np.ndarray, step: float = marrow.STEP) -> np.ndarray:
    """(N, 91) counts by this package."""
    baseline, transit, gain, slope = values
    rates, weights = kernel()
    doses = marrow.Doses(
        DOSE_DAYS, rates=rates, weights=weights, strength=AMOUNT, duration=INFUSION, sensitivity=slope
    )
    people = marrow.friberg(len(baseline), transit, gain)
    return baseline[:, None] * marrow.simulate(DAYS, people, doses=[doses], step=step).counts[:, 0]


STATES = 1 + sum(stages + 2 for stages in marrow.STAGES)


def five_lineages(count: int = 2000, step: float = marrow.STEP) -> None:
    """The whole model for ``count`` people over 180 days: killing doses, later a loss."""
    body = physiology()
    generator = np.random.default_rng(7)
    people = marrow.vary(marrow.parameters(1, **body.typical()), body.spreads(), count, generator)
    doses = marrow.fractional(np.array([0.0, 21.0, 42.0]), generator.uniform(0.5, 0.99, count), 1.5, 0.8)
    loss = marrow.Channel("loss", size=generator.uniform(1.0, 60.0, count), onset=90.0)
    marrow.simulate(np.arange(181.0), people, [loss], [doses], step=step)
