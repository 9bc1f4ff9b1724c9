"""Published figures are pooled by the stated rule, and what cannot be pooled is said in one sentence."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penia.knowledge import KnowledgeError, store
from penia.knowledge.pooling import PoolingError, Study, filled, pooled

FEVER = "HP:0001945"


def study(value: float, n: int | None = None, source: str = "a-2001", **fields: object) -> dict[str, object]:
    found = {"of": "fever", "value": value, "source": source, "key": FEVER, **fields}
    return found if n is None else {**found, "n": n}


def row(*published: dict[str, object], **fields: object) -> dict[str, object]:
    """The row of findings that the build makes of it."""
    names = list(dict.fromkeys(item["source"] for item in published))
    entry = {"findings": [{"key": FEVER, "from": names, **fields}], "published": list(published)}
    made = filled(entry)
    assert isinstance(made, dict)
    return made["findings"][0]


def test_two_like_figures_are_pooled_as_if_they_were_one() -> None:
    found = pooled([Study(0.4, "a", 100), Study(0.4, "b", 100)])
    half = 1.96 * math.sqrt(1 / 80 + 1 / 120)
    logit = math.log(0.4 / 0.6)
    assert found.value == pytest.approx(0.4)
    assert found.range == pytest.approx([1 / (1 + math.exp(-(logit + s * half))) for s in (-1, 1)])


def test_random_effects_are_those_of_dersimonian_and_laird() -> None:
    """By hand: logits −1.0986 and 0.4055 with variances 1/10 + 1/30 and 1/24 + 1/16."""
    v = (1 / 10 + 1 / 30, 1 / 24 + 1 / 16)
    y = (math.log(10 / 30), math.log(24 / 16))
    w = [1 / x for x in v]
    fixed = (w[0] * y[0] + w[1] * y[1]) / sum(w)
    q = sum(a * (b - fixed) ** 2 for a, b in zip(w, y, strict=True))
    between = (q - 1) / (sum(w) - sum(a * a for a in w) / sum(w))
    u = [1 / (x + between) for x in v]
    mean = (u[0] * y[0] + u[1] * y[1]) / sum(u)
    found = pooled([Study(0.25, "a", 40), Study(0.6, "b", 40)])
    assert found.value == pytest.approx(1 / (1 + math.exp(-mean)))
    assert "random effects" in found.words and "I² 9" in found.words


def test_figures_that_disagree_have_a_wider_range_than_figures_that_agree() -> None:
    agree = pooled([Study(0.4, "a", 50), Study(0.42, "b", 50)]).range
    differ = pooled([Study(0.2, "a", 50), Study(0.62, "b", 50)]).range
    assert agree and differ and differ[1] - differ[0] > 2 * (agree[1] - agree[0])


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 5000)), min_size=2, max_size=6))
def test_the_pooled_figure_lies_within_its_range_and_from_0_to_1(figures: list[tuple[float, int]]) -> None:
    found = pooled([Study(p, "a", n) for p, n in figures])
    assert found.range is not None
    assert 0 <= found.range[0] <= found.value <= found.range[1] <= 1


def test_a_figure_without_n_leaves_the_first_named_and_widens_the_range() -> None:
    found = pooled([Study(0.3, "near"), Study(0.7, "far", 40)])
    assert found.value == 0.3
    assert found.range is not None and found.range[0] == 0.3 and found.range[1] > 0.8
    assert "near" in found.words


def test_a_single_figure_stands_with_the_interval_of_wilson() -> None:
    found = pooled([Study(0.5, "a", 100)])
    assert found.value == 0.5 and found.range == pytest.approx((0.4038, 0.5962), abs=1e-4)


def test_a_row_takes_its_figure_from_what_is_published() -> None:
    made = row(study(0.4, 100), study(0.5, 300, "b-2002", verified=True))
    assert 0.4 < float(str(made["p"])) < 0.5
    assert made["source"] == "b-2002" and made["verified"] is False
    assert made["from"] == ["a-2001", "b-2002"]


def test_a_row_is_verified_only_where_every_figure_was_read() -> None:
    assert row(study(0.4, 100, verified=True), study(0.5, 90, "b-2002", verified=True))["verified"] is True


def test_a_field_takes_its_figure_by_its_path() -> None:
    known = {"of": "low count", "value": 0.3, "n": 60, "source": "a-2001", "key": "prior.known"}
    made = filled({"prior": {"known": {"from": ["a-2001"]}}, "published": [known]})
    assert isinstance(made, dict) and made["prior"]["known"]["value"] == 0.3


@pytest.mark.parametrize(
    ("published", "fields", "said"),
    [
        ([study(0.4, source="other-1999")], {"from": ["a-2001"]}, "no figure under published"),
        ([study(40.0, 100)], {}, "no share of people"),
        ([study(0.4, 0)], {}, "no share of people"),
        ([study(0.4, 100)], {"p": 0.3}, "leave one of them out"),
        ([study(0.4, 100)], {"from": []}, "names no source"),
    ],
)
def test_what_cannot_be_pooled_is_said(
    published: list[dict[str, object]], fields: dict[str, object], said: str
):
    with pytest.raises(PoolingError, match=said):
        row(*published, **fields)


def test_the_build_names_the_file_of_such_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "causes").mkdir()
    (tmp_path / "causes" / "x.yaml").write_text("findings: [{key: 'HP:0001945', from: [nobody-1900]}]")
    monkeypatch.setattr(store, "DATA", tmp_path)
    with pytest.raises(KnowledgeError, match=r"x\.yaml: HP:0001945: no figure under published"):
        store.compile_data("x")
