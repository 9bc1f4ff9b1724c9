"""From a record's episode and facts to ranked causes with the evidence for and against each."""

from penia.infer.judging import rank
from penia.infer.ranking import LowCounts, Ranking

__all__ = ["LowCounts", "Ranking", "rank"]
