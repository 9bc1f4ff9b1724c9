"""Run by OHDSI's own Circe, in its environment: ``run_circe.py DATABASE DEFINITIONS``.

Prints the entries as JSON: definition → [person, first day, last day].
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb

circe: Any = import_module("circe.api")
sql_of: Any = import_module("circe.sqlrender")


def main() -> None:
    database, definitions = map(Path, sys.argv[1:])
    connection = duckdb.connect(str(database))
    connection.execute(
        "create or replace table cohort (cohort_definition_id integer, subject_id bigint, "
        "cohort_start_date date, cohort_end_date date)"
    )
    found: dict[str, list[list[str]]] = {}
    for path in sorted(definitions.glob("*.json")):
        options = circe.BuildExpressionQueryOptions()
        options.cdm_schema = options.vocabulary_schema = options.result_schema = "main"
        options.target_table, options.cohort_id = "main.cohort", int(path.stem)
        sql = circe.build_cohort_query(circe.cohort_expression_from_json(path.read_text()), options)
        for statement in sql_of.split_sql(sql_of.translate(sql_of.render(sql), "duckdb")):
            connection.execute(statement)
        rows = connection.execute(
            "select subject_id, cohort_start_date, cohort_end_date from cohort "
            "where cohort_definition_id = ? order by all",
            [int(path.stem)],
        ).fetchall()
        found[path.stem] = [[str(cell) for cell in row] for row in rows]
    json.dump(found, sys.stdout)


main()
