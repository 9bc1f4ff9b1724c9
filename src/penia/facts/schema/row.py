"""The base of every row of the dictionary."""

from __future__ import annotations

import msgspec


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Frozen, and an unknown field is an error."""
