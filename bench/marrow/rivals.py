"""The common job by other solvers. Each takes ``subjects()`` and returns (N, 91) counts; one that is not
installed raises ImportError."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from bench.marrow import job

Solver = Callable[[np.ndarray], np.ndarray]


def runge_kutta(values: np.ndarray, finer: int = 1) -> np.ndarray:
    """Classical fourth order in plain numpy, all subjects at once, kinetics in closed form."""
    baseline, transit, gain, slope = values
    rate = 4.0 / transit
    times = job.grid(finer)
    start, mid, end = (job.concentration(t) for t in (times[:-1], (times[:-1] + times[1:]) / 2, times[1:]))
    state = np.repeat(baseline[None], 5, axis=0)
    counts = np.empty((len(baseline), len(job.DAYS)))
    counts[:, 0] = baseline
    day = 1

    def slope_of(y: np.ndarray, level: float) -> np.ndarray:
        out = np.empty_like(y)
        out[0] = rate * y[0] * ((1 - slope * level) * (baseline / y[4]) ** gain - 1)
        out[1:] = rate * (y[:-1] - y[1:])
        return out

    for i, step in enumerate(np.diff(times)):
        k1 = slope_of(state, start[i])
        k2 = slope_of(state + 0.5 * step * k1, mid[i])
        k3 = slope_of(state + 0.5 * step * k2, mid[i])
        k4 = slope_of(state + step * k3, end[i])
        state = state + step / 6 * (k1 + 2 * (k2 + k3) + k4)
        if abs(times[i + 1] - job.DAYS[day]) < 1e-9:
            counts[:, day] = state[4]
            day = min(day + 1, len(job.DAYS) - 1)
    return counts


def lsoda(values: np.ndarray) -> np.ndarray:
    """scipy's LSODA, one subject after the other, restarted at the edges of the infusions."""
    from scipy.integrate import solve_ivp

    edges = sorted({0.0, 90.0, *(d + e for d in job.DOSE_DAYS for e in (0.0, job.INFUSION))})
    parts = [
        (float(r), float(w) * job.AMOUNT / (float(r) * job.INFUSION))
        for r, w in zip(*job.kernel(), strict=True)
    ]
    counts = np.empty((values.shape[1], len(job.DAYS)))

    def right(
        t: float, y: np.ndarray, baseline: float, rate: float, gain: float, slope: float
    ) -> list[float]:
        level = 0.0
        for day in job.DOSE_DAYS:
            if t > day:
                run = min(t - day, job.INFUSION)
                level += sum(w * (math.exp(r * (day + run - t)) - math.exp(r * (day - t))) for r, w in parts)
        p, a, b, c, seen = y.tolist()
        made = (1 - slope * level) * (baseline / seen) ** gain - 1
        return [rate * p * made, rate * (p - a), rate * (a - b), rate * (b - c), rate * (c - seen)]

    for n, (baseline, transit, gain, slope) in enumerate(values.T):
        y = np.full(5, baseline)
        counts[n, 0] = baseline
        given = (baseline, 4.0 / transit, gain, slope)
        for a, b in pairwise(edges):
            inside = np.flatnonzero((a + 1e-9 < job.DAYS) & (b + 1e-9 >= job.DAYS))
            at = np.union1d(job.DAYS[inside], [b])
            found = solve_ivp(right, (a, b), y, "LSODA", at, args=given, rtol=1e-6, atol=1e-9)
            counts[n, inside], y = found.y[4, : len(inside)], found.y[:, -1]
    return counts


_SBML = """
model marrow
  A1 = 0; A2 = 0; A3 = 0; R = 0; base = 5; rate = 1; gain = 0.2; slope = 8
  P = 5; T1 = 5; T2 = 5; T3 = 5; C = 5
  A1' = R - ({K10} + {K12} + {K13})*A1 + {K21}*A2 + {K31}*A3
  A2' = {K12}*A1 - {K21}*A2
  A3' = {K13}*A1 - {K31}*A3
  P' = rate*P*((1 - slope*A1/{VOLUME})*(base/C)^gain - 1)
  T1' = rate*(P - T1); T2' = rate*(T1 - T2); T3' = rate*(T2 - T3); C' = rate*(T3 - C)
  {events}
end
"""


def roadrunner(tolerance: float) -> Solver:
    """libroadrunner (SUNDIALS CVODE), kinetics as equations, infusions as events, one subject at a time."""
    import antimony
    import roadrunner as rr

    rr.Logger.setLevel(rr.Logger.LOG_FATAL)
    events = "\n  ".join(
        f"at (time >= {d}): R = {job.AMOUNT / job.INFUSION};\n  at (time >= {d + job.INFUSION}): R = 0;"
        for d in (1e-9, *job.DOSE_DAYS[1:])
    )
    constants = {k: getattr(job, k) for k in ("K10", "K12", "K13", "K21", "K31", "VOLUME")}
    if antimony.loadAntimonyString(_SBML.format(events=events, **constants)) < 0:
        raise RuntimeError(antimony.getLastError())
    model = rr.RoadRunner(antimony.getSBMLString("marrow"))
    model.integrator.relative_tolerance = tolerance
    model.integrator.absolute_tolerance = 1e-3 * tolerance
    model.selections = ["C"]

    def solve(values: np.ndarray) -> np.ndarray:
        counts = np.empty((values.shape[1], len(job.DAYS)))
        for n, (baseline, transit, gain, slope) in enumerate(values.T):
            model.resetAll()
            for name, value in (("base", baseline), ("rate", 4 / transit), ("gain", gain), ("slope", slope)):
                model[name] = value
            for name in ("P", "T1", "T2", "T3", "C"):
                model[name] = baseline
            counts[n] = model.simulate(0, 90, 91)[:, 0]
        return counts

    def quiet(values: np.ndarray) -> np.ndarray:
        """CVODE warns of every restart at an infusion, tens of thousands of lines, past the logger."""
        kept = [os.dup(stream) for stream in (1, 2)]
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123
            for stream in (1, 2):
                os.dup2(nowhere.fileno(), stream)
        try:
            return solve(values)
        finally:
            for stream, back in zip((1, 2), kept, strict=True):
                os.dup2(back, stream)
                os.close(back)

    return quiet


def diffrax(tolerance: float | None) -> Solver:
    """diffrax Tsit5 in float64, vectorised over subjects, kinetics in closed form, on the common grid or with
    step control to ``tolerance``."""
    import diffrax as dfx
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    rates, weights = (jnp.asarray(a) for a in job.kernel())
    begun = jnp.asarray(job.DOSE_DAYS)[:, None]

    def level(t):
        since = t - begun
        run, gone = jnp.clip(since, 0, job.INFUSION), jnp.maximum(since - job.INFUSION, 0)
        shape = -jnp.expm1(-rates * run) / (rates * job.INFUSION) * jnp.exp(-rates * gone)
        return job.AMOUNT * jnp.sum(weights * shape)

    def right(t, y, args):
        baseline, rate, gain, slope = args
        first = rate * y[0] * ((1 - slope * level(t)) * (baseline / y[4]) ** gain - 1)
        return jnp.concatenate([first[None], rate * (y[:-1] - y[1:])])

    edges = jnp.asarray([d + e for d in job.DOSE_DAYS for e in (0.0, job.INFUSION)][1:])
    control = (
        dfx.ClipStepSizeController(dfx.PIDController(rtol=tolerance, atol=1e-3 * tolerance), jump_ts=edges)
        if tolerance
        else dfx.StepTo(ts=jnp.asarray(job.grid()))
    )

    @jax.jit
    @jax.vmap
    def solve(values):
        baseline, transit, gain, slope = values
        found = dfx.diffeqsolve(
            dfx.ODETerm(right), dfx.Tsit5(), 0.0, 90.0, 1e-3 if tolerance else None, jnp.full(5, baseline),
            args=(baseline, 4 / transit, gain, slope), saveat=dfx.SaveAt(ts=jnp.asarray(job.DAYS)),
            stepsize_controller=control, max_steps=100_000,
        )  # fmt: skip
        return found.ys[:, 4]

    return lambda values: np.asarray(solve(jnp.asarray(values.T)))
