"""Two drugs that do more together: named as the reason, from when both were given, and in the plan."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

import penia
from penia.explanation import Candidate, Explanation
from penia.record import Count, Exposure, Person, Record

NOW = datetime(2024, 5, 20, 8, tzinfo=UTC)


def on(anc: float = 0.7, **drugs: int) -> Explanation:
    """Drugs with the days since they were begun, and counts that were normal two months ago."""
    before = {"ANC": 4.0, "PLT": 250.0, "HB": 135.0}
    now = {"ANC": anc, "PLT": 80.0, "HB": 100.0}
    counts = [Count(NOW - timedelta(days=60), line, value) for line, value in before.items()]
    counts += [Count(NOW, line, value) for line, value in now.items()]
    taken = (
        Exposure(name, ingredient=name.replace("_", "-"), start=NOW - timedelta(days=days))
        for name, days in drugs.items()
    )
    return penia.explain(Record(Person("p", sex="female"), counts=tuple(counts), exposures=tuple(taken)))


def candidate(found: Explanation, drug: str) -> Candidate:
    return next(c for c in found.candidates if c.causes == (f"drug:{drug}",))


@pytest.mark.parametrize(
    ("drug", "other", "names"),
    [
        ("azathioprine", "allopurinol", ("allopurinol", "quarter")),
        ("azathioprine", "febuxostat", ("febuxostat",)),
        ("mercaptopurine", "allopurinol", ("allopurinol", "quarter")),
        ("methotrexate", "trimethoprim_sulfamethoxazole", ("co-trimoxazole", "never")),
        ("methotrexate", "trimethoprim", ("trimethoprim", "never")),
        ("clozapine", "valproate", ("Valproate", "clozapine")),
        ("colchicine", "clarithromycin", ("Clarithromycin", "colchicine")),
    ],
)
def test_a_known_interaction_speaks_for_both_drugs_and_is_told_in_the_plan(
    drug: str, other: str, names: tuple[str, ...]
) -> None:
    found = on(**{drug: 400, other: 20})
    for each in (drug, other.replace("_", "-")):
        (told,) = (c for c in candidate(found, each).contributions if c.kind == "interaction")
        assert told.decibans > 0 and told.figures and told.citations
    both = {f"drug:{drug}", f"drug:{other.replace('_', '-')}"}
    told = [s for s in found.plan if set(s.causes) == both and all(name in s.text for name in names)]
    assert [s.kind for s in told] == ["treat"] and told[0].citations


def test_a_likely_pair_is_named_at_once_and_is_not_too_little_to_know() -> None:
    found = on(azathioprine=900, allopurinol=30)
    assert found.sets[0].beats and found.sets[0].probability > 0.5
    assert found.headline.startswith(f"Likely cause: {found.sets[0].name}") and not found.thin


def test_an_interaction_that_is_known_is_not_asked_for() -> None:
    asked = "Interacting drug added, dose raised or dosing error"
    assert asked in candidate(on(azathioprine=400), "azathioprine").missing
    assert asked not in candidate(on(azathioprine=400, allopurinol=20), "azathioprine").missing


def test_parts_with_an_interaction_still_sum_to_the_odds() -> None:
    first = candidate(on(azathioprine=400, allopurinol=20), "azathioprine")
    odds = 10 ** (sum(c.decibans for c in first.contributions) / 10)
    assert odds / (1 + odds) == pytest.approx(first.probability, abs=1e-6)


def test_a_drug_taken_for_long_is_suspected_anew_when_another_is_added_lately() -> None:
    added, always = on(azathioprine=900, allopurinol=30), on(azathioprine=900, allopurinol=900)
    assert candidate(added, "azathioprine").probability > candidate(always, "azathioprine").probability


def test_no_interaction_is_told_of_drugs_that_have_none_or_where_one_is_over() -> None:
    found = on(azathioprine=400, paracetamol=20)
    assert not any(c.kind == "interaction" for c in candidate(found, "azathioprine").contributions)
    assert not any(
        len(s.causes) == 2 and "drug:azathioprine" in s.causes and s.kind == "treat" for s in found.plan
    )


def test_a_pair_without_an_action_of_its_own_is_told_as_a_fact_where_one_of_the_two_may_be_the_cause() -> (
    None
):
    found = on(azathioprine=30, mesalazine=20)
    (step,) = (
        s for s in found.plan if set(s.causes) == {"drug:azathioprine", "drug:mesalazine"} and s.kind == "ask"
    )
    assert "2 times as often" in step.text


def test_an_explanation_with_an_interaction_can_be_written_as_json() -> None:
    assert b'"interaction"' in msgspec.json.encode(on(azathioprine=400, allopurinol=20))
