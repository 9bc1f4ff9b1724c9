"""Tables with lines above their header, with a second table below, and turned on their side."""

# pyright: basic

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

import penia
from penia.read import ReadError
from penia.record import Record

HEADER, ROWS = "date,WBC (10^9/L),ANC (10^9/L)", "2024-01-01,4.1,2.2\n2024-02-01,2.1,0.3\n"
EXPECTED = [
    ("2024-01-01", "ANC", 2.2),
    ("2024-01-01", "WBC", 4.1),
    ("2024-02-01", "ANC", 0.3),
    ("2024-02-01", "WBC", 2.1),
]


def read(folder: Path, text: str) -> Record:
    (folder / "labs.csv").write_text(text)
    return penia.read(folder / "labs.csv")


def counts(record: Record) -> list[tuple[str, str, float]]:
    return sorted((c.time.date().isoformat(), c.lineage, c.value) for c in record.counts)


@pytest.mark.parametrize(
    "above",
    [
        "Blood counts of patient 12\n",
        "Report,,\nPatient,Doe,\n\n",
        "Name;Muster, Max\nGeb.;01.02.1960\nGeschlecht;m\n\n",
        "Patient: 12\nSex,F\n",
    ],
)
def test_lines_above_the_header_are_left_out_by_name(tmp_path: Path, above: str):
    made = read(tmp_path, f"{above}{HEADER}\n{ROWS}")
    (problem,) = made.problems
    assert counts(made) == EXPECTED and problem.kind == "not-read"
    assert above.partition("\n")[0] in problem.reason
    assert made.counts[0].origin.place == f"labs.csv/{above.count(chr(10)) + 2}/ANC (10^9/L)"


def test_lines_above_the_header_on_standard_input_too():
    assert counts(penia.read(f"Report\n{HEADER}\n{ROWS}".encode())) == EXPECTED


def test_the_line_that_tells_excel_the_separator_is_no_header(tmp_path: Path):
    text = f"sep=;\n{HEADER}\n{ROWS}".replace(",", ";").replace(".", ",")
    made = read(tmp_path, text)
    assert counts(made) == EXPECTED and not made.problems


def test_a_title_over_merged_cells_above_the_header_hides_no_value(tmp_path: Path):
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Laboratory"], [], HEADER.split(",")):
        sheet.append(row)
    sheet.append([datetime(2024, 1, 1), 4.1, 2.2])
    sheet.append([datetime(2024, 2, 1), 2.1, 0.3])
    sheet.merge_cells("A1:C1")
    book.save(tmp_path / "labs.xlsx")
    made = penia.read(tmp_path / "labs.xlsx")
    assert counts(made) == EXPECTED and made.counts[0].origin.place == "labs.xlsx/4/ANC (10^9/L)"
    sheet.merge_cells("B4:B5")
    book.save(tmp_path / "labs.xlsx")
    with pytest.raises(ReadError, match="B4:B5"):
        penia.read(tmp_path / "labs.xlsx")


@pytest.mark.parametrize(
    ("between", "line"),
    [
        ("\ndrug,start,stop\nclozapine,2024-01-01,\n", 5),
        (f"{HEADER}\n", 4),
        ("Patient: B\n", 4),
        ("Patient: B,,\n", 4),
    ],
)
def test_a_second_table_in_one_file_is_refused_with_its_line(tmp_path: Path, between: str, line: int):
    with pytest.raises(ReadError, match=f"line {line}: .* begins a table of its own.*save each as a file"):
        read(tmp_path, f"{HEADER}\n{ROWS}{between}{ROWS}")


@pytest.mark.parametrize(
    "text",
    [
        "Test,Unit,2024-01-01,2024-02-01\nWBC,10^9/L,4.1,2.1\nNeutrophils,10^9/L,2.2,0.3\n",
        "Datum;01.01.2024;01.02.2024\nLeukozyten (G/l);4,1;2,1\nNeutrophile (G/l);2,2;0,3\n",
        ",2024-01-01T08:00,2024-02-01\nWBC (10^9/L),4.1,2.1\nANC (10^9/L),2.2,0.3\n",
    ],
)
def test_a_row_for_each_test_and_a_column_for_each_day_is_read(tmp_path: Path, text: str):
    made = read(tmp_path, text)
    assert counts(made) == EXPECTED and made.counts[0].origin.place == "labs.csv/3"


def test_a_range_of_the_healthy_beside_the_days_is_no_person(tmp_path: Path):
    text = "Max Muster\nAnalyt;Normbereich;01.01.2024;01.02.2024\nLeukozyten (G/l);4-10;4,1;2,1 -\n"
    made = read(tmp_path, f"{text}Neutrophile (G/l);2-7;2,2;0,3 --\n")
    assert counts(made) == EXPECTED


def test_a_header_over_two_lines_in_quotes_is_one(tmp_path: Path):
    made = read(tmp_path, f'"date","WBC\n(10^9/L)","ANC\n(10^9/L)"\n{ROWS}')
    assert counts(made) == EXPECTED and made.counts[0].origin.place.startswith("labs.csv/4/")


def test_a_header_that_comes_again_is_no_person(tmp_path: Path):
    text = "patient,date,WBC (10^9/L)\n"
    made = read(tmp_path, f"{text}7,2024-01-01,4.1\n{text}7,2024-02-01,2.1\n")
    assert [c.value for c in made.counts] == [4.1, 2.1] and not made.problems


@pytest.mark.parametrize("first", ["", "Unit", "YYYY-MM-DD"])
def test_a_row_of_units_under_the_header_may_have_a_name(tmp_path: Path, first: str):
    made = read(tmp_path, f"Date collected,WBC,ANC\n{first},10^9/L,10^9/L\n{ROWS}")
    assert counts(made) == EXPECTED and not made.problems


def test_flags_of_very_low_values_are_no_part_of_the_number(tmp_path: Path):
    rows = "".join(
        f"2024-02-0{i},0.3{flag}\n" for i, flag in enumerate((" LL", " [L]", " --", "**", " ↓↓"), 1)
    )
    assert [c.value for c in read(tmp_path, f"date,ANC (10^9/L)\n{rows}").counts] == [0.3] * 5


def test_a_day_as_excel_counts_it_is_told_how_to_become_a_date(tmp_path: Path):
    (problem, *_) = [p for p in read(tmp_path, f"{HEADER}\n45292,4.1,2.2\n").problems if "45292" in p.reason]
    assert "format of a date" in problem.remedy


def test_days_across_of_which_none_tells_day_from_month_are_asked_about(tmp_path: Path):
    with pytest.raises(ReadError, match="day or the month first"):
        read(tmp_path, "Test,1/2/2024,2/3/2024\nWBC (10^9/L),4.1,2.1\n")


ROWS_BY_TEST = (
    ("WBC", "CBC", "2024-01-01", "4.1"),
    ("WBC", "CBC", "2024-02-01", "2.1"),
    ("ANC", "Differential", "2024-01-01", "2.2"),
    ("ANC", "Differential", "2024-02-01", "0.3"),
)


def test_a_column_that_says_more_of_each_test_names_no_person(tmp_path: Path):
    text = "".join(f"{test},{panel},{day},{value},G/L\n" for test, panel, day, value in ROWS_BY_TEST)
    assert counts(read(tmp_path, f"test,panel,date,value,unit\n{text}")) == EXPECTED


def test_days_of_one_test_that_run_back_between_the_values_of_a_column_are_asked_about(tmp_path: Path):
    text = "".join(f"WBC,{panel},{day},{value},G/L\n" for _, panel, day, value in ROWS_BY_TEST)
    with pytest.raises(ReadError, match="'panel' may be one"):
        read(tmp_path, f"test,panel,date,value,unit\n{text}")


def test_one_flag_beside_several_results_is_of_none_of_them(tmp_path: Path):
    made = read(tmp_path, "date,WBC (10^9/L),PLT (10^9/L),flag\n2024-01-01,1.2,250,L\n")
    assert [c.interpretation for c in made.counts] == [None, None]
    made = read(tmp_path, "date,WBC (10^9/L),flag\n2024-01-01,1.2,L\n")
    assert [c.interpretation for c in made.counts] == ["low"]


def test_a_line_longer_than_any_cell_is_in_no_format():
    with pytest.raises(ReadError, match="in no format that penia reads"):
        penia.read(b"[" * 200_000)


def test_several_columns_of_flags_are_left_out_by_name_and_the_counts_are_read(tmp_path: Path):
    record = read(tmp_path, "date,WBC (G/L),Flag,ANC (G/L),Flag\n2024-01-03,2.1,L,0.4,LL\n")
    assert counts(record) == [("2024-01-03", "ANC", 0.4), ("2024-01-03", "WBC", 2.1)]
    assert all(c.interpretation is None for c in record.counts)
    assert [(p.kind, p.count) for p in record.problems] == [("column-unread", 2)]
    assert "2 columns of flags" in record.problems[0].reason


def test_a_laboratory_beside_its_tests_is_no_test(tmp_path: Path):
    rows = "2024-01-03,WBC,Quest,2.1,G/L\n2024-01-03,ANC,City,0.4,G/L\n"
    record = read(tmp_path, f"date,test,lab,value,unit\n{rows}")
    assert counts(record) == [("2024-01-03", "ANC", 0.4), ("2024-01-03", "WBC", 2.1)]
    assert [p.kind for p in record.problems] == ["column-unread"]


def test_two_columns_that_both_name_tests_are_asked_about(tmp_path: Path):
    with pytest.raises(ReadError, match="may both be the analyte"):
        read(tmp_path, "date,test,lab,value,unit\n2024-01-03,WBC,ANC,2.1,G/L\n")


def test_the_device_and_the_words_of_a_code_are_no_persons(tmp_path: Path):
    text = (
        "date,loinc,LOINC name,device,value,unit\n"
        "2024-01-03,6690-2,Leukocytes in Blood,XN-1000,2.1,10*9/L\n"
        "2024-01-05,6690-2,Leukocytes in Blood,XN-2000,2.4,10*9/L\n"
        "2024-01-04,6690-2,Leukocytes in Blood by hand,XN-1000,2.2,10*9/L\n"
        "2024-01-06,6690-2,Leukocytes in Blood by hand,XN-2000,2.5,10*9/L\n"
    )
    record = read(tmp_path, text)
    assert [value for _, _, value in counts(record)] == [2.1, 2.2, 2.4, 2.5]
    assert {p.kind for p in record.problems} == {"column-unread"}
