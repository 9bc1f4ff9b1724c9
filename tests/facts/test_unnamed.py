"""White cells that a differential leaves unnamed."""

from datetime import UTC, datetime, timedelta

import pytest

from penia.facts import read_facts
from penia.record import Count, Origin, Person, Record

NOW = datetime(2024, 3, 1, tzinfo=UTC)
KEY = "smear:unnamed-white-cells"


def told(at: datetime = NOW, comparator: str | None = None, **lines: float) -> bool | None:
    counts = tuple(
        Count(at, line, value, comparator=comparator if line == "ANC" else None, origin=Origin(f"counts/{i}"))
        for i, (line, value) in enumerate(lines.items())
    )
    facts = read_facts(Record(person=Person("p", "male", None, ()), counts=counts), at=NOW).facts
    found = [f for f in facts if f.key == KEY]
    assert len(found) < 2
    return found[0].present if found else None


def test_a_third_of_the_white_cells_without_a_name_is_told():
    assert told(WBC=6.5, ANC=0.1, ALC=4.2, AMC=0.0) is True


def test_eosinophils_and_basophils_alone_are_few():
    assert told(WBC=3.0, ANC=1.2, ALC=1.3, AMC=0.3) is False


@pytest.mark.parametrize("named", ["AEC", "BLASTS", "ATYPICAL_LYMPHOCYTES", "METAMYELOCYTES"])
def test_cells_with_a_name_are_no_unnamed_ones(named):
    assert told(WBC=3.0, ANC=0.4, ALC=1.3, AMC=0.2, **{named: 1.0}) is False


def test_without_one_of_the_main_classes_nothing_is_told():
    assert told(WBC=6.5, ANC=0.1, ALC=4.2) is None
    assert told(ANC=0.1, ALC=4.2, AMC=0.0) is None


def test_where_rounding_decides_nothing_is_told():
    assert told(WBC=0.5, ANC=0.1, ALC=0.2, AMC=0.0) is None
    assert told(WBC=1.5, ANC=0.5, ALC=0.2, AMC=0.0, comparator="<") is None


def test_counts_of_another_year_tell_nothing():
    old = Count(NOW - timedelta(days=700), "WBC", 6.5)
    rest = [Count(NOW, "WBC", 2.0), Count(NOW, "ANC", 0.2), Count(NOW, "ALC", 1.6), Count(NOW, "AMC", 0.1)]
    record = Record(person=Person("p", "male", None, ()), counts=(old, *rest))
    assert [f.present for f in read_facts(record, at=NOW).facts if f.key == KEY] == [False]
