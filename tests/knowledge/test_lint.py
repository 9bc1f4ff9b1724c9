"""The lint finds each kind of fault that it promises to find."""

from __future__ import annotations

import msgspec
import pytest

from penia.knowledge import KnowledgeBase, lint, load
from penia.knowledge import table as read_table
from penia.knowledge.schema import Cause, Figure, FindingRate, Pair, Settings


def faults(monkeypatch: pytest.MonkeyPatch, **changes: object) -> list[str]:
    """What the lint says of the knowledge with these fields replaced."""
    broken = msgspec.structs.replace(load(), **changes)
    monkeypatch.setattr(lint, "load", lambda: broken)
    return lint.lint()


def with_cause(cause: Cause) -> dict[str, Cause]:
    return {**load().causes, cause.id: cause}


def changed(**fields: object) -> dict[str, Cause]:
    return with_cause(msgspec.structs.replace(load().causes["sle"], **fields))


def prior(**fields: object) -> dict[str, Cause]:
    sle = load().causes["sle"]
    return changed(prior=msgspec.structs.replace(sle.prior, **fields))


def test_a_probability_above_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    said = faults(monkeypatch, causes=prior(known=Figure(value=1.2)))
    assert "sle.prior.known: 1.2 is no probability" in said


def test_a_value_outside_its_range_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    said = faults(monkeypatch, causes=prior(known=Figure(value=0.5, range=(0.6, 0.7))))
    assert any("outside its range" in fault for fault in said)


def test_a_source_that_is_not_listed_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    said = faults(monkeypatch, causes=prior(known=Figure(value=0.5, source="nobody-1900")))
    assert "sle.prior.known: source nobody-1900 is not among its sources" in said


def test_a_verified_judgement_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    said = faults(monkeypatch, causes=prior(known=Figure(value=0.5, verified=True)))
    assert "sle.prior.known: a judgement cannot be verified" in said


def test_a_key_without_an_entry_in_the_vocabulary_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (*load().causes["sle"].findings, FindingRate(key="test:nonsense", p=0.5))
    assert "sle.findings: nothing is called test:nonsense" in faults(
        monkeypatch, causes=changed(findings=rows)
    )


def test_a_key_that_stands_twice_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = load().causes["sle"].findings
    said = faults(monkeypatch, causes=changed(findings=(*rows, rows[0])))
    assert f"sle.findings: {rows[0].key} stands there 2 times" in said


def test_a_cause_that_does_not_exist_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    said = faults(monkeypatch, causes=changed(confused_with=("phlogiston",)))
    assert "sle.confused_with: nothing is called phlogiston" in said


def test_shares_that_do_not_sum_to_one_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    said = faults(monkeypatch, causes=prior(share={"outpatient": Figure(value=0.5)}))
    assert any(fault.startswith("shares in outpatient") for fault in said)


def test_a_drug_of_an_unknown_pattern_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    drug = msgspec.structs.replace(load().drugs["drug:clozapine"], pattern="magic")
    said = faults(monkeypatch, drugs={**load().drugs, drug.id: drug})
    assert "drug:clozapine.pattern: nothing is called magic" in said


def test_a_drug_more_often_severe_than_low_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    drug = msgspec.structs.replace(load().drugs["drug:clozapine"], severe=Figure(value=0.5))
    said = faults(monkeypatch, drugs={**load().drugs, drug.id: drug})
    assert "drug:clozapine: severe is more than incidence" in said


def test_a_pair_of_something_unknown_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    said = faults(monkeypatch, pairs=(Pair(causes=("drug:x", "sle"), ratio=Figure(value=2)),))
    assert "pairs: nothing is called drug:x" in said


def test_findings_that_imply_each_other_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    knowledge: KnowledgeBase = load()
    fever = msgspec.structs.replace(knowledge.findings["HP:0001945"], implies=("HP:0025143",))
    chills = msgspec.structs.replace(knowledge.findings["HP:0025143"], implies=("HP:0001945",))
    said = faults(monkeypatch, findings={**knowledge.findings, fever.key: fever, chills.key: chills})
    assert any(fault.endswith("a ring of findings") for fault in said)


def test_settings_are_read_like_every_other_figure() -> None:
    assert read_table("settings", Settings).low["inpatient"].source != ""
