"""The knowledge that ships: complete, sound in its numbers, every figure with its source, quick to load."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from penia.knowledge import KnowledgeBase, load, table
from penia.knowledge.lint import lint
from penia.knowledge.schema import Place, Settings
from penia.knowledge.store import DATA

CAUSES = (Path(__file__).parent / "causes.txt").read_text().split()
"""Every cause that a result may name, but for the drugs."""
PATTERNS = {
    "cytotoxic",
    "immune-agranulocytosis",
    "dose-dependent-suppression",
    "late-onset-anti-cd20",
    "lymphocyte-redistribution",
    "aplastic",
    "hypersensitivity",
    "checkpoint-inhibitor",
    "mild-neutropenia",
    "glucocorticoid-lymphopenia",
    "lymphocyte-depletion",
}


@pytest.fixture(scope="module")
def knowledge() -> KnowledgeBase:
    return load()


def test_the_knowledge_is_clean() -> None:
    assert lint() == []


def test_every_cause_of_the_vocabulary_is_there(knowledge: KnowledgeBase) -> None:
    assert set(CAUSES) <= set(knowledge.causes)


def test_every_cause_has_findings_channels_actions_and_a_way_to_confirm_it(knowledge: KnowledgeBase) -> None:
    for cause in knowledge.causes.values():
        assert len(cause.findings) >= 30, cause.id
        assert cause.channels, cause.id
        assert cause.actions, cause.id
        assert cause.confirm, cause.id
        assert cause.confused_with, cause.id


def test_a_cause_is_said_in_two_plain_sentences_or_a_few_more(knowledge: KnowledgeBase) -> None:
    for entry in (*knowledge.causes.values(), *knowledge.patterns.values()):
        assert 1 <= len(re.findall(r"\.(?:\s|$)", entry.plain)) <= 3, entry.id
        assert len(entry.plain) < 330, entry.id


def test_every_disease_says_how_often_counts_are_low_where_the_record_states_it(
    knowledge: KnowledgeBase,
) -> None:
    unknown = {c.id.split("/")[0] for c in knowledge.causes.values() if c.prior.known is None}
    assert unknown == {"unexplained"}


def test_there_are_the_eleven_drug_patterns_and_each_is_used(knowledge: KnowledgeBase) -> None:
    assert set(knowledge.patterns) == PATTERNS
    assert {drug.pattern for drug in knowledge.drugs.values()} == PATTERNS


def test_there_are_at_least_400_drugs_and_180_with_a_figure_of_their_own(knowledge: KnowledgeBase) -> None:
    assert len(knowledge.drugs) >= 400
    assert sum("incidence" not in d.inherited for d in knowledge.drugs.values()) >= 180


@pytest.mark.parametrize(
    ("drug", "low", "high"),
    [
        ("clozapine", 0.02, 0.05),
        ("methimazole", 0.004, 0.02),
        ("topotecan", 0.85, 1.0),
        ("amlodipine", 0.0, 0.001),
        ("fingolimod", 0.8, 1.0),
    ],
)
def test_drugs_lower_counts_as_often_as_is_known(
    knowledge: KnowledgeBase, drug: str, low: float, high: float
) -> None:
    assert low <= knowledge.drugs[f"drug:{drug}"].incidence.value <= high


def test_a_drug_believed_innocent_has_an_upper_bound(knowledge: KnowledgeBase) -> None:
    innocent = [d for d in knowledge.drugs.values() if d.mechanism == "none"]
    assert len(innocent) > 80
    assert all(d.incidence.range is not None and d.incidence.range[1] <= 0.1 for d in innocent)


def test_a_cytotoxic_drug_starts_its_clock_at_each_dose(knowledge: KnowledgeBase) -> None:
    cytotoxic = [d for d in knowledge.drugs.values() if d.pattern == "cytotoxic" and d.latency]
    assert len(cytotoxic) > 40
    assert all(d.latency is not None and d.latency.since == "each-dose" for d in cytotoxic)


def test_600_keys_speak_for_causes_and_four_in_five_of_them_stand_in_a_cluster(
    knowledge: KnowledgeBase,
) -> None:
    entries = (*knowledge.causes.values(), *knowledge.patterns.values(), *knowledge.drugs.values())
    speaking = {row.key for entry in entries for row in entry.findings}
    keys = [finding for key, finding in knowledge.findings.items() if key in speaking]
    assert len(keys) >= 600
    assert sum(k.cluster is not None for k in keys) / len(keys) > 0.8


def test_no_cluster_has_a_single_member(knowledge: KnowledgeBase) -> None:
    clusters = [k.cluster for k in knowledge.findings.values() if k.cluster]
    assert [c for c in set(clusters) if clusters.count(c) == 1] == []


def test_fever_and_crp_move_together_and_a_neutrophil_count_stands_alone(knowledge: KnowledgeBase) -> None:
    findings = knowledge.findings
    assert findings["HP:0001945"].cluster == findings["HP:0011227"].cluster
    assert findings["test:isolated-lymphopenia"].derived == "count"
    assert findings["test:low-after-6-weeks"].derived == "course"


def test_a_finding_on_which_the_prior_rests_is_marked(knowledge: KnowledgeBase) -> None:
    rows = {row.key: row.anchor for row in knowledge.patterns["cytotoxic"].findings}
    assert rows["history:cytotoxic-chemotherapy-in-6-weeks"]
    assert not rows["HP:0001945"]


def test_each_row_of_a_cause_says_in_words_what_its_key_means(knowledge: KnowledgeBase) -> None:
    row = re.compile(r"^  - \{key: ([^,]+),.*\}  # (.+)$", re.MULTILINE)
    for path in (*(DATA / "causes").rglob("*.yaml"), *(DATA / "patterns").glob("*.yaml")):
        said = row.findall(path.read_text())
        few = 0 if path.parent.name == "unexplained" else 1  # whose kinds differ in their counts alone
        assert len(said) >= (30 if path.parent.name in ("causes", "patterns") else few), path
        for key, words in said:
            assert words == knowledge.findings[key].name, f"{path.name}: {key}"


def test_no_code_states_two_diseases(knowledge: KnowledgeBase) -> None:
    codes = [(code, cause.id) for cause in knowledge.causes.values() for code in cause.conditions]
    twice = {code for code, _ in codes if sum(code == other for other, _ in codes) > 1}
    assert twice == set()


def test_a_count_itself_is_no_disease(knowledge: KnowledgeBase) -> None:
    outcome = ("icd10cm:D70.9", "icd10cm:D72.81", "icd10cm:D61.81", "icd9cm:288.0")
    stated = {code for cause in knowledge.causes.values() for code in cause.conditions}
    assert not {code for code in stated if code in outcome}


def test_settings_tell_how_often_counts_are_low_everywhere() -> None:
    settings = table("settings", Settings)
    assert set(settings.low) == set(settings.known) == set(get_args(Place))
