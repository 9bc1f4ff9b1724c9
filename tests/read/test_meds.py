"""MEDS: dialects, orders with their stops, doses by status, and what no dialect knows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from penia.codes import meaning
from penia.read import people, read, read_all, recognise
from penia.record import Record

Row = tuple[int, str | None, str, float | None]

WBC, ANC, ANC_PERCENT = "LAB//51301//K/uL", "LAB//52075//K/uL", "LAB//51256//%"
AT = "2150-01-02T08:00:00"
ROWS: list[Row] = [
    (7, None, "GENDER//F", None),
    (7, "2100-01-01", "MEDS_BIRTH", None),
    (7, AT, WBC, 2.5),
    (7, AT, ANC_PERCENT, 40.0),
    (7, "2150-01-01", "MEDICATION//START//Clozapine", None),
    (7, "2150-01-05", "MEDICATION//STOP//Clozapine", None),
    (7, "2150-01-09", "DIAGNOSIS//ICD//10//D702", None),
    (8, None, "GENDER//M", None),
    (8, AT, WBC, 7.5),
]


def table(rows: Sequence[Row], **more: list[Any]) -> pa.Table:
    times = [None if r[1] is None else datetime.fromisoformat(r[1]) for r in rows]
    columns = {
        "subject_id": pa.array([r[0] for r in rows], pa.int64()),
        "time": pa.array(times, pa.timestamp("us")),
        "code": [r[2] for r in rows],
        "numeric_value": pa.array([r[3] for r in rows], pa.float32()),
    }
    return pa.table({**columns, **more})


def meds(
    folder: Path, rows: Sequence[Row], shards: int = 1, name: str = "MIMIC-IV-Demo", **more: list[Any]
) -> Path:
    for n in range(shards):
        path = folder / "data" / "train" / f"{n}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table(rows[n::shards], **more), path)
    (folder / "metadata").mkdir(exist_ok=True)
    (folder / "metadata" / "dataset.json").write_text(f'{{"dataset_name": "{name}"}}')
    return folder


def one(folder: Path, *rows: Row, **more: list[Any]) -> Record:
    return read(meds(folder, [(7, None, "GENDER//F", None), *rows], **more))


def kinds(record: Record) -> dict[str, int]:
    return {p.kind: p.count for p in record.problems}


def test_people_counts_drugs_and_conditions_are_read(tmp_path: Path) -> None:
    source = meds(tmp_path, ROWS)
    assert recognise(source).name == "meds"
    seven, eight = read_all(source)
    assert (seven.person.id, seven.person.sex, eight.person.sex) == ("7", "female", "male")
    assert [(c.lineage, c.value) for c in seven.counts] == [("ANC", 1.0), ("WBC", 2.5)]
    (drug,) = seven.exposures
    assert (drug.ingredient, drug.start, drug.stop) == (
        "clozapine",
        datetime(2150, 1, 1, tzinfo=UTC),
        datetime(2150, 1, 5, tzinfo=UTC),
    )
    assert [(c.codes, c.recorded) for c in seven.conditions] == [
        (("icd10cm:D70.2",), datetime(2150, 1, 9, tzinfo=UTC))
    ]
    assert [(p.id, p.wbc) for p in people(source)] == [("7", 2.5), ("8", 7.5)]


def test_order_and_split_of_the_events_never_change_a_byte(tmp_path: Path) -> None:
    expected = [r.to_json() for r in read_all(meds(tmp_path / "a", ROWS))]
    assert [r.to_json() for r in read_all(meds(tmp_path / "b", ROWS[::-1], shards=3))] == expected
    assert read(tmp_path / "b", "7").to_json() == expected[0]


def test_a_birth_filled_up_to_the_first_of_january_stands_for_its_year(tmp_path: Path) -> None:
    rows: list[Row] = [(7, "2100-01-01", "MEDS_BIRTH", None)]
    assert one(tmp_path / "a", *rows).person.birth == date(2100, 7, 1)
    assert read(meds(tmp_path / "b", rows, name="a register")).person.birth == date(2100, 1, 1)


def test_a_dose_that_was_not_given_is_no_exposure(tmp_path: Path) -> None:
    made = one(
        tmp_path,
        (7, AT, "MEDICATION//Clozapine//Administered", None),
        (7, AT, "MEDICATION//Methimazole//Not Given", None),
        (7, AT, "MEDICATION//Linezolid//UNK", None),
    )
    assert [(e.ingredient, len(e.doses)) for e in made.exposures] == [("clozapine", 1)]
    assert kinds(made)["not-given"] == 1


def test_overlapping_orders_of_one_drug_are_one_course(tmp_path: Path) -> None:
    days = (("START", 1), ("START", 3), ("STOP", 4), ("STOP", 8))
    made = one(
        tmp_path, *((7, f"2150-01-0{day}", f"MEDICATION//{what}//Clozapine", None) for what, day in days)
    )
    (drug,) = made.exposures
    assert drug.start and drug.stop and (drug.start.day, drug.stop.day) == (1, 8)


def test_a_unit_of_the_code_and_another_of_the_column_make_no_count(tmp_path: Path) -> None:
    made = read(meds(tmp_path, [(7, AT, WBC, 2500.0), (7, AT, ANC, 0.4)], unit=["/uL", "10*3/uL"]))
    assert [(c.lineage, round(c.value, 3)) for c in made.counts] == [("ANC", 0.4)]
    assert kinds(made)["unit-unknown"] == 1


def test_an_order_without_a_stop_goes_on_and_it_is_said(tmp_path: Path) -> None:
    made = one(tmp_path, (7, "2150-01-01", "MEDICATION//START//Clozapine", None), (7, AT, WBC, 2.5))
    assert [(e.stop, e.stop_inferred) for e in made.exposures] == [(None, False)]
    (problem,) = (p for p in made.problems if p.kind == "end-unknown")
    assert problem.reason.startswith("an order has no end") and problem.remedy


def test_the_dialect_of_eicu_is_known(tmp_path: Path) -> None:
    made = one(
        tmp_path,
        (7, AT, "LAB//WBC x 1000//K/mcL", 2.5),
        (7, AT, "LAB//-polys//%", 40.0),
        (7, AT, "MEDICATION//STARTED//clozapine", None),
        (7, AT, "DIAGNOSIS//ICD//9//288.03, D70.2", None),
    )
    assert [(c.lineage, c.value) for c in made.counts if c.lineage == "WBC"] == [("WBC", 2.5)]
    assert [e.ingredient for e in made.exposures] == ["clozapine"]
    assert [c.codes for c in made.conditions] == [("icd9cm:288.03", "icd10cm:D70.2")]


def test_codes_of_vocabularies_and_a_unit_column_need_no_dialect(tmp_path: Path) -> None:
    rows: list[Row] = [(7, AT, "LOINC/6690-2", 2.5), (7, AT, "RxNorm/2626", None)]
    made = read(meds(tmp_path, rows, unit=["10*3/uL", None]))
    assert [(c.lineage, c.value) for c in made.counts] == [("WBC", 2.5)]
    assert [e.ingredient for e in made.exposures] == ["clozapine"]


def test_a_code_that_no_dialect_knows_is_counted_and_a_site_can_add_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row: Row = (7, AT, "OURLAB:leuk:K/uL", 2.5)
    made = one(tmp_path / "a", row)
    assert made.counts == () and [p.count for p in made.problems if p.kind == "code-unmapped"] == [1]
    (tmp_path / "meds.csv").write_text("code,means,value\nOURLAB:{item}:{unit},result,ourlab\n")
    (tmp_path / "local.csv").write_text(
        "system,code,label,our_name,kind,per,use\nourlab,leuk,Leukozyten,WBC,count,,yes\n"
    )
    monkeypatch.setenv("PENIA_CODES", str(tmp_path))
    assert [(c.lineage, c.value) for c in one(tmp_path / "b", row).counts] == [("WBC", 2.5)]


def test_a_value_without_a_unit_is_refused_by_name(tmp_path: Path) -> None:
    made = one(tmp_path, (7, AT, "LAB//51301//UNK", 2.5))
    assert made.counts == () and "unit-missing" in kinds(made)


def test_a_broken_shard_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    source = meds(tmp_path, ROWS, shards=2)
    (source / "data" / "train" / "2.parquet").write_bytes(b"PAR1 is not all that Parquet needs")
    made = read(source, "8")
    assert [(p.kind, p.place) for p in made.problems if p.kind == "shard-unreadable"] == [
        ("shard-unreadable", "data/train/2.parquet")
    ]
    assert made.person.sex == "male"


def test_the_first_row_that_fits_decides() -> None:
    assert [meaning(code).means for code in (WBC, "MEDICATION//STOP//x", "MEDICATION//x//Stopped")] == [  # pyright: ignore
        "result",
        "order-stop",
        "dose",
    ]
    assert meaning("once upon a time") is None


def test_metadata_without_parents_or_with_one_as_text_is_read(tmp_path: Path) -> None:
    source = meds(
        tmp_path, [(7, None, "GENDER//F", None), (7, AT, "LOCAL//A", 2.5), (7, AT, "LOCAL//B", 3.5)]
    )
    described = {"code": ["LOCAL//A", "LOCAL//B"], "description": ["Ferritin", None]}
    for parents in ([None, ["LOINC/2276-4", None]], ["LOINC/2276-4", None]):
        pq.write_table(pa.table({**described, "parent_codes": parents}), tmp_path / "metadata/codes.parquet")
        (found,) = [t for t in read(source).tests if t.analyte == "ferritin" and "loinc:2276-4" in t.codes]
        assert found.value in (2.5, 3.5)


def test_an_event_with_two_numbers_is_named_and_not_read(tmp_path: Path) -> None:
    made = one(tmp_path, (7, AT, WBC, 2.5), (7, "2150-01-03", WBC, 3.5), text_value=[None, "25", "3.5"])
    assert [c.value for c in made.counts] == [3.5]
    (told,) = [p for p in made.problems if p.kind == "value-contradicts"]
    assert "2.5" in told.reason and "25" in told.reason
