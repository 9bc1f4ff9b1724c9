"""Simulation-based calibration: virtual patients drawn from the prior, judged by the inference."""

from bench.sbc.pictures import draw
from bench.sbc.run import QUESTION, run

__all__ = ["QUESTION", "draw", "run"]
