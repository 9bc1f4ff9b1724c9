"""What is told of a piece of evidence: its key, its words, its figures and their sources."""

from __future__ import annotations

import numpy as np
from judged_makers import hypothesis, key

from penia import knowledge
from penia.facts import Fact, Reading
from penia.infer.findings import Scored
from penia.infer.hypotheses import hypotheses
from penia.infer.weights import weights
from penia.infer.wording import finding_contribution, said
from penia.knowledge.schema import FindingRate, Source
from penia.record import Exposure, Person, Record

RASH = Scored(Fact("rash", True, place="Condition/1"), key("rash", 0.1), 0.1, 0.0, np.zeros(1))
SOURCES = {"one": Source("First study", year=2001, ref="10.1/1"), "two": Source("Second study")}


def judged(rate: FindingRate | None):
    who = hypothesis("a", sources=SOURCES)
    who.rates.update({} if rate is None else {"rash": rate})
    return finding_contribution(said(RASH), RASH, who)


def test_a_finding_is_told_by_its_key_with_its_place() -> None:
    told = said(RASH)
    assert (told.kind, told.key, told.text, told.decibans) == ("finding", "rash", "rash", 0.0)
    assert told.present and told.places == ("Condition/1",)


def test_a_pooled_rate_names_each_of_its_sources_and_another_its_own() -> None:
    pooled = judged(FindingRate("rash", 0.4, range=(0.2, 0.6), from_=("one", "two"), verified=True))
    assert [(c.title, c.year, c.verified) for c in pooled.citations] == [
        ("First study", 2001, True),
        ("Second study", None, True),
    ]
    assert [c.title for c in judged(FindingRate("rash", 0.4, source="two")).citations] == ["Second study"]
    assert judged(None).citations == ()


def test_a_rate_is_told_with_its_range_and_with_what_is_usual_elsewhere() -> None:
    (told,) = judged(FindingRate("rash", 0.4, range=(0.2, 0.6))).figures
    assert "0.4 (0.2–0.6)" in told and "0.1" in told
    (none,) = judged(None).figures
    assert "no figure for this cause" in none and "0.1" in none


def test_each_drug_is_told_with_how_its_kind_lowers_counts() -> None:
    base = knowledge.load()
    record = Record(Person("p"), exposures=(Exposure("clozapine", ingredient="clozapine"),))
    who = hypotheses(record, Reading(()), base, (None, None), weights())
    (drug,) = [h for h in who if h.drug is not None]
    assert drug.plain == base.patterns[base.drugs["drug:clozapine"].pattern].plain
