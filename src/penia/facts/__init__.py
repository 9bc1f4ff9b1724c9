"""From what a record says to finding keys: words, codes, values with units, flags, results and places."""

from penia.facts.reader import read_facts
from penia.facts.statement import Fact, Reading

__all__ = ["Fact", "Reading", "read_facts"]
