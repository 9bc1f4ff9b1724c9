"""How many rows of the MIMIC-IV demo our tables map, counted in the files and not in what was read."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from penia.codes import analyte, ingredients, meaning
from penia.codes.tables import rows, words

MEDS = Path(__file__).resolve().parents[3] / "shared" / "data" / "mimic_iv_demo" / "meds"
pytestmark = [pytest.mark.real, pytest.mark.skipif(not MEDS.is_dir(), reason=f"{MEDS} is not there")]

CELLS = re.compile(
    r"^(white|red) blood cells|wbc count|^(absolute )?(neutro|lympho|mono|eosino|baso)phils?\b|cyte"
    r"|platelet count|^bands|^blasts|^nucleated red|^hemoglobin$|^hematocrit|^mcv|granulocytes",
    re.IGNORECASE,
)
"""Names of the laboratory's own items that count cells of blood."""


def told() -> list[tuple[str, int, str]]:
    """(code, rows, what the laboratory calls it: name|specimen|category)"""
    sql = (
        f"select e.code, count(*), any_value(coalesce(c.description, '')) from '{MEDS}/data/**/*.parquet' e "
        f"left join '{MEDS}/metadata/codes.parquet' c using (code) group by 1"
    )
    return duckdb.sql(sql).fetchall()


def test_every_row_of_a_blood_count_is_mapped() -> None:
    found = {True: 0, False: 0}
    for code, number, description in told():
        name, specimen, category = (*description.split("|"), "", "")[:3]
        known = meaning(code)
        if known and CELLS.search(name) and specimen == "Blood" and category in ("Hematology", "Blood Gas"):
            item = f"{known.value}:{known.fields.get('item')}"
            found[analyte((item,), None) is not None] += number
    print(found)
    assert found[True] > 25_000 and found[True] >= 0.99 * sum(found.values())


def test_nearly_every_row_that_names_a_drug_of_our_table_is_mapped() -> None:
    drugs = {row["name"].split("-")[0] for row in rows("drugs")}
    found = {True: 0, False: 0}
    for code, number, _ in told():
        known = meaning(code)
        if known and known.means in ("order-start", "dose"):
            name = known.fields.get("name", "")
            if drugs.intersection(words(name)):
                found[bool(ingredients((), name))] += number
    print(found)
    assert found[True] > 35_000 and found[True] >= 0.95 * sum(found.values())
