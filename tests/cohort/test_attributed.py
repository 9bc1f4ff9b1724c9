"""Cases that a study attributes to drugs, beside the known causes of an invented population."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from penia.cohort import Options, study
from penia.cohort.interval import poisson
from penia.virtual.omop import write
from penia.virtual.population import citizens

PEOPLE = 2_000


@pytest.fixture(scope="module")
def drugs(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[float, int]]:
    """(attributed, true) cases of each drug that has any."""
    folder: Path = tmp_path_factory.mktemp("attributed")
    write(citizens(PEOPLE), folder / "cdm")
    study(folder / "cdm", folder / "out", Options(), cores=1)
    return duckdb.execute(
        f"""with said as (
            select cause, sum(share) as cases from '{folder}/out/candidate/*.parquet' group by cause),
        truth as (select cause, count(*) as cases from '{folder}/cdm/truth.parquet' group by cause)
        select coalesce(said.cases, 0), coalesce(truth.cases, 0) from said full join truth using (cause)
        where starts_with(cause, 'drug:')"""
    ).fetchall()


def test_what_is_attributed_to_drugs_is_near_what_they_did(drugs: list[tuple[float, int]]) -> None:
    said, true = (sum(column) for column in zip(*drugs, strict=True))
    assert true > 20
    assert 0.6 < said / true < 1.25


def test_the_interval_of_attributed_cases_holds_the_true_number(drugs: list[tuple[float, int]]) -> None:
    told = [(said, true) for said, true in drugs if said >= 1 or true >= 1]
    held = sum(poisson(said)[0] <= true <= poisson(said)[1] for said, true in told)
    assert held / len(told) >= 0.95
