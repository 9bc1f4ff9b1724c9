"""The benches: one shape of result, one page, and a missing data set that says so."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench import attribution, shared  # noqa: E402
from bench.page import Run, page, table  # noqa: E402
from bench.result import Result, beside, rounded  # noqa: E402
from bench.sbc.ranks import calibrated  # noqa: E402
from bench.signals.softened import cases  # noqa: E402

NAMES = [
    *("start", "latency", "marrow", "readers", "cohort"),
    *("cases", "attribution", "sbc", "backtest", "weights"),
]
NEEDY = ["readers", "cases", "backtest", "weights"]


def told(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_the_command_names_every_bench_and_refuses_another() -> None:
    shown = told("--help").stdout
    assert all(name in shown for name in NAMES)
    wrong = told("nothing", "--here")
    assert wrong.returncode == 2
    assert "name one or more of" in wrong.stderr


@pytest.mark.parametrize("name", NAMES)
def test_every_bench_asks_one_question(name: str) -> None:
    bench: Any = import_module(f"bench.{name}")
    assert bench.QUESTION.endswith("?")


@pytest.mark.parametrize("name", NEEDY)
def test_a_bench_without_its_data_set_says_which(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shared, "FOLDER", tmp_path)
    bench: Any = import_module(f"bench.{name}")
    found: Result = bench.run(True)
    assert "in ../shared is not beside this checkout" in found.absent
    assert found.rows == ()


def test_a_row_is_told_as_a_multiple_of_the_first() -> None:
    rows = beside([{"what": "ours", "ms": 20.0}, {"what": "theirs", "ms": 50.0}], "ms", "times ours")
    assert [row["times ours"] for row in rows] == [1.0, 2.5]


@pytest.mark.parametrize(("value", "kept"), [(0.0123456, 0.0123), (123456.0, 123000.0), (0.0, 0.0)])
def test_a_figure_is_told_to_three_digits(value: float, kept: float) -> None:
    assert rounded(value) == kept


def test_the_page_tells_each_bench_the_machine_and_what_is_absent(tmp_path: Path) -> None:
    where = {
        "processor": "P",
        "cores": "2",
        "memory": "8 GiB",
        "system": "S",
        "python": "3.11",
        "load": "0.1",
    }
    made = {"penia": "0.1.0", "knowledge": "abc"}
    there = Result(
        question="How fast?", rows=({"what": "a|b", "ms": 1234.5},), notes=("Noted.",), pictures=("x.svg",)
    )
    for name, result in (
        ("start", there),
        ("cases", Result(question="How right?", absent="cases is not here")),
    ):
        run = Run(name, True, 3.0, where, made, result)
        (tmp_path / f"{name}.json").write_bytes(msgspec.json.encode(run))
    told = page(tmp_path, NAMES)
    assert "P, 2 cores, 8 GiB, S, Python 3.11 | penia 0.1.0, knowledge `abc` | start, cases" in told
    assert "| a\\|b | 1,234 |" in told
    assert "Not measured: cases is not here." in told
    assert told.index("How fast?") < told.index("How right?")
    assert "![How fast?](x.svg)" in told


def test_columns_that_only_some_rows_have_stay_empty_in_the_others() -> None:
    assert table(({"a": 1}, {"a": 2, "b": 3})).splitlines()[2:] == ["| 1 |  |", "| 2 | 3 |"]


def test_the_guilty_drug_of_a_virtual_person_is_in_the_record_beside_four_others() -> None:
    drawn = attribution.cohort(3)
    for each in drawn:
        drugs = {f"drug:{e.ingredient}" for e in each.record.exposures}
        assert each.guilty in drugs
        assert len(drugs) == attribution.INNOCENT + 1


def test_a_softened_prior_gives_drugs_fewer_cases_than_the_prior_that_drew_them() -> None:
    plain, softened = cases(15, 1.0, (1.0, 0.5)).attributed
    assert softened < 0.9 * plain
    assert softened > 0


def test_evidence_that_is_twice_too_loud_is_found_out() -> None:
    generator = np.random.default_rng(3)
    scores: list[tuple[Any, Any, int]] = []
    for _ in range(2000):
        prior, evidence = generator.standard_normal((2, 6))
        true = np.exp(prior + evidence)
        scores.append((prior, 2 * evidence, int(generator.choice(6, p=true / true.sum()))))
    exponent, error = calibrated(scores)
    assert abs(exponent - 0.5) < 3 * error < 0.15
