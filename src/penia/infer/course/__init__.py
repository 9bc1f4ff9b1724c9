"""The course of the counts under a cause: its channels drive the marrow model, person by person.

>>> from penia import knowledge
>>> from penia.infer.course import draw, of_cause, run
>>> dengue = of_cause(knowledge.load().causes["dengue"])
>>> people = draw(dengue, 100)
>>> counts = run(dengue, people, range(15), stop=8.0)  # (100, 5, 15), relative to health; lines n, l, m, p, e
"""

from __future__ import annotations

from penia.infer.course.draws import LINES, Subjects, draw, quantile, subjects
from penia.infer.course.family import Family, family, of_cause, of_drug
from penia.infer.course.figures import figures
from penia.infer.course.run import run

__all__ = [
    "LINES", "Family", "Subjects", "draw", "family", "figures", "of_cause", "of_drug", "quantile", "run",
    "subjects",
]  # fmt: skip
