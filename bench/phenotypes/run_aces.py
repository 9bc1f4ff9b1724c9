"""Run by ACES, in its environment: ``run_aces.py SHARD TASK``. Prints [person, time] of triggers as JSON."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

config: Any = import_module("aces.config")
predicates: Any = import_module("aces.predicates")
query: Any = import_module("aces.query")
omegaconf: Any = import_module("omegaconf")


def main() -> None:
    shard, task = sys.argv[1:]
    asked = config.TaskExtractorConfig.load(config_path=Path(task))
    source = omegaconf.DictConfig({"path": shard, "standard": "meds"})
    found = query.query(asked, predicates.get_predicates_df(asked, source))
    rows = found.select("subject_id", "index_timestamp").unique().sort("subject_id", "index_timestamp")
    json.dump([[str(person), time.isoformat()] for person, time in rows.iter_rows()], sys.stdout)


main()
