"""``penia read`` as a user meets it."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

import penia
from penia.cli import penia as group
from penia.record import Record

TABLE = "patient,date,WBC (10^9/L),mood\n7,2024-01-03,1.4,blue\n"
EXAMPLE = str(Path(penia.__file__).with_name("examples") / "clozapine.json")


def run(*args: str) -> tuple[int, str]:
    done = CliRunner().invoke(group, ["read", *args])
    return done.exit_code, done.output + (str(done.exception) if done.exception else "")


def test_a_table_is_shown_column_by_column(tmp_path: Path):
    path = tmp_path / "labs.csv"
    path.write_text(TABLE)
    code, told = run(str(path))
    assert code == 0
    assert "WBC" in told and "unread" in told and "person" in told
    assert "column-unread" in told


def test_the_columns_can_be_written_corrected_and_are_then_used(tmp_path: Path):
    path = tmp_path / "labs.csv"
    path.write_text(TABLE)
    assert run(str(path), "--write-columns")[0] == 0
    mapping = tmp_path / "labs.csv.columns.yaml"
    mapping.write_text(mapping.read_text().replace("analyte: WBC", "analyte: ANC"))
    assert [c.lineage for c in penia.read(path).counts] == ["ANC"]
    assert "already" in run(str(path), "--write-columns")[1]


def test_a_record_is_summed_up_whatever_its_format():
    code, told = run(EXAMPLE)
    assert code == 0
    assert "FHIR" in told and "clozapine" in told and "ANC" in told


def test_the_record_itself_comes_as_json():
    code, told = run(EXAMPLE, "--json")
    assert code == 0
    assert Record.from_json(told).counts


def test_a_list_of_people_tells_how_much_was_left_out(tmp_path: Path):
    for name in "ab":
        (tmp_path / f"{name}.json").write_text(f'{{"id": "{name}", "phenotypicFeatures": []}}')
    whole = run(str(tmp_path))[1]
    (tmp_path / "c.json").write_text('{"id": "c", "phenotypicFeatures": [')
    broken = run(str(tmp_path))[1]
    assert "left out" in broken and "--person ID" in broken
    last = [
        [line.split()[-1] for line in told.splitlines() if line[:2] in ("a ", "b ")]
        for told in (whole, broken)
    ]
    assert last == [["0", "0"], ["1", "1"]]
