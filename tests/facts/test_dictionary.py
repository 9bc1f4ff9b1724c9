"""The dictionary itself: every file fits its shape, every pattern is allowed, every key exists."""

from __future__ import annotations

import re

import msgspec
import pytest

from penia.facts import tables
from penia.facts.limits import Body, Measured, ages, holds
from penia.facts.schema import FILES
from penia.knowledge.literals import needs
from penia.knowledge.store import table


@pytest.mark.parametrize("name", sorted(FILES))
def test_each_file_fits_its_shape(name: str) -> None:
    raw = table("facts", dict[str, msgspec.Raw])
    msgspec.msgpack.decode(raw[name], type=FILES[name])


def test_no_file_is_left_unread() -> None:
    assert set(table("facts", dict[str, msgspec.Raw])) == set(FILES)


def test_each_key_that_a_rule_names_has_words() -> None:
    keys = set(
        msgspec.msgpack.decode(table("facts", dict[str, msgspec.Raw])["findings"], type=dict[str, object])
    )
    named = {row.key for row in tables.tests()} | {rule.key for rule in tables.labs().rules}
    named |= {rule.key for vital in tables.vitals() for rule in vital.rules}
    named |= {row.key for row in tables.predicates().rows} | {row.key for row in tables.exposures()}
    named |= {key for row in tables.conditions() for key in (*row.keys, *row.past_keys)}
    named |= {key for row in tables.groups() for key in row.keys} | set(tables.drugs())
    named |= {area.key for area in tables.places().areas} | set(tables.implies())
    named |= {key for row in tables.replaced() for key in (*row.lacks, *row.excess)}
    named |= {key for gone, known in tables.rules().treated.items() for key in (gone, *known)}
    assert named <= keys, sorted(named - keys)


def test_each_rule_of_a_value_can_be_reckoned() -> None:
    body, measured = Body(40, "female"), Measured(1.0)
    for rule in tables.labs().rules:
        for text in filter(None, (rule.present, rule.absent)):
            if not text.startswith(("flag", "none")):
                assert holds(text, measured, 1.0, 2.0, body) is not None, rule
    for vital in tables.vitals():
        for vital_rule in vital.rules:
            present = vital_rule.present
            for text in (
                present.values() if isinstance(present, dict) else filter(None, (present, vital_rule.absent))
            ):
                assert holds(text, measured, None, None, body) is not None, vital_rule


def test_each_group_of_ages_is_understood() -> None:
    groups = {g for row in tables.labs().analytes.values() for g in (*row.high, *row.low)}
    groups |= {rule.only for rule in tables.labs().rules if rule.only}
    groups |= {rule.only for vital in tables.vitals() for rule in vital.rules if rule.only}
    for vital in tables.vitals():
        for rule in vital.rules:
            groups |= set(rule.present) if isinstance(rule.present, dict) else set()
    assert [g for g in groups if g not in ("any", "male", "female") and ages(g) is None] == []


def test_patterns_outside_the_index_are_regular_expressions() -> None:
    rules = tables.rules()
    for words in (rules.negation.before, rules.negation.after, rules.uncertain.before, rules.uncertain.after):
        for word in words:
            re.compile(word)
    for row in tables.tests():
        for pattern in (*row.present, *row.absent, *row.unknown):
            needs(pattern)
            re.compile(pattern)
