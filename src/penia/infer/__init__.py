"""From a record's episode and facts to ranked causes with the evidence for and against each."""

from penia.infer.ranking import Evidence, Ranking, rank

__all__ = ["Evidence", "Ranking", "rank"]
