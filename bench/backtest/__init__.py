"""Back-test: hide the last counts of real series, forecast them, and compare."""

from bench.backtest.run import QUESTION, run

__all__ = ["QUESTION", "run"]
