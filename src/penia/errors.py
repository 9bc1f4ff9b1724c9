"""The base of every error that tells the user what to do."""

from __future__ import annotations


class PeniaError(ValueError):
    """One sentence: what is wrong, where, and what to do. No fault of penia, so no traceback is shown."""
