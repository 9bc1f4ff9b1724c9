"""Whose the rows of a table are: two people are never read as one, and no sex is guessed."""

# pyright: basic

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

import penia
from penia.read import ReadError
from penia.read.source import opened
from penia.read.table import layouts
from penia.record import Record


def written(folder: Path, *rows: str) -> Path:
    path = folder / "labs.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def read(folder: Path, *rows: str) -> Record:
    return penia.read(written(folder, *rows))


TWO = ("{},2024-01-03,4.1", "{},2024-01-09,4.4", "{},2024-01-03,7.1", "{},2024-01-09,8.1")


@pytest.mark.parametrize(
    ("title", "ids"),
    [
        ("Fall-Kennung", "AABB"),
        ("Kürzel", "AABB"),
        ("who", "AABB"),
        ("X", "ABBA"),
        ("Y", ("P1", "P2", "P2", "P1")),
        ("column 1", ("3", "3", "8", "8")),
        ("Case", "1234"),
        ("chart", ("P-017", "P-018", "P-019", "P-021")),
        ("zz", ("P017", "P018", "P019", "P021")),
    ],
)
def test_an_unknown_column_that_may_be_of_people_is_asked_about(tmp_path: Path, title: str, ids: str) -> None:
    rows = [row.format(one) for row, one in zip(TWO, ids, strict=True)]
    with pytest.raises(ReadError, match=rf"{title!r} may be one; name it 'patient'"):
        read(tmp_path, f"{title},date,WBC (G/L)", *rows)


@pytest.mark.parametrize(
    ("title", "cells"),
    [
        ("#", "1234"),
        ("comment", ("", "", "haemolysed", "")),
        ("ward", "AABB"),
        ("IL-6", ("5", "12", "5", "30")),
        ("strange ratio", ("1.2", "1.2", "1.9", "1.9")),
        ("one", "AAAA"),
    ],
)
def test_a_column_that_tells_no_people_apart_is_none(tmp_path: Path, title: str, cells: str) -> None:
    rows = [f"{cell},2024-01-0{day},4.1" for day, cell in enumerate(cells, 1)]
    assert len(read(tmp_path, f"{title},date,WBC (G/L)", *rows).counts) == 4


def test_the_mapping_answers_whether_a_column_is_of_people(tmp_path: Path) -> None:
    path = written(
        tmp_path, "Kürzel,date,WBC (G/L)", *(r.format(c) for r, c in zip(TWO, "AABB", strict=True))
    )
    beside = tmp_path / "labs.csv.columns.yaml"
    beside.write_text("columns:\n  Kürzel: person\n")
    assert [r.person.id for r in penia.read_all(path)] == ["A", "B"]
    beside.write_text("columns:\n  Kürzel: ignore\n")
    assert len(list(penia.read_all(path))) == 1


def test_the_mapping_that_penia_begins_tells_the_people_apart(tmp_path: Path) -> None:
    path = written(
        tmp_path, "Kürzel,date,WBC (G/L)", *(r.format(c) for r, c in zip(TWO, "AABB", strict=True))
    )
    (layout,) = layouts(opened(path))
    assert layout.mapping().columns["Kürzel"] == "person"


@pytest.mark.parametrize(
    ("title", "first", "second", "told"),
    [
        ("sex", "f", "m", "'sex' differs between rows"),
        ("date of birth", "1980-01-01", "1991-02-03", "'date of birth' differs"),
        ("age", "33", "60", "born some 27 years apart"),
    ],
)
def test_rows_of_two_sexes_births_or_ages_are_not_one_person(
    tmp_path: Path, title: str, first: str, second: str, told: str
) -> None:
    with pytest.raises(ReadError, match=told):
        read(tmp_path, f"date,{title},WBC (G/L)", f"2024-01-03,{first},5.4", f"2024-01-04,{second},5.4")


def test_one_person_grows_older(tmp_path: Path) -> None:
    record = read(tmp_path, "date,age,WBC (G/L)", "2014-01-03,33,5.4", "2024-01-04,43,5.4")
    assert len(record.counts) == 2


def test_tables_without_a_column_of_people_are_not_joined(tmp_path: Path) -> None:
    for name in ("anna", "berta"):
        (tmp_path / f"{name}.csv").write_text("date,WBC (G/L)\n2024-01-03,5.4\n")
    made = {r.person.id: r for r in penia.read_all(tmp_path)}
    assert set(made) == {"anna.csv", "berta.csv"}
    assert {p.kind for r in made.values() for p in r.problems} == {"no-person"}


def test_ids_that_a_spreadsheet_rounded_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="rounded by a spreadsheet"):
        read(tmp_path, "patient,date,WBC (G/L)", "1.23457E+15,2024-01-03,4.1", "1.23457E+15,2024-01-03,9")


def test_long_ids_that_are_numbers_stay_apart(tmp_path: Path) -> None:
    ids = pa.array([1234567890123, 1234567890124], pa.float64())
    days, cells = ["2024-01-03"] * 2, [4.1, 9.0]
    parquet.write_table(pa.table({"patient": ids, "date": days, "WBC (G/L)": cells}), tmp_path / "l.parquet")
    assert [r.person.id for r in penia.read_all(tmp_path / "l.parquet")] == ["1234567890123", "1234567890124"]


@pytest.mark.parametrize(
    ("title", "letters", "first"),
    [
        ("sex", "mf", "male"),
        ("sexo", "mh", "female"),
        ("sexo", "mv", "female"),
        ("sexo", "mf", "male"),
        ("sexo", "m", None),
        ("sexo", "v", "male"),
        ("geslacht", "v", "female"),
        ("geslacht", "mv", "male"),
        ("Geschlecht", "wm", "female"),
        ("sexe", "hf", "male"),
        ("性別", "女男", "female"),
        ("sex", "2", None),
    ],
)
def test_a_letter_for_the_sex_is_read_in_the_language_of_its_column(
    tmp_path: Path, title: str, letters: str, first: str | None
) -> None:
    rows = [f"{n},{letter.upper()},2024-01-03,4.1" for n, letter in enumerate(letters)]
    record = next(penia.read_all(written(tmp_path, f"patient,{title},date,WBC (G/L)", *rows)))
    assert record.person.sex == first
    assert ("sex-unknown" in {p.kind for p in record.problems}) == (first is None)
