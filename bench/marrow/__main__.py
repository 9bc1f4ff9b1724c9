"""``python -m bench.marrow``: speed and error of the marrow model beside other solvers, in one run.

Every solver does the same job in turn, round after round, so that what else the machine does falls on all.
``cpu_min`` is the least processor time, all threads together: on a busy machine the steadier figure.
Writes docs/benchmarks/marrow.json and its pictures.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from bench.marrow import job, pictures, rivals
from penia import marrow

ROUNDS = 4
SAMPLE = 40
"""Subjects of the common job that a slow solver does; its time is scaled up."""
OUT = Path(__file__).parents[2] / "docs" / "benchmarks"

ENTRIES: dict[str, tuple[Callable[[], rivals.Solver], int]] = {
    "penia": (lambda: job.penia, 2000),
    "numpy RK4, 570 steps": (lambda: rivals.runge_kutta, 2000),
    "diffrax Tsit5, 570 steps": (lambda: rivals.diffrax(adaptive=False), 2000),
    "diffrax Tsit5, adaptive 1e-6": (lambda: rivals.diffrax(adaptive=True), 2000),
    "libroadrunner CVODE 1e-6": (rivals.roadrunner, 2000),
    "scipy LSODA 1e-6": (lambda: rivals.lsoda, SAMPLE),
}


def main() -> None:
    values = job.subjects()
    exact = rivals.runge_kutta(values, finer=12)
    ready = {name: solver for name, (make, _) in ENTRIES.items() if (solver := _made(name, make)) is not None}
    times: dict[str, list[float]] = {name: [] for name in ready}
    busy: dict[str, list[float]] = {name: [] for name in ready}
    errors: dict[str, list[float]] = {}
    whole: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        job.five_lineages()
        whole.append((time.perf_counter() - began) * 1e3)
        for name, solve in ready.items():
            count = ENTRIES[name][1]
            if count < 2000 and len(times[name]) == 2:
                continue
            began, worked = time.perf_counter(), time.process_time()
            counts = solve(values[:, :count])
            times[name].append((time.perf_counter() - began) * 2000 / count * 1e3)
            busy[name].append((time.process_time() - worked) * 2000 / count * 1e3)
            wrong = np.abs(counts / exact[:count] - 1)
            errors[name] = [float(wrong.max()), float(np.quantile(wrong, 0.999)), float(np.median(wrong))]
    rows = {name: _row(times[name], errors[name]) | {"cpu_min": min(busy[name][1:])} for name in ready}
    result = {
        "job": "Friberg model, docetaxel on days 0, 21, 42, 2,000 subjects, 91 days",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "warm_ms": rows,
        "cold_s": sorted(_cold() for _ in range(3)),
        "five_lineages": _five(whole, rows["penia"]),
        "missing": sorted(set(ENTRIES) - set(ready)),
    }
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "marrow.json").write_text(json.dumps(result, indent=2) + "\n")
    _say(result)
    pictures.speed(rows, OUT / "marrow-speed.svg")
    pictures.convergence(OUT / "marrow-convergence.svg")


def _made(name: str, make: Callable[[], rivals.Solver]) -> rivals.Solver | None:
    try:
        return make()
    except ImportError as error:
        print(f"NOT MEASURED: {name} is not installed ({error})", file=sys.stderr)
        return None


def _row(times: list[float], errors: list[float]) -> dict[str, float]:
    """The first run may compile and is left out."""
    warm = sorted(times[1:])
    middle = warm[len(warm) // 2]
    names = ("error_max", "error_999", "error_median")
    return {"min": warm[0], "median": middle, "max": warm[-1], "first": times[0]} | dict(
        zip(names, errors, strict=True)
    )


def _cold() -> float:
    """Seconds from the start of a process to the first full result."""
    began = time.perf_counter()
    code = "from bench.marrow import job; job.penia(job.subjects())"
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - began


def _five(times: list[float], friberg: dict[str, float]) -> dict[str, float]:
    """The whole model, 2,000 people over 180 days, and its cost per person, state and day beside the job."""
    row = _row(times, [0.0, 0.0, 0.0])
    unit, friberg_unit = 1e6 / (2000 * 180 * job.STATES), 1e6 / (2000 * 90 * 5)
    return {key: row[key] for key in ("min", "median", "max")} | {
        "states": job.STATES,
        "ns_per_state_day_min": row["min"] * unit,
        "ns_per_state_day": row["median"] * unit,
        "friberg_ns_per_state_day_min": friberg["min"] * friberg_unit,
        "friberg_ns_per_state_day": friberg["median"] * friberg_unit,
    }


def _say(result: dict[str, object]) -> None:
    rows: dict[str, dict[str, float]] = result["warm_ms"]  # type: ignore[assignment]
    own = rows["penia"]["median"]
    for name, r in rows.items():
        print(
            f"{name:30} {r['min']:8.0f} {r['median']:8.0f} {r['max']:8.0f} ms (cpu {r['cpu_min']:6.0f})  "
            f"error {r['error_max']:.1e} {r['error_999']:.1e} {r['error_median']:.1e}  "
            f"{r['median'] / own:6.1f} x penia"
        )
    print("cold s", result["cold_s"], " five lineages", result["five_lineages"], f" step {marrow.STEP}")


if __name__ == "__main__":
    main()
