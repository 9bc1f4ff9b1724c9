import csv
import subprocess
import sys
from pathlib import Path

import pytest

import penia.codes
from penia.codes import analyte, conditions, hpo_of, ingredients, site_name
from penia.errors import PeniaError

DATA = Path(penia.codes.__file__).parent / "data"


def test_the_tables_ship_no_snomed_ct_and_no_atc():
    for path in DATA.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            header, *lines = csv.reader(file)
        assert not {"snomed", "atc"} & {name.lower() for name in header}
        assert not any("snomed" in cell.lower() or cell == "atc" for line in lines for cell in line), path
        assert all(len(line) == len(header) for line in lines), path


def test_loinc_codes_have_right_check_digits():
    with (DATA / "loinc.csv").open(encoding="utf-8", newline="") as file:
        codes = [row["code"] for row in csv.DictReader(file)]
    for code in codes:
        number, digit = code.split("-")
        doubled = [int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(number))]
        assert (10 - sum(d - 9 if d > 9 else d for d in doubled) % 10) % 10 == int(digit), code
    assert len(codes) == len(set(codes))


def test_a_site_adds_its_own_tables_by_naming_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "atc.csv").write_text("code,name\nX99,Clozapine\n", encoding="utf-8")
    (tmp_path / "snomed.csv").write_text("code,name\n1,Own term\n", encoding="utf-8")
    assert ingredients(["atc:X99"], None) == ()
    monkeypatch.setenv("PENIA_CODES", str(tmp_path))
    assert ingredients(["atc:X99"], None) == ("clozapine",)
    assert site_name("snomed:1") == "Own term"
    assert site_name("snomed:2") is None
    assert site_name("loinc:1") is None


def test_a_site_table_with_other_columns_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "atc.csv").write_text("id,label\nX99,Clozapine\n", encoding="utf-8")
    monkeypatch.setenv("PENIA_CODES", str(tmp_path))
    with pytest.raises(ValueError, match=r"atc\.csv must be CSV in UTF-8 with the columns code and name"):
        ingredients(["atc:X99"], None)


def test_importing_reads_no_table():
    script = "import penia.codes\nfrom penia.codes.tables import rows\nassert rows.cache_info().currsize == 0"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_look_ups_accept_nothing_at_all():
    assert analyte([], None) is None
    assert ingredients([], None) == ()
    assert conditions([]) == ()
    assert hpo_of("") is None


def test_a_site_folder_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENIA_CODES", "/no/such/folder")
    with pytest.raises(PeniaError, match="PENIA_CODES names '/no/such/folder', which is no folder"):
        site_name("snomed:1")
