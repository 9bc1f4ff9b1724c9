"""A finer cause takes what it does not state from its parent; what is left of the parent sums with it."""

from __future__ import annotations

import msgspec
import pytest

from penia.knowledge import KnowledgeError, load, store
from penia.knowledge.family import grown, left, parent_of, rest
from penia.knowledge.schema import Cause, Figure, FindingRate, FinerCause, FinerDepth, FinerPattern, Origin

WHOLE = load().causes["acute-leukemia"]


def child(share: float = 0.2, **fields: object) -> FinerCause:
    values = {"id": "acute-leukemia/x", "name": "x", "plain": "One.", "share_of_parent": Figure(value=share)}
    return msgspec.convert({**values, **fields}, FinerCause)


def rate(cause: Cause, key: str) -> float:
    return next(row.p for row in cause.findings if row.key == key)


def test_the_parent_of_a_cause_is_the_part_before_the_stroke() -> None:
    assert parent_of("acute-leukemia/promyelocytic") == "acute-leukemia"
    assert parent_of("hiv") == "hiv"


def test_a_child_that_states_nothing_is_its_parent_but_for_its_share() -> None:
    same = grown(child(), WHOLE)
    assert (same.findings, same.pattern, same.channels, same.confirm) == (
        WHOLE.findings,
        WHOLE.pattern,
        WHOLE.channels,
        WHOLE.confirm,
    )
    assert same.prior.share["child"].value == pytest.approx(0.2 * WHOLE.prior.share["child"].value)


def test_a_child_states_its_share_apart_where_it_is_another() -> None:
    own = grown(child(share_at={"child": Figure(value=0.01)}), WHOLE)
    assert own.prior.share["child"].value == pytest.approx(0.01 * WHOLE.prior.share["child"].value)


def test_a_row_of_the_child_replaces_that_of_the_parent_and_the_others_stay() -> None:
    own = grown(child(findings=(FindingRate(key="HP:0001744", p=0.01),)), WHOLE)
    assert rate(own, "HP:0001744") == 0.01
    assert len(own.findings) == len(WHOLE.findings)
    assert rate(own, "HP:0001945") == rate(WHOLE, "HP:0001945")


def test_counts_of_the_pattern_are_taken_one_by_one() -> None:
    own = grown(child(pattern=FinerPattern(lineages={"p": 0.5}, depth=FinerDepth(plt_median=20))), WHOLE)
    assert own.pattern.depth.plt_median == 20
    assert own.pattern.depth.wbc_median == WHOLE.pattern.depth.wbc_median
    assert own.pattern.lineages == {**WHOLE.pattern.lineages, "p": 0.5}


def test_a_line_that_the_child_states_leaves_the_origin_of_its_parents_behind() -> None:
    read = Origin("a-2020", verified=True)
    depth = msgspec.structs.replace(WHOLE.pattern.depth, lines={"ANC": read, "PLT": read})
    whole = msgspec.structs.replace(WHOLE, pattern=msgspec.structs.replace(WHOLE.pattern, depth=depth))
    own = grown(child(pattern=FinerPattern(depth=FinerDepth(plt_median=20))), whole).pattern.depth
    assert own.origin("ANC") == read
    assert own.origin("PLT") == Origin(depth.source, depth.verified)


def test_a_line_that_the_child_states_is_a_judgement_where_the_parents_counts_were_read_as_a_whole() -> None:
    depth = msgspec.structs.replace(WHOLE.pattern.depth, source="cohort-2020", verified=True, lines={})
    whole = msgspec.structs.replace(WHOLE, pattern=msgspec.structs.replace(WHOLE.pattern, depth=depth))
    own = grown(child(pattern=FinerPattern(depth=FinerDepth(plt_median=200))), whole).pattern.depth
    assert own.origin("PLT") == Origin("judgement")
    assert own.origin("ANC") == Origin("cohort-2020", True)


def test_codes_notes_and_published_figures_are_never_taken_over() -> None:
    own = grown(child(), WHOLE)
    assert (own.conditions, own.known_by, own.published, own.note) == ((), (), (), None)


def test_actions_of_the_child_come_before_those_of_the_parent() -> None:
    own = load().causes["acute-leukemia/promyelocytic"]
    assert "tretinoin" in own.actions[0].text.lower()
    assert own.actions[-len(WHOLE.actions) :] == WHOLE.actions


def test_the_children_and_the_rest_sum_to_the_whole() -> None:
    base = load()
    for parent, others in base.rests.items():
        cause = base.causes[parent]
        kinds = [c for c in base.finer.values() if parent_of(c.id) == parent]
        for place, share in cause.prior.share.items():
            total = sum(base.causes[c.id].prior.share[place].value for c in kinds)
            total += others.prior.share[place].value if others else 0.0
            assert total == pytest.approx(share.value, rel=0.03), (parent, place)


def test_what_is_left_of_a_row_is_the_whole_less_the_childs_part() -> None:
    own = child(0.2, findings=(FindingRate(key="HP:0001744", p=0.12),))
    others = rest(WHOLE, [own], {own.id: grown(own, WHOLE)})
    assert others is not None
    assert rate(others, "HP:0001744") == pytest.approx((rate(WHOLE, "HP:0001744") - 0.2 * 0.12) / 0.8)
    assert rate(others, "HP:0001945") == rate(WHOLE, "HP:0001945")
    assert others.name == f"{WHOLE.name}, of another kind" and others.id == WHOLE.id


def test_a_row_that_the_children_use_up_leaves_a_little_and_never_less_than_nothing() -> None:
    own = child(0.5, findings=(FindingRate(key="HP:0001744", p=0.95),))
    others = rest(WHOLE, [own], {own.id: grown(own, WHOLE)})
    assert others is not None and 0 < rate(others, "HP:0001744") < 0.02
    assert left(0.32, [0.95], [0.5]) < 0


def test_a_row_of_which_the_children_have_too_little_is_as_frequent_as_anywhere_and_not_certain() -> None:
    own = child(0.8, findings=(FindingRate(key="HP:0001744", p=0.1),))
    others = rest(WHOLE, [own], {own.id: grown(own, WHOLE)})
    assert left(rate(WHOLE, "HP:0001744"), [0.1], [0.8]) > 1
    assert others is not None and rate(others, "HP:0001744") == rate(WHOLE, "HP:0001744")


def test_children_that_are_the_whole_leave_no_rest() -> None:
    one, two = child(0.4), child(0.6, id="acute-leukemia/y")
    assert rest(WHOLE, [one, two], {c.id: grown(c, WHOLE) for c in (one, two)}) is None


def test_a_finer_cause_without_a_parent_is_named(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "causes" / "phlogiston").mkdir(parents=True)
    (tmp_path / "causes" / "phlogiston" / "red.yaml").write_text("id: phlogiston/red")
    monkeypatch.setattr(store, "DATA", tmp_path)
    with pytest.raises(KnowledgeError, match=r"no causes/phlogiston\.yaml"):
        store.compile_data("x")
