"""What one episode costs, part by part: what the record says, its posterior, and the rows of the tables."""

from __future__ import annotations

from collections.abc import Callable

from bench.clock import best, processor
from penia import knowledge
from penia.cohort import tables
from penia.cohort.explained import add
from penia.episode import episodes
from penia.infer import rank
from penia.question import Question, about
from penia.read.case import case_record
from penia.record import Record
from penia.virtual import simulate


def parts(number: int) -> dict[str, float]:
    """Milliseconds of processor time an episode, each once before; the median virtual patient has 40 findings
    and tests."""
    records = [case_record(patient.case) for patient in simulate(number, 3)]
    records = [record for record in records if len(episodes(record)) == 1]
    asked = [_asked(record) for record in records]
    each: dict[str, Callable[[], object]] = {
        "what the record says": lambda: [_asked(record) for record in records],
        "posterior without courses": lambda: [_ranked(one, courses=False) for one in asked],
        "posterior with courses": lambda: [_ranked(one, courses=True) for one in asked],
        "all but reading and courses": lambda: [
            add(record, tables.empty(), courses=False) for record in records
        ],
    }
    for work in each.values():
        work()
    return {name: 1000 * best(work, 3, processor) / len(asked) for name, work in each.items()}


def _asked(record: Record) -> Question:
    (episode,) = episodes(record)
    assert episode.first_low is not None and episode.last_low is not None
    return about(record, episode.first_low, episode.resolved or episode.last_low)


def _ranked(asked: Question, *, courses: bool) -> object:
    if asked.low is None:
        return None
    base = knowledge.load()
    return rank(asked.record, asked.reading, asked.low, base, asked.setting, courses=courses)
