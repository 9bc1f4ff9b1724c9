"""Virtual patients: whole records drawn from the model, with the cause that did it, in any number."""

from __future__ import annotations

from penia.virtual.patient import Patient, simulate

__all__ = ["Patient", "simulate"]
