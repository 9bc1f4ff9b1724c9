"""Words of certainty follow the probability, wherever the leading cause is told."""

from datetime import UTC, date, datetime, timedelta

import pytest

import penia
from penia.explanation import Explanation
from penia.explanation.wording import LIKELY, leading
from penia.record import Condition, Count, Exposure, Person, Record, TestResult

NOW = datetime(2024, 5, 20, 8, tzinfo=UTC)


def on_methotrexate(*others: str, **lines: float) -> Explanation:
    """A person with rheumatoid arthritis, whose counts were normal three months before."""
    counts = (Count(NOW - timedelta(days=90), "ANC", 4.0), *(Count(NOW, k, v) for k, v in lines.items()))
    drugs = ("methotrexate", *others)
    return penia.explain(
        Record(
            Person("p", sex="female", birth=date(1964, 5, 1)),
            counts=counts,
            exposures=tuple(Exposure(d, ingredient=d, start=NOW - timedelta(days=20)) for d in drugs),
            conditions=(Condition("Rheumatoid arthritis"),),
        )
    )


def of_duffy_null_type() -> Explanation:
    counts = (Count(NOW - timedelta(days=days), "ANC", 1.2) for days in (800, 400, 0))
    typed = TestResult("Duffy phenotype", time=NOW, text="Fy(a-b-)")
    return penia.explain(Record(Person("p", sex="female"), counts=tuple(counts), tests=(typed,)))


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        (0.87, "Likely cause: hiv (87 %)"),
        (0.999, "Likely cause: hiv (>99 %)"),
        (0.5, "Likely cause: hiv (50 %)"),
        (0.33, "Leading cause, unsure: hiv (33 %)"),
    ],
)
def test_a_cause_is_called_likely_only_where_it_is_likelier_than_not(probability: float, said: str) -> None:
    assert leading("hiv", probability) == said


def test_the_first_line_says_of_the_leading_cause_what_its_probability_allows() -> None:
    sure = of_duffy_null_type()
    unsure = on_methotrexate(WBC=2.6, ANC=1.2, ALC=1.0, AMC=0.3, PLT=240, HB=130)
    assert sure.candidates[0].probability >= LIKELY > unsure.candidates[0].probability
    assert "Likely cause: " in sure.headline and "Leading cause, unsure" not in sure.headline
    assert "Leading cause, unsure: " in unsure.headline and "Likely cause" not in unsure.headline


def test_a_step_for_a_drug_gives_its_chance_as_a_number_and_never_calls_it_likely() -> None:
    drugs = [s.text for s in on_methotrexate(ANC=0.7, PLT=60, HB=90).plan if s.kind in ("stop", "hold")]
    assert drugs and all("% chance of being the cause" in text and "likely" not in text for text in drugs)
