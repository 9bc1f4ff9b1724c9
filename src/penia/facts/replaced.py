"""Values that show a treatment and no longer the person: vitamin B12 that was normal after it was given."""

from __future__ import annotations

from datetime import datetime

from penia.facts import tables
from penia.facts.statement import Said
from penia.record import Record


class Replaced:
    """Which keys a value of a later day no longer decides, in one record."""

    def __init__(self, record: Record) -> None:
        self._since: dict[tuple[str, bool], datetime] = {}
        for exposure in record.exposures:
            for row in tables.replaced():
                if exposure.start is not None and exposure.ingredient in row.ingredients:
                    for said in (*((key, False) for key in row.lacks), *((key, True) for key in row.excess)):
                        self._since[said] = min(self._since.get(said, exposure.start), exposure.start)

    def tells(self, one: Said, time: datetime | None) -> bool:
        """A value of the day on which the drug began may be from before it."""
        since = self._since.get((one.key, one.present))
        return since is None or time is None or time.date() <= since.date()
