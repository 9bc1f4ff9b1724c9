"""The shape of data/course.yaml."""

from __future__ import annotations

from functools import cache

from penia.knowledge import table
from penia.knowledge.schema import Distribution, Figure, Knowledge, Tempo


class LineScatter(Knowledge, frozen=True):
    above: Figure
    """Median of healthy counts as a multiple of the lower limit."""
    between: Figure
    """SD of healthy counts between people, log scale."""
    departs: Figure
    """SD of the slow departure from the path beyond within-person and analytical variation, log scale."""


class CourseFigures(Knowledge, frozen=True):
    lines: dict[str, LineScatter]
    counted: dict[str, Figure]
    """Half the width to which a count is told where few cells are counted, in its unit; a count under it is
    known as an upper bound only."""
    memory: Figure
    """Days after which a departure has mostly gone."""
    tails: Figure
    """Degrees of freedom of its size."""
    deeper: Figure
    """Log SD by which a fall is deeper than the channels make it, as a multiple of the log count."""
    white: dict[str, Figure]
    """Shares of neutrophils and lymphocytes among healthy white cells."""
    lasting: dict[Tempo, Distribution]
    """Days that a cause lasts, by tempo; a tempo that is not named lasts for good."""
    gone: Figure
    """Time constant in days of a channel that names no recovery."""
    least: Figure
    """Shortest time in days for which a channel acts."""
    found: Figure
    """Days from the fall to the stop of a drug that made it."""
    drift: Figure
    drift_days: Figure
    """The none-of-these process: an Ornstein–Uhlenbeck process about the person's mean, no path under it."""
    aimless: Figure
    """Share of people with low counts whose counts follow no known course but go on from where they are."""
    level: Figure
    wanders: Figure
    wanders_days: Figure
    """How those wander: SD of their mean about health and SD about that, as multiples of ``departs``, and
    memory."""
    eased: Figure
    before: Figure
    helped: Figure
    bound: Figure
    """Most by which a course may favour a cause, in log odds against a course that knows no cause."""
    none: Figure
    """Share of courses under every cause that follow no model."""


@cache
def figures() -> CourseFigures:
    return table("course", CourseFigures)
