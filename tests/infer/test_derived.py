"""What follows from the knowledge is derived once for each part of it, whatever else is alike."""

from __future__ import annotations

import numpy as np
from judged_makers import standing

from penia import knowledge
from penia.facts import Reading
from penia.infer.derived import LATEST, derived, recurring
from penia.infer.hypotheses import Hypothesis, hypotheses
from penia.infer.rates import listed
from penia.infer.weights import weights
from penia.infer.young import at_this_age
from penia.record import Exposure, Person, Record


def test_the_same_part_is_derived_once_and_an_equal_one_by_itself() -> None:
    asked: list[dict[str, int]] = []

    @derived
    def doubled(part: dict[str, int]) -> int:
        asked.append(part)
        return 2 * part["a"]

    one, equal = {"a": 1}, {"a": 1}
    assert [doubled(one), doubled(one), doubled(equal)] == [2, 2, 2]
    assert [part is one for part in asked] == [True, False]


def test_the_table_of_rates_holds_what_each_cause_lists() -> None:
    base = knowledge.load()
    keys = list(base.findings.values())[:60]
    causes = list(base.causes.values())[:20]
    who = [
        Hypothesis(c.id, c.name, "", c.pattern, {row.key: row for row in c.findings}, c.sources)
        for c in causes
    ]
    found = listed(standing(who), keys)
    for c, hypothesis in enumerate(who):
        for k, key in enumerate(keys):
            row = hypothesis.rates.get(key.key)
            assert found.listed[c, k] == (row is not None)
            assert found.p[c, k] == (row.p if row else 0.0)
            assert found.anchor[c, k] == (row is not None and row.anchor)
    assert np.array_equal(found.p, listed(standing(who), keys).p)


def test_what_recurs_is_derived_once_and_the_oldest_is_let_go() -> None:
    made: list[tuple[object, ...]] = []

    @recurring
    def derive(parts: tuple[object, ...]) -> int:
        made.append(parts)
        return len(parts)

    one, other = {"a": 1}, {"a": 1}
    assert derive((one, other)) == derive((one, other)) == 2
    assert len(made) == 1
    assert derive((other, one)) == 2
    assert len(made) == 2
    for _ in range(LATEST):
        derive(({},))
    derive((one, other))
    assert len(made) == LATEST + 3


def test_the_causes_are_one_object_for_all_people_of_whom_the_same_is_stated() -> None:
    base, record = knowledge.load(), Record(Person("p"))
    clozapine = Record(Person("q"), exposures=(Exposure("clozapine", ingredient="clozapine"),))
    fitted, open_ = weights(), (None, None)
    plain, taking = (hypotheses(r, Reading(()), base, open_, fitted) for r in (record, clozapine))
    stated = hypotheses(record, Reading((), conditions={"sle": None}), base, open_, fitted)
    assert plain.causes is taking.causes and plain.causes is not stated.causes
    assert [h.id for h in taking.drugs] == ["drug:clozapine"] and [*taking][-1] is taking.drugs[0]
    assert [stated[i].id for i in stated.causes.known] == ["sle"]
    children = [at_this_age(tried, base.findings, "child") for tried in (plain, taking)]
    assert children[0].causes is children[1].causes
