"""Rates told of adults, carried over to children."""

import msgspec
import pytest
from judged_makers import standing

from penia import knowledge
from penia.facts import Reading
from penia.infer.hypotheses import hypotheses
from penia.infer.weights import weights
from penia.infer.young import NOTE, at_this_age
from penia.record import Person, Record

BASE = knowledge.load()
DIABETES = "HP:0000819"


def tried():
    record = Record(person=Person(id="p"))
    return hypotheses(record, Reading(()), BASE, (None, None), weights())


def rate(judged, cause: str, key: str):
    return next(h for h in judged if h.id == cause).rates[key]


def test_a_comorbidity_of_adults_is_rarer_in_a_child_with_the_same_disease():
    adult = rate(tried(), "bacterial-sepsis", DIABETES)
    child = rate(at_this_age(tried(), BASE.findings, "child"), "bacterial-sepsis", DIABETES)
    assert child.p < adult.p / 3
    assert child.range is not None and child.range[0] < child.p < child.range[1]
    assert NOTE in (child.note or "")


def test_a_second_disease_is_rarer_in_a_child_but_its_own_test_finds_it_as_often():
    children, key = at_this_age(tried(), BASE.findings, "child"), "test:hiv-ag-ab"
    assert rate(children, "tuberculosis", key).p < rate(tried(), "tuberculosis", key).p / 2
    assert rate(children, "hiv", key) == rate(tried(), "hiv", key)


def test_no_rate_rises_on_the_way_to_a_child():
    before, after = tried(), at_this_age(tried(), BASE.findings, "child")
    assert all(
        new.rates[key].p <= row.p + 1e-12
        for old, new in zip(before, after, strict=True)
        for key, row in old.rates.items()
    )


def test_a_cause_of_children_keeps_its_own_rates():
    cause = "bacterial-sepsis"
    (one,) = [h for h in tried() if h.id == cause]
    children = msgspec.structs.replace(one.pattern, age={"child": 0.7, "newborn": 0.3})
    (kept,) = at_this_age(standing([msgspec.structs.replace(one, pattern=children)]), BASE.findings, "child")
    assert kept.rates[DIABETES].p == pytest.approx(one.rates[DIABETES].p)


@pytest.mark.parametrize("place", ["outpatient", "inpatient", None])
def test_adults_keep_every_rate(place):
    assert at_this_age(tried(), BASE.findings, place) == tried()
