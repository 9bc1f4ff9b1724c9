"""Each bench in a process of its own, then the page of all."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import msgspec

from bench.machine import machine, versions
from bench.page import Run, page
from bench.picture import bars
from bench.result import Result


def measure(names: Sequence[str], order: Sequence[str], quick: bool, out: Path) -> int:
    """0, or 1 where a bench failed; the others are kept. ``order``: of the benches on the page."""
    out.mkdir(parents=True, exist_ok=True)
    failed: list[str] = []
    if len(names) == 1:
        _one(names[0], quick, out)
    else:
        failed = [name for name in names if not _apart(name, quick, out)]
    (out / "index.md").write_text(page(out, order), encoding="utf-8")
    return int(bool(failed))


def _apart(name: str, quick: bool, out: Path) -> bool:
    """Its memory and its threads are no other's."""
    words = [sys.executable, "-m", "bench", name, "--here", "--out", str(out), *["--quick"] * quick]
    return subprocess.run(words, check=False).returncode == 0


def _one(name: str, quick: bool, out: Path) -> None:
    bench, began = import_module(f"bench.{name}"), time.monotonic()
    found: Result = bench.run(quick)
    if not found.absent:
        found = msgspec.structs.replace(found, pictures=_drawn(name, found, out))
    run = Run(name, quick, round(time.monotonic() - began, 1), machine(), versions(), found)
    (out / f"{name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(run)) + b"\n")
    print(f"{name}: {found.absent or f'{len(found.rows)} rows'} ({run.seconds:.0f} s)", flush=True)


def _drawn(name: str, found: Result, out: Path) -> tuple[str, ...]:
    """No picture where matplotlib is not installed."""
    draw = getattr(import_module(f"bench.{name}"), "draw", None)
    try:
        if draw is not None:
            return draw(found, out)
        return (bars(found, out / f"{name}.svg"),) if found.shown else ()
    except ImportError:
        return ()
