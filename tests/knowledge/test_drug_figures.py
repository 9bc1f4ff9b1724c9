"""How often drugs lower counts: most of it read in a label or a study, and turned in the open."""

from __future__ import annotations

import pytest

from penia.codes.tables import rows
from penia.knowledge import load
from penia.knowledge.schema import Drug

DRUGS = load().drugs


def read(drug: Drug) -> bool:
    """A frequency of its own that was read in its source."""
    printed = any(
        p.verified and p.of.startswith("incidence: ") and p.unit == "fraction" and p.value > 0
        for p in drug.published
    )
    own = (drug.incidence, "incidence"), (drug.severe, "severe")
    return printed or any(figure.verified and name not in drug.inherited for figure, name in own)


def test_most_drugs_that_lower_counts_have_a_frequency_that_was_read() -> None:
    assert sum(map(read, DRUGS.values())) >= 300


def test_every_incidence_has_a_range_that_tells_how_sure_it_is() -> None:
    for drug in DRUGS.values():
        assert drug.incidence.range is not None and drug.severe.range is not None, drug.id


def test_a_published_row_stands_once() -> None:
    for drug in DRUGS.values():
        rows = [(p.of, p.value, p.given) for p in drug.published]
        assert len(rows) == len(set(rows)), drug.id


@pytest.mark.parametrize(
    ("drug", "kind"),
    [("eribulin", "cytotoxic"), ("sunitinib", "dose-dependent-suppression"), ("teniposide", "cytotoxic")],
)
def test_a_drug_keeps_the_pattern_of_its_kind(drug: str, kind: str) -> None:
    assert DRUGS[f"drug:{drug}"].pattern == kind


def test_a_warned_of_pair_raises_the_risk_of_the_drug_that_it_makes_worse() -> None:
    fluorouracil = {m.with_: m.ratio.value for m in DRUGS["drug:fluorouracil"].modifiers}
    assert fluorouracil["drug:brivudine"] > 5 and fluorouracil["drug:sorivudine"] > 5


def test_a_drug_that_is_read_by_name_is_judged() -> None:
    assert {f"drug:{row['name']}" for row in rows("drugs")} <= set(DRUGS)


def test_pirfenidone_lowers_white_counts_as_often_as_its_trial_saw() -> None:
    drug = DRUGS["drug:pirfenidone"]
    assert drug.incidence.verified and drug.incidence.value == pytest.approx(7 / 164, abs=0.001)
