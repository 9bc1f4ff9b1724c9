"""How well the causes of cases with a known answer are found: rank, probability, calibration, time."""

from penia.evaluate.cases import EvaluationError, Pair
from penia.evaluate.run import evaluate
from penia.evaluate.summary import Report, Summary

__all__ = ["EvaluationError", "Pair", "Report", "Summary", "evaluate"]
