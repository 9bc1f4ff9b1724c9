"""Tables of people: how columns, dates, numbers and units are understood, and what is refused."""

# pyright: basic

from __future__ import annotations

import random
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet

import penia
from penia.read import ReadError, recognise
from penia.record import Record

LONG = """patient,date,test,value,unit
7,2024-01-03,WBC,5.4,10*9/L
7,2024-01-03,Neutrophils,3.1,10*9/L
7,2024-02-13,WBC,1.2,10*9/L
7,2024-02-13,Neutrophils,0.1,10*9/L
"""
EXPECTED = {
    ("2024-01-03", "WBC", 5.4),
    ("2024-01-03", "ANC", 3.1),
    ("2024-02-13", "WBC", 1.2),
    ("2024-02-13", "ANC", 0.1),
}


def counts(record: Record) -> set[tuple[str, str, float]]:
    return {(c.time.date().isoformat(), c.lineage, round(c.value, 6)) for c in record.counts}


def ranking(record: Record) -> list[tuple[tuple[str, ...], float]]:
    return [(c.causes, c.probability) for c in penia.explain(record).candidates]


def at(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_long_table(tmp_path: Path):
    assert counts(penia.read(at(tmp_path / "labs.csv", LONG))) == EXPECTED


@pytest.mark.parametrize(
    "text",
    [
        "patient;date;WBC (10^9/L);ANC (10^9/L)\n7;2024-01-03;5.4;3.1\n7;2024-02-13;1.2;0.1\n",
        "Patientennummer;Datum;Leukozyten [G/l];Neutrophile [G/l]\n"
        "7;03.01.2024;5,4;3,1\n7;13.02.2024;1,2;0,1\n",
        "Identifiant\tDate de prélèvement\tLeucocytes (/mm3)\tPolynucléaires neutrophiles (/mm3)\n"
        "7\t03/01/2024\t5400\t3100\n7\t13/02/2024\t1200\t100\n",
        "paciente,fecha,leucocitos (10*3/uL),neutrófilos (10*3/uL)\n"
        "7,2024-01-03,5.4,3.1\n7,2024-02-13,1.2,0.1\n",
        "patient,date,WBC,ANC\n,,K/uL,K/uL\n7,2024-01-03,5.4,3.1\n7,2024-02-13,1.2,0.1\n",
    ],
    ids=["english", "german", "french", "spanish", "row of units"],
)
def test_wide_tables_of_several_languages_say_the_same(tmp_path: Path, text: str):
    assert counts(penia.read(at(tmp_path / "labs.csv", text))) == EXPECTED


def test_excel_and_parquet_say_the_same(tmp_path: Path):
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["patient", "date", "WBC (10^9/L)", "ANC (10^9/L)"])
    sheet.append([7, datetime(2024, 1, 3), 5.4, 3.1])
    sheet.append([7, datetime(2024, 2, 13), 1.2, 0.1])
    book.save(tmp_path / "labs.xlsx")
    table = pa.table(
        {
            "patient": [7, 7],
            "date": [datetime(2024, 1, 3), datetime(2024, 2, 13)],
            "WBC (10^9/L)": [5.4, 1.2],
            "ANC (10^9/L)": [3.1, 0.1],
        }
    )
    parquet.write_table(table, tmp_path / "labs.parquet")
    assert counts(penia.read(tmp_path / "labs.xlsx")) == EXPECTED
    assert counts(penia.read(tmp_path / "labs.parquet")) == EXPECTED


def test_the_order_of_the_rows_changes_nothing(tmp_path: Path):
    header, *rows = LONG.splitlines()
    random.Random(1).shuffle(rows)
    shuffled = at(tmp_path / "shuffled.csv", "\n".join([header, *rows]))
    one, other = penia.read(at(tmp_path / "labs.csv", LONG)), penia.read(shuffled)
    assert ranking(one) == ranking(other)


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("10*9/L", 1),
        ("G/L", 1),
        ("K/uL", 1),
        ("10^3/µL", 1),
        ("x10E9/L", 1),
        ("/uL", 1000),
        ("cells/mm3", 1000),
    ],
)
def test_every_spelling_of_a_unit_gives_the_same_count(tmp_path: Path, unit: str, factor: int):
    text = f"patient,date,test,value,unit\n7,2024-02-13,WBC,{1.2 * factor:g},{unit}\n"
    assert counts(penia.read(at(tmp_path / "labs.csv", text))) == {("2024-02-13", "WBC", 1.2)}


def test_a_count_without_a_unit_is_left_out_by_name(tmp_path: Path):
    record = penia.read(at(tmp_path / "labs.csv", "patient,date,WBC\n7,2024-01-03,5.4\n"))
    assert not record.counts
    assert "unit-missing" in {p.kind for p in record.problems}


def test_a_unit_that_no_table_knows_is_named(tmp_path: Path):
    record = penia.read(at(tmp_path / "labs.csv", "patient,date,WBC (heaps/L)\n7,2024-01-03,5.4\n"))
    (problem,) = [p for p in record.problems if p.kind == "unit-unknown"]
    assert "heaps/L" in problem.reason


def test_a_mapping_beside_the_table_says_what_names_do_not(tmp_path: Path):
    at(tmp_path / "labs.csv", "nr,when drawn,L1,L2\n7,03/01/2024,5.4,3.1\n")
    at(
        tmp_path / "labs.csv.columns.yaml",
        "columns:\n  nr: person\n  when drawn: time\n"
        "  L1: {analyte: WBC, unit: G/L}\n  L2: {analyte: ANC, unit: G/L}\n"
        "dates: day-first\n",
    )
    assert counts(penia.read(tmp_path / "labs.csv")) == {
        ("2024-01-03", "WBC", 5.4),
        ("2024-01-03", "ANC", 3.1),
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("patient,date,WBC (G/L)\n7,03/04/2024,5.4\n", "day or the month first"),
        (
            "patient,date,WBC (G/L)\n7,13/04/2024,5.4\n7,04/13/2024,5.1\n",
            "the day first and dates",
        ),
        ("patient,date,datum,WBC (G/L)\n7,2024-01-03,2024-01-04,5.4\n", "both be the time"),
        ("patient,date,WBC (G/L),WBC (G/L)\n7,2024-01-03,5.4,5.5\n", "two columns named"),
        ("patient,colour\n7,blue\n", "none of its columns"),
    ],
)
def test_what_may_mean_two_things_is_refused_with_the_remedy(tmp_path: Path, text: str, told: str):
    with pytest.raises(ReadError, match=told):
        penia.read(at(tmp_path / "labs.csv", text))


def test_a_comma_that_may_part_thousands_is_no_number(tmp_path: Path):
    record = penia.read(at(tmp_path / "labs.csv", "patient;date;WBC (/uL)\n7;2024-01-03;4,500\n"))
    assert not record.counts


def test_several_people_are_told_apart_and_rows_without_one_belong_to_nobody(tmp_path: Path):
    text = LONG + "8,2024-01-03,WBC,6.0,10*9/L\n,2024-01-03,WBC,9.9,10*9/L\n"
    records = {r.person.id: r for r in penia.read_all(at(tmp_path / "labs.csv", text))}
    assert set(records) == {"7", "8"}
    assert counts(records["8"]) == {("2024-01-03", "WBC", 6.0)}


def test_tables_of_a_folder_are_joined_by_person(tmp_path: Path):
    at(tmp_path / "counts.csv", LONG)
    at(tmp_path / "drugs.csv", "patient,drug,start,stop\n7,clozapine,2023-12-01,2024-02-14\n")
    at(tmp_path / "people.csv", "patient,sex,date of birth\n7,female,1980-05-01\n")
    at(
        tmp_path / "findings.csv",
        "patient,finding,present,date\n7,fever,yes,2024-02-13\n7,splenomegaly,no,2024-02-13\n",
    )
    record = penia.read(tmp_path)
    assert record.person.sex == "female"
    assert [(e.ingredient, e.stop) for e in record.exposures] == [
        ("clozapine", datetime(2024, 2, 14, tzinfo=UTC))
    ]
    assert {(f.name, f.present) for f in record.findings} == {("fever", True), ("splenomegaly", False)}
    assert counts(record) == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str):
    text = "Patient;Datum;Hämoglobin (g/dl)\r\n7;03.01.2024;14,1\r\n"
    assert counts(penia.read(at(tmp_path / "l.csv", text.encode(encoding)))) == {("2024-01-03", "HB", 141.0)}


def test_a_table_too_wide_or_an_excel_bomb_is_refused(tmp_path: Path):
    with pytest.raises(ReadError, match="no header"):
        penia.read(at(tmp_path / "wide.csv", ",".join(f"c{i}" for i in range(1_000_000)) + "\n1\n"))
    packed = BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb,
        bomb.open("xl/workbook.xml", "w") as entry,
    ):
        for _ in range(600):
            entry.write(bytes(1_000_000))
    with pytest.raises(ReadError, match="500 MB"):
        penia.read(at(tmp_path / "bomb.xlsx", packed.getvalue()))


def test_a_row_that_is_too_long_is_named_and_the_others_are_read(tmp_path: Path):
    record = penia.read(at(tmp_path / "labs.csv", LONG + "7,2024-03-01,WBC,5.0,10*9/L,what,is,this\n"))
    assert counts(record) == EXPECTED
    assert [p.place for p in record.problems if p.kind == "row-ragged"] == ["labs.csv/6"]


def test_a_count_of_the_year_9999_is_left_out_by_name(tmp_path: Path):
    record = penia.read(at(tmp_path / "labs.csv", LONG + "7,9999-12-31,WBC,0.9,10*9/L\n"))
    assert counts(record) == EXPECTED
    assert "future-date" in {p.kind for p in record.problems}
    only = penia.read(at(tmp_path / "only.csv", "patient,date,WBC (G/L)\n7,9999-12-31,0.9\n"))
    assert not only.counts


def test_the_format_is_recognised_with_a_reason(tmp_path: Path):
    assert recognise(at(tmp_path / "labs.csv", LONG)).name == "table"


def test_an_age_that_no_one_reaches_gives_no_birth(tmp_path: Path):
    text = "patient,date,age,WBC (G/L)\n7,2024-01-03,1e300,5.4\n"
    assert penia.read(at(tmp_path / "labs.csv", text)).person.birth is None


@pytest.mark.parametrize(
    ("rows", "birth"),
    [
        (("2024-01-01,54", "2024-02-01,54", "2024-12-01,55"), "1969-07-01"),
        (("2024-01-01,0", "2024-06-01,0", "2025-02-01,1"), "2024-01-01"),
        (("2024-01-01,54", "2024-02-01,57"), None),
    ],
)
def test_a_birthday_between_two_rows_leaves_the_age_known(
    tmp_path: Path, rows: tuple[str, ...], birth: str | None
):
    text = "patient,date,age,WBC (G/L)\n" + "".join(f"7,{row},5.4\n" for row in rows)
    found = penia.read(at(tmp_path / "labs.csv", text)).person.birth
    assert (found.isoformat() if found else None) == birth


def test_where_one_column_proves_a_decimal_comma_a_point_before_three_digits_parts_thousands(tmp_path: Path):
    text = "Pat-Nr;Datum;Leukozyten (G/l);Neutrophile (G/l);Thrombozyten (G/l)\n"
    rows = "17;15.01.2024;6,1;3,8;1.250\n17;10.06.2024;2,1;0,3;251\n"
    found = penia.read(at(tmp_path / "labor.csv", text + rows))
    assert {c.value for c in found.counts if c.lineage == "PLT"} == {1250.0, 251.0}
    assert {c.value for c in found.counts if c.lineage == "ANC"} == {3.8, 0.3}


def test_a_decimal_point_that_is_proved_stays_one(tmp_path: Path):
    text = "patient,date,WBC (10^9/L),ANC (10^9/L)\n1,2024-06-10,2.1,0.412\n1,2024-07-10,1.250,0.5\n"
    found = penia.read(at(tmp_path / "counts.csv", text))
    assert {c.value for c in found.counts} == {2.1, 0.412, 1.25, 0.5}


def test_a_column_of_units_in_a_wide_table_is_told_where_units_go(tmp_path: Path):
    found = penia.read(at(tmp_path / "wide.csv", "patient,date,ANC,WBC,unit\n1,2024-06-10,0.4,2.1,10^9/L\n"))
    (told,) = (p for p in found.problems if p.kind == "column-unread")
    assert "ANC (10^9/L)" in told.remedy and not found.counts


def workbook(folder: Path, *rows: list[object], merged: str | None = None) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    if merged:
        book.worksheets[0].merge_cells(merged)
    book.save(folder / "labs.xlsx")
    return folder / "labs.xlsx"


TITLES: list[object] = ["patient", "date", "WBC [10*9/L]"]


def test_a_formula_that_nothing_reckoned_is_named(tmp_path: Path) -> None:
    path = workbook(tmp_path, TITLES, [7, "2024-01-03", "=2.7*2"], [7, "2024-01-04", 3.2])
    made = penia.read(path)
    assert [c.value for c in made.counts] == [3.2]
    (told,) = [p for p in made.problems if p.kind == "no-value"]
    assert told.reason.startswith("1 of its formulas")


def test_merged_cells_are_refused_since_only_the_first_holds_the_value(tmp_path: Path) -> None:
    path = workbook(tmp_path, TITLES, [7, "2024-01-03", 2.5], [None, "2024-01-04", 3.2], merged="A2:A3")
    with pytest.raises(ReadError, match=r"merged cells \(A2:A3\)"):
        penia.read(path)


def test_rows_without_a_person_are_named(tmp_path: Path) -> None:
    made = penia.read(workbook(tmp_path, TITLES, [7, "2024-01-03", 2.5], [None, "2024-01-04", 3.2]))
    assert [c.value for c in made.counts] == [2.5]
    assert [(p.kind, p.count) for p in made.problems] == [("no-person", 1)]


def test_an_age_that_cannot_be_is_named(tmp_path: Path) -> None:
    made = penia.read(workbook(tmp_path, [*TITLES, "age"], [7, "2024-01-03", 2.5, -3]))
    assert made.person.birth is None and "an age of -3 years" in made.problems[0].reason


def test_a_header_without_rows_says_so(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="a header and no row"):
        penia.read(workbook(tmp_path, TITLES))


def test_what_parts_thousands_behind_a_decimal_comma_makes_no_number(tmp_path: Path) -> None:
    text = "patient;date;WBC [G/l]\n7;2024-01-03;5,4\n7;2024-01-04;1,2\u00a0100\n"
    assert [c.value for c in penia.read(at(tmp_path / "labs.csv", text)).counts] == [5.4]
