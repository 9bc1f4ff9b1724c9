"""The cited medicine: what each cause and drug does, how often, and who says so."""

from penia.knowledge.store import KnowledgeBase, KnowledgeError, load, table, version

__all__ = ["KnowledgeBase", "KnowledgeError", "load", "table", "version"]
