"""Which of the diagnoses that a record states are known of the person at the time of the low counts."""

from __future__ import annotations

from penia import knowledge
from penia.facts import Reading
from penia.infer.hypotheses import hypotheses
from penia.infer.weights import weights
from penia.record import Person, Record


def known(reading: Reading) -> list[str]:
    tried = hypotheses(Record(Person("p")), reading, knowledge.load(), (None, None), weights())
    return [tried[i].id for i in tried.causes.known]


def test_of_an_unknown_past_only_what_lasts_is_known_now() -> None:
    stated = {"sle": None, "bacterial-sepsis": None}
    assert sorted(known(Reading((), conditions=stated))) == ["bacterial-sepsis", "sle"]
    assert known(Reading((), conditions=stated, over=frozenset(stated))) == ["sle"]
