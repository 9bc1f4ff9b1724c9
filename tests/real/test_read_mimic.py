"""The reader on real and on published records beside the checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from penia.read import read, read_all
from penia.record import Record

SHARED = Path(__file__).resolve().parents[3] / "shared"
MIMIC = SHARED / "data" / "mimic_iv_demo" / "fhir"
CASES = SHARED / "cases" / "fhir"

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return list(read_all(MIMIC))


def test_the_people_with_low_counts_are_those_of_the_data_sets_own_description(records: list[Record]) -> None:
    low = [r for r in records if any(c.lineage == "WBC" and c.value < 4.0 for c in r.counts)]
    neutropenic = [r for r in records if any(c.lineage == "ANC" and c.value < 1.5 for c in r.counts)]
    assert (len(records), len(low), len(neutropenic)) == (100, 18, 5)


def test_nearly_all_blood_counts_and_differentials_are_understood(records: list[Record]) -> None:
    counts = [c for r in records for c in r.counts]
    assert sum(c.lineage == "WBC" for c in counts) >= 2750
    assert sum(c.lineage == "ANC" for c in counts) >= 930
    refused = {
        "unit-unknown",
        "unit-missing",
        "implausible",
        "code-unmapped",
        "part-above-whole",
        "differential-sum",
    }
    assert sum(p.count for r in records for p in r.problems if p.kind in refused) < 20


def test_orders_and_doses_are_joined_and_none_ends_before_it_starts(records: list[Record]) -> None:
    exposures = [e for r in records for e in r.exposures]
    assert 0 < len(exposures) < 15_000
    assert all(e.start is None or e.stop is None or e.start <= e.stop for e in exposures)
    assert any(len(e.doses) > 5 for e in exposures)


def test_memory_stays_small() -> None:
    code = (
        "from penia.read import read_all\n"
        f"kept = list(read_all({str(MIMIC)!r}))\n"
        "status = dict(line.split(':', 1) for line in open('/proc/self/status'))\n"
        "print(status['VmHWM'].split()[0])"  # the rusage of a child starts at its parent's
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 700 * 1024  # KiB, of 48 MB of NDJSON


@pytest.mark.skipif(not CASES.is_dir(), reason=f"{CASES} is not there")
def test_every_published_case_is_read_without_a_refused_count() -> None:
    made = [read(path) for path in sorted(CASES.glob("*.json"))]
    assert all(r.counts or r.tests or r.findings or r.conditions for r in made)
    refused = {"not-fhir", "unit-unknown", "unit-missing", "implausible", "no-person"}
    assert [p for r in made for p in r.problems if p.kind in refused] == []
