"""An invented database: its records say what the patients' cases say, and only patients are low."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from penia.episode import episodes
from penia.question import question
from penia.read import read_all
from penia.read.case import case_record
from penia.record import Record
from penia.virtual.omop import write
from penia.virtual.population import Citizen, citizens

N, SEED = 120, 5


@pytest.fixture(scope="module")
def people() -> list[Citizen]:
    return list(citizens(N, SEED))


@pytest.fixture(scope="module")
def folder(people: list[Citizen], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("population") / "cdm"
    assert write(people, out) == N
    return out


@pytest.fixture(scope="module")
def records(folder: Path) -> dict[str, Record]:
    return {r.person.id: r for r in read_all(folder)}


def test_everybody_is_in_the_cdm_and_only_patients_have_a_low_count(
    people: list[Citizen], records: dict[str, Record]
) -> None:
    assert len(records) == N
    low = {one for one, record in records.items() if episodes(record)}
    ill = {str(c.number) for c in people if c.cause is not None}
    assert 0 < len(ill) < N / 4
    assert low == ill


def test_a_patient_s_record_says_what_the_case_says(
    people: list[Citizen], records: dict[str, Record]
) -> None:
    for citizen in (c for c in people if c.cause is not None):
        told, said = question(case_record(citizen.case)), question(records[str(citizen.number)])
        assert said.setting == told.setting
        assert said.reading.conditions.keys() == told.reading.conditions.keys()
        assert {e.ingredient for e in said.record.exposures} == {e.ingredient for e in told.record.exposures}
        here, there = ({f.key for f in q.reading.facts if f.present} for q in (told, said))
        assert len(here & there) >= 0.9 * len(here)
        assert len(said.record.counts) == len(told.record.counts)


def test_nothing_happens_before_birth_and_counts_lie_within_observation(people: list[Citizen]) -> None:
    for citizen in people:
        assert citizen.birth <= citizen.start <= citizen.stop
        days = [(citizen.day0 + timedelta(days=c.day or 0.0)).date() for c in citizen.case.counts]
        assert all(citizen.birth <= day <= citizen.stop for day in days)


def test_the_truth_names_the_cause_of_each_patient(people: list[Citizen], folder: Path) -> None:
    found = duckdb.sql(f"select person_id, cause from '{folder}/truth.parquet' order by 1").fetchall()
    assert found == [(c.number, c.cause) for c in people if c.cause is not None]
    assert not list(folder.glob(".*"))


def test_the_same_seed_gives_the_same_files(folder: Path, tmp_path: Path) -> None:
    write(citizens(30, SEED), tmp_path / "a")
    write(citizens(30, SEED), tmp_path / "b")
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_the_command_takes_no_cause(tmp_path: Path) -> None:
    words = ["simulate", "--omop", "5", "--out", str(tmp_path / "x"), "--cause", "drug:clozapine"]
    done = subprocess.run(
        [sys.executable, "-m", "penia", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2 and done.stderr.startswith("penia: --omop takes no --cause")
