"""A whole database: which low counts, of which cause, after which drug."""

from __future__ import annotations

from penia.cohort.report import report
from penia.cohort.run import Options, Summary, study

__all__ = ["Options", "Summary", "report", "study"]
