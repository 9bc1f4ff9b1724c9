"""From a record's episode and facts to ranked causes with the evidence for and against each."""

from penia.infer.ranking import LowCounts, Ranking, rank

__all__ = ["LowCounts", "Ranking", "rank"]
