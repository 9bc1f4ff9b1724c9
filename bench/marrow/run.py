"""Speed and error of the marrow model beside other solvers, in one run.

Every solver does the same job in turn, round after round, so that what else the machine does falls on all.
Processor time, all threads together, is the steadier figure on a busy machine.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from statistics import median

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from bench.clock import best, command, processor, wall
from bench.marrow import job, rivals
from bench.marrow.convergence import convergence
from bench.result import Result, Row, beside, rounded
from penia import marrow

QUESTION = "How fast is the marrow model beside other solvers of the same equations?"
SUBJECTS, SAMPLE = 2000, 40
"""Subjects of the common job; those of it that a slow solver does, its time scaled up."""
SOLVERS: dict[str, tuple[Callable[[], rivals.Solver], int]] = {
    "penia": (lambda: job.penia, SUBJECTS),
    "numpy RK4, 570 steps": (lambda: rivals.runge_kutta, SUBJECTS),
    "diffrax Tsit5, 570 steps": (lambda: rivals.diffrax(None), SUBJECTS),
    "diffrax Tsit5, adaptive 1e-6": (lambda: rivals.diffrax(1e-6), SUBJECTS),
    "diffrax Tsit5, adaptive 1e-4": (lambda: rivals.diffrax(1e-4), SUBJECTS),
    "libroadrunner CVODE 1e-6": (lambda: rivals.roadrunner(1e-6), SUBJECTS),
    "libroadrunner CVODE 1e-5": (lambda: rivals.roadrunner(1e-5), SUBJECTS),
    "scipy LSODA 1e-6": (lambda: rivals.lsoda, SAMPLE),
}


def run(quick: bool) -> Result:
    subjects, rounds = (400, 3) if quick else (SUBJECTS, 4)
    values = job.subjects()[:, :subjects]
    exact = rivals.runge_kutta(values, finer=12)
    ready = {name: solver for name, (make, _) in SOLVERS.items() if (solver := _made(make)) is not None}
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in ready}
    errors: dict[str, np.ndarray] = {}
    for _ in range(rounds):
        for name, solve in ready.items():
            count = min(SOLVERS[name][1], subjects)
            if count < subjects and len(times[name]) == 2:
                continue
            began, worked = wall(), processor()
            counts = solve(values[:, :count])
            scale = 1e3 * subjects / count
            times[name].append((scale * (wall() - began), scale * (processor() - worked)))
            errors[name] = np.abs(counts / exact[:count] - 1)
    rows = [_row(name, times[name], errors[name]) for name in ready]
    whole = 1e3 * best(job.five_lineages, rounds, processor)
    own = float(rows[0]["processor, least ms"] or 0)
    lacking = sorted(set(SOLVERS) - set(ready))
    return Result(
        question=QUESTION,
        rows=beside(rows, "processor, least ms", "times penia"),
        notes=(
            f"Friberg's model, docetaxel on days 0, 21 and 42, {subjects:,} subjects, 91 days; "
            f"{rounds} rounds, the first (which may compile) by itself. Times penia: by processor time.",
            f"The whole model, five lineages, 2,000 people, 180 days: {whole:.0f} ms of processor time, "
            f"{whole * 1e6 / (2000 * 180 * job.STATES):.1f} ns a state and day; "
            f"this job: {own * 1e6 / (subjects * 90 * 5):.1f} ns.",
            f"From the start of a process to the first full result: {_cold():.2f} s.",
            *((f"NOT MEASURED, as not installed: {', '.join(lacking)}.",) if lacking else ()),
        ),
        details={"convergence": convergence(), "step": marrow.STEP},
    )


def _made(make: Callable[[], rivals.Solver]) -> rivals.Solver | None:
    try:
        return make()
    except ImportError:
        return None


def _row(name: str, times: list[tuple[float, float]], wrong: np.ndarray) -> Row:
    waited, worked = zip(*times[1:], strict=True)
    return {
        "solver": name,
        "median ms": rounded(median(waited)),
        "least ms": rounded(min(waited)),
        "most ms": rounded(max(waited)),
        "processor, least ms": rounded(min(worked)),
        "first ms": rounded(times[0][0]),
        "largest error": rounded(float(wrong.max()), 2),
        "median error": rounded(float(np.median(wrong)), 2),
    }


def _cold() -> float:
    code = "from bench.marrow import job; job.penia(job.subjects())"
    return min(command((sys.executable, "-c", code))[0] for _ in range(3))
