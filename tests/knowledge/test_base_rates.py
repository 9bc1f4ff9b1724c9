"""Base rates of findings by population."""

from __future__ import annotations

from penia.knowledge.schema import Figure, FindingKey


def key(**base: float) -> FindingKey:
    return FindingKey(key="HP:1", name="Fever", base={place: Figure(value) for place, value in base.items()})  # pyright: ignore[reportArgumentType]


def test_newborns_have_the_rate_of_children_where_none_of_their_own_is_known() -> None:
    assert key(outpatient=0.1, child=0.4).by_place()["newborn"].value == 0.4
    assert key(outpatient=0.1, child=0.4, newborn=0.2).by_place()["newborn"].value == 0.2


def test_without_a_rate_of_children_newborns_have_none() -> None:
    assert "newborn" not in key(outpatient=0.1).by_place()
