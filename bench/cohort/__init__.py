"""The first pass over a database beside a bare scan, and episodes a second."""

from bench.cohort.run import QUESTION, run

__all__ = ["QUESTION", "run"]
