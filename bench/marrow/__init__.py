"""The marrow model beside other solvers of the same equations."""

from bench.marrow.pictures import draw
from bench.marrow.run import QUESTION, run

__all__ = ["QUESTION", "draw", "run"]
