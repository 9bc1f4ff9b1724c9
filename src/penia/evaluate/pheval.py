"""penia as a runner of PhEval, the benchmark of phenotype-driven tools.

``pheval run --runner peniaphevalrunner`` finds it by the entry point ``pheval.plugins``; the package pheval
is no dependency of penia. https://monarch-initiative.github.io/pheval/developing_a_pheval_plugin
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from penia.evaluate.phenotypes import explained, ranked

runner: Any = import_module("pheval.runners.runner")
SCHEMA = {"disease_identifier": str, "score": float}


class PeniaPhEvalRunner(runner.PhEvalRunner):  # pyright: ignore[reportUntypedBaseClass]
    """Ranks diseases by the signs of each phenopacket of ``<testdata>/phenopackets``."""

    testdata_dir: Path
    output_dir: Path
    raw_results_dir: Path

    def prepare(self) -> str:
        return "phenopackets are read as they are"

    def run(self) -> None:
        for path in self._packets():
            found = ranked(explained(json.loads(path.read_bytes())))
            (self.raw_results_dir / path.name).write_text(json.dumps(found, indent=1))

    def post_process(self) -> None:
        polars: Any = import_module("polars")
        results: Any = import_module("pheval.post_processing.post_processing")
        for path in self._packets():
            raw = self.raw_results_dir / path.name
            found: dict[str, float] = json.loads(raw.read_bytes())
            results.generate_disease_result(
                results=polars.DataFrame([*found.items()], schema=SCHEMA, orient="row"),
                sort_order=results.SortOrder.DESCENDING,
                output_dir=self.output_dir,
                result_path=raw,
                phenopacket_dir=self.testdata_dir / "phenopackets",
            )

    def _packets(self) -> list[Path]:
        return sorted((self.testdata_dir / "phenopackets").glob("*.json"))
