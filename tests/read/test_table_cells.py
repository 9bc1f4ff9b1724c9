"""How dates, times of day, numbers and their units are written in tables, and which of them are refused."""

# pyright: basic

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from table_makers import kinds, table

import penia
from penia.read import ReadError
from penia.record import Record


def values(record: Record) -> list[tuple[str, float]]:
    return [(c.lineage, round(c.value, 6)) for c in record.counts]


@pytest.mark.parametrize(
    "written",
    [
        "13-Mar-2024",
        "March 13 2024",
        '"March 13, 2024"',
        "13 March 2024",
        "13. März 2024",
        "13 de marzo de 2024",
        "13 mars 2024",
        "2024/03/13",
        "2024.3.13",
        "20240313",
        "202403130000",
        "2024年3月13日",
        "13.03.2024",
        "03/13/2024",
    ],
)
def test_a_date_that_can_mean_one_day_only_is_that_day(tmp_path: Path, written: str) -> None:
    record = table(tmp_path, "patient,date,WBC (G/L)", f"7,{written},4.5")
    assert [c.time.isoformat()[:16] for c in record.counts] == ["2024-03-13T00:00"]
    assert not record.problems


@pytest.mark.parametrize(
    "written", ["13-Mrz-24", "13.03.24", "2024-W11-3", "Marzo 2024", "30-Feb-2024", "0313"]
)
def test_a_date_that_may_be_another_is_refused_with_the_remedy(tmp_path: Path, written: str) -> None:
    record = table(tmp_path, "patient,date,WBC (G/L)", f"7,{written},4.5")
    assert not record.counts
    assert "write it as 2024-03-31" in {p.remedy for p in record.problems}


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("8:30 PM", "20:30"),
        ("8:30 am", "08:30"),
        ("12:15 a.m.", "00:15"),
        ("12:15 PM", "12:15"),
        ("20h30", "20:30"),
    ],
)
@pytest.mark.parametrize("apart", [True, False], ids=["own column", "with the day"])
def test_half_days_are_told_apart(tmp_path: Path, written: str, hour: str, apart: bool) -> None:
    title, between = ("date,time", ",") if apart else ("date", " ")
    record = table(tmp_path, f"patient,{title},WBC (G/L)", f"7,2024-03-13{between}{written},4.5")
    assert [c.time.isoformat()[11:16] for c in record.counts] == [hour]


@pytest.mark.parametrize("written", ["evening", "25:10", "14:30 AM", "0.854"])
def test_a_time_of_day_that_is_none_is_named_and_the_day_stays(tmp_path: Path, written: str) -> None:
    record = table(tmp_path, "patient,date,time of day,WBC (G/L)", f"7,2024-03-13,{written},4.5")
    assert [c.time.isoformat()[:16] for c in record.counts] == ["2024-03-13T00:00"]
    assert kinds(record) == ["time-unreadable"] and "no time of day" in record.problems[0].reason


@pytest.mark.parametrize("written", ["4.5E3", "4.5e+03", "4500", "4 500", "4500 /uL", "4500 H", "４５００"])
def test_a_number_that_can_mean_one_only_is_that_number(tmp_path: Path, written: str) -> None:
    record = table(tmp_path, "patient,date,WBC (/uL)", f"7,2024-03-13,{written}")
    assert values(record) == [("WBC", 4.5)]


@pytest.mark.parametrize("written", ['"4,500"', "4.500"])
def test_a_sign_that_may_part_thousands_or_decimals_is_asked_about(tmp_path: Path, written: str) -> None:
    record = table(tmp_path, "patient,date,ANC (/uL)", f"7,2024-03-13,{written}")
    (problem,) = record.problems
    assert not record.counts and problem.kind == "value-unreadable"
    assert "thousands or a decimal" in problem.reason and "write it as 4500 or 4.5" in problem.remedy


def test_a_column_that_proves_its_thousands_is_read(tmp_path: Path) -> None:
    rows = ('7,2024-03-13,"4,500"', '7,2024-03-14,"4,500.5"')
    assert values(table(tmp_path, "patient,date,WBC (/uL)", *rows)) == [("WBC", 4.5), ("WBC", 4.5005)]


def test_a_zero_before_the_comma_proves_that_it_is_decimal(tmp_path: Path) -> None:
    rows = ("7;2024-03-13;0,412", "7;2024-03-14;1,204")
    assert values(table(tmp_path, "patient;date;ANC (G/L)", *rows)) == [("ANC", 0.412), ("ANC", 1.204)]


def test_the_mapping_says_what_parts_thousands(tmp_path: Path) -> None:
    (tmp_path / "labs.csv.columns.yaml").write_text("decimal: point\n")
    assert values(table(tmp_path, "patient,date,WBC (/uL)", '7,2024-03-13,"4,500"')) == [("WBC", 4.5)]


def test_a_unit_in_the_cell_counts_and_one_that_contradicts_the_title_is_refused(tmp_path: Path) -> None:
    record = table(
        tmp_path, "patient,date,WBC", "7,2024-03-13,4.5 G/L", "7,2024-03-14,4500/uL", "7,2024-03-15,4.5"
    )
    assert values(record) == [("WBC", 4.5), ("WBC", 4.5)] and kinds(record) == ["unit-missing"]
    record = table(tmp_path, "patient,date,WBC (/uL)", "7,2024-03-13,4.5 G/L")
    assert not record.counts and kinds(record) == ["unit-unknown"]


@pytest.mark.parametrize(
    ("title", "cell", "expected"),
    [
        ("WBC (10^9/L)", "4.5", ("WBC", 4.5)),
        ("ANC [/uL]", "450", ("ANC", 0.45)),
        ("PLT 10^3/uL", "250", ("PLT", 250)),
        ("HGB g/dL", "12", ("HB", 120)),
        ("wbc_10^9/L", "4.5", ("WBC", 4.5)),
        ("WBC/µL", "4500", ("WBC", 4.5)),
        ("白血球数（/μL）", "4500", ("WBC", 4.5)),
        ("血小板 (万/μL)", "25", ("PLT", 250)),
        ("中性粒细胞绝对值(10^9/L)", "0.4", ("ANC", 0.4)),
        ("嗜中性球計數 (10^9/L)", "0.4", ("ANC", 0.4)),
    ],
)
def test_the_unit_in_a_title_is_that_of_its_column(
    tmp_path: Path, title: str, cell: str, expected: Any
) -> None:
    assert values(table(tmp_path, f"patient,date,{title}", f"7,2024-03-13,{cell}")) == [expected]


@pytest.mark.parametrize(
    "title",
    [
        *("NEUT%", "Neutrophils %", "% neutrophils", "Neutrophils (%)", "neutrophils percent"),
        *("好中球（％）", "中性粒细胞百分比", "好中球比率"),
    ],
)
def test_a_title_of_percent_needs_no_other_unit(tmp_path: Path, title: str) -> None:
    record = table(tmp_path, f"patient,date,WBC (G/L),{title}", "7,2024-03-13,4,50")
    assert values(record) == [("ANC", 2.0), ("WBC", 4.0)] and not record.problems


@pytest.mark.parametrize("title", ["WBC 1", "WBC 2024", "WBC_old", "urine WBC (/uL)", "WBC/RBC"])
def test_a_title_that_says_more_than_an_analyte_and_its_unit_gives_no_count(
    tmp_path: Path, title: str
) -> None:
    text = f"patient,date,{title},HB (g/L)"
    assert values(table(tmp_path, text, "7,2024-03-13,45,120")) == [("HB", 120)]


def test_tables_of_japan_and_china_are_read(tmp_path: Path) -> None:
    japan = table(
        tmp_path, "患者番号,採血日,性別,年齢,白血球数(/μL),好中球(%)", "7,2024年3月19日,男,40,4100,50"
    )
    china = table(tmp_path, "病历号,采样日期,性别,项目,结果,单位", "7,2024-03-19,女,白细胞,4.1,10^9/L")
    assert values(japan) == [("ANC", 2.05), ("WBC", 4.1)] and values(china) == [("WBC", 4.1)]
    assert (japan.person.sex, china.person.sex) == ("male", "female")
    assert japan.person.birth is not None and not (*japan.problems, *china.problems)


def workbook(folder: Path, titles: list[str], cells: list[tuple[Any, str]]) -> Record:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(titles)
    for column, (value, form) in enumerate(cells, 1):
        cell = sheet.cell(2, column, value)
        cell.number_format = form
    book.save(folder / "labs.xlsx")
    return penia.read(folder / "labs.xlsx")


NAMED = [(7, "General"), ("2024-03-13", "General"), (4.0, "0.0")]


@pytest.mark.parametrize("title", ["NEUT", "NEUT %"])
@pytest.mark.parametrize(("value", "form"), [(0.55, "0%"), (0.55, "0.0 %"), (55, '0" %"'), (55, "0")])
def test_a_cell_of_excel_is_read_as_it_is_shown(tmp_path: Path, title: str, value: float, form: str) -> None:
    record = workbook(tmp_path, ["patient", "date", "WBC (G/L)", title], [*NAMED, (value, form)])
    shown = title == "NEUT %" or form in ("0%", "0.0 %")
    assert values(record) == ([("ANC", 2.2), ("WBC", 4.0)] if shown else [("WBC", 4.0)])


def test_a_format_of_excel_that_shows_thousands_is_read_as_shown(tmp_path: Path) -> None:
    record = workbook(tmp_path, ["patient", "date", "WBC (G/L)", "ANC (G/L)"], [*NAMED, (200, "#,##0.0,")])
    assert values(record) == [("ANC", 0.2), ("WBC", 4.0)]


def test_cells_of_another_specimen_than_blood_are_no_count(tmp_path: Path) -> None:
    rows = ("7,2024-03-13,Urine,Leukocytes,25,/uL", "7,2024-03-13,Blood,Leukocytes,4500,/uL")
    record = table(tmp_path, "patient,date,specimen,test,value,unit", *rows)
    assert values(record) == [("WBC", 4.5)]
    wide = table(tmp_path, "patient,date,Material,WBC (/uL)", "7,2024-03-13,Liquor,25")
    assert not wide.counts


def test_a_name_of_a_long_table_may_hold_the_unit(tmp_path: Path) -> None:
    rows = ("7,2024-03-13,WBC (10^9/L),4.5", "7,2024-03-13,NEUT%,50")
    assert values(table(tmp_path, "patient,date,test,value", *rows)) == [("ANC", 2.25), ("WBC", 4.5)]


@pytest.mark.parametrize("said", ["unknown", "?", "possible"])
def test_a_finding_that_may_be_there_or_not_is_neither(tmp_path: Path, said: str) -> None:
    record = table(tmp_path, "patient,date,finding,present", f"7,2024-03-13,fever,{said}")
    assert not record.findings and kinds(record) == ["presence-unknown"]


@pytest.mark.parametrize("title", ["time", "Uhrzeit"])
def test_clocks_with_and_without_a_colon_are_read_alike(tmp_path: Path, title: str) -> None:
    rows = ("7,2024-03-13,08:30,4.5", "7,2024-03-14,0830,4.4", "7,2024-03-15,1415,4.3")
    record = table(tmp_path, f"patient,date,{title},WBC (G/L)", *rows)
    assert [c.time.isoformat()[11:16] for c in record.counts] == ["08:30", "08:30", "14:15"]
    assert not record.problems


@pytest.mark.parametrize("written", ["2024-03-13 0830", "13.03.2024 0830"])
def test_a_clock_without_a_colon_behind_its_day_is_read(tmp_path: Path, written: str) -> None:
    record = table(tmp_path, "patient,date,WBC (G/L)", f"7,{written},4.5")
    assert [c.time.isoformat()[:16] for c in record.counts] == ["2024-03-13T08:30"]


def test_four_digits_that_may_be_years_are_no_clock(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="may both be the time"):
        table(tmp_path, "patient,date,time,WBC (G/L)", "7,2024-03-13,2012,4.5", "7,2024-03-14,2013,4.5")
