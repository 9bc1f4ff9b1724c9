"""The report of a study: incidence with intervals, and no small cell shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from penia.cohort.batch import Batch
from penia.cohort.denominators import Denominators, Taken, Years, band
from penia.cohort.figures import figures
from penia.cohort.interval import poisson
from penia.cohort.report import report
from penia.cohort.run import Manifest, Options
from penia.cohort.shown import rate, shown
from penia.cohort.tables import COLUMNS, write

OBSERVED = (Years(2024, "female", "40–64", 900.0), Years(2024, "male", "80+", 100.0))
DRUGS = (Taken("clozapine", 400, 50.0), Taken("methimazole", 3, 1.5))


def episode(number: int, sex: str, age: float) -> tuple[object, ...]:
    values = dict.fromkeys(COLUMNS["episode"])
    values |= {"person": f"{number:03d}", "episode": 1, "tempo": "acute", "age": age, "sex": sex, "grade": 3}
    return tuple((values | {"cause": "drug:clozapine", "probability": 0.8}).values())


def candidate(number: int, drug: str) -> tuple[object, ...]:
    return f"{number:03d}", 1, 1, f"drug:{drug}", drug, 0.8, 0.75, 40.0 + number


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve women under clozapine, three old men under methimazole."""
    folder = tmp_path_factory.mktemp("study")
    who = [("female", 50.0, "clozapine")] * 12 + [("male", 85.0, "methimazole")] * 3
    rows = {
        "episode": [episode(n, sex, age) for n, (sex, age, _) in enumerate(who)],
        "candidate": [candidate(n, drug) for n, (_, _, drug) in enumerate(who)],
        "evidence": [],
        "dropped": [("unit-unknown", "", 2, 2)],
    }
    for name, columns in COLUMNS.items():
        (folder / name).mkdir()
        write(folder / name / "batch-00000.parquet", columns, rows[name])
    return folder


def manifest(cell: int = 5) -> Manifest:
    held = Denominators(1000, OBSERVED, DRUGS)
    batch = Batch(0, 15, 1.0, {"episode": 15}, {})
    return Manifest({"penia": "1"}, "a <b>source</b>", "", Options(cell=cell), 15, 1, held, batches=(batch,))


def test_the_interval_of_ten_events_is_that_of_poisson() -> None:
    assert poisson(10.0) == pytest.approx((4.795, 18.39), rel=0.01)
    assert poisson(0.0)[0] == 0.0
    assert poisson(0.0)[1] == pytest.approx(3.69, rel=0.05)


@pytest.mark.parametrize(("age", "words"), [(None, "unknown"), (0.2, "0–1"), (17.9, "2–17"), (80.0, "80+")])
def test_every_age_has_a_band(age: float | None, words: str) -> None:
    assert band(age) == words


def test_counts_below_the_smallest_cell_are_not_shown() -> None:
    assert [shown(n, 5) for n in (0, 1, 4, 5, 1234)] == ["0", "< 5", "< 5", "5", "1,234"]
    assert rate(4, 100.0, 5) == "–"
    assert rate(50, 100.0, 5, people=3) == "–"


def test_a_group_of_three_people_shows_neither_count_nor_rate(out: Path) -> None:
    found = figures(out, manifest())
    female, male = found.tables["Sex"]
    assert (female.people, female.rate) == ("12", "13.33 (6.89–23.31)") or female.rate.startswith(
        "13.33 (6.8"
    )
    assert (male.people, male.episodes, male.rate) == ("< 5", "< 5", "–")
    clozapine, methimazole = found.drugs
    assert (clozapine.exposed, clozapine.attributed) == ("400", "9")
    assert clozapine.rate.startswith("180.00 (")
    assert (methimazole.exposed, methimazole.attributed, methimazole.rate) == ("< 5", "< 5", "–")


def test_a_smaller_cell_shows_them(out: Path) -> None:
    male = figures(out, manifest(cell=1)).tables["Sex"][1]
    assert (male.people, male.episodes) == ("3", "3")


def test_the_page_stands_by_itself_and_its_texts_are_no_markup(out: Path) -> None:
    page = report(out, manifest()).read_text(encoding="utf-8")
    assert not re.findall(r"(?:src|href)=", page)
    assert "<b>source" not in page and "&lt;b&gt;source" in page
    assert "no proof of cause" in page
