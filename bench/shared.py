"""The data sets beside the checkout, which no package holds."""

from __future__ import annotations

from pathlib import Path

from bench.result import Result

FOLDER = Path(__file__).resolve().parents[2] / "shared"


def missing(question: str, *places: str) -> Result | None:
    """A result that says what is not here; None where all is."""
    gone = [place for place in places if not (FOLDER / place).exists()]
    if not gone:
        return None
    return Result(question=question, absent=f"{', '.join(gone)} in ../shared is not beside this checkout")
