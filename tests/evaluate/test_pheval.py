"""The runner for PhEval, beside a stand-in for that package: the contract that its documentation states."""

from __future__ import annotations

import json
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from penia.evaluate.phenotypes import explained, ranked

WAS = {"id": "OMIM:301000", "label": "Wiskott-Aldrich syndrome"}
PACKET: dict[str, object] = {
    "id": "p",
    "subject": {"id": "s", "sex": "MALE", "timeAtLastEncounter": {"age": {"iso8601duration": "P1Y"}}},
    "phenotypicFeatures": [
        {"type": {"id": id, "label": label}}
        for id, label in (
            ("HP:0001888", "Lymphopenia"),
            ("HP:0001873", "Thrombocytopenia"),
            ("HP:0000964", "Eczema"),
            ("HP:0002718", "Recurrent bacterial infections"),
        )
    ],
    "diseases": [{"term": WAS}],
    "interpretations": [{"id": "i", "progressStatus": "SOLVED", "diagnosis": {"disease": WAS}}],
    "metaData": {},
}


def test_diseases_are_ranked_by_signs() -> None:
    found = ranked(explained(PACKET))
    assert max(found, key=lambda id: found[id]) == "OMIM:301000" and found["OMIM:301000"] < 1


def test_the_answer_in_a_packet_changes_nothing() -> None:
    blind = {k: v for k, v in PACKET.items() if k not in ("diseases", "interpretations")}
    assert ranked(explained(PACKET)) == ranked(explained(blind))


class Runner:
    def __init__(self, testdata_dir: Path, output_dir: Path) -> None:
        self.testdata_dir, self.output_dir = testdata_dir, output_dir
        self.raw_results_dir = output_dir / "raw"


def table(rows: list[tuple[str, float]], schema: dict[str, type], orient: str) -> list[dict[str, object]]:
    return [dict(zip(schema, row, strict=True)) for row in rows]


@pytest.fixture
def handed_over(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the runner hands to PhEval."""
    calls: list[dict[str, Any]] = []

    def kept(**given: Any) -> None:
        calls.append(given)

    order = type("SortOrder", (), {"DESCENDING": 2})
    parts: dict[str, dict[str, Any]] = {
        "pheval.runners.runner": {"PhEvalRunner": Runner},
        "pheval.post_processing.post_processing": {"SortOrder": order, "generate_disease_result": kept},
        "polars": {"DataFrame": table},
    }
    for name, holds in parts.items():
        made = ModuleType(name)
        vars(made).update(holds)
        monkeypatch.setitem(sys.modules, name, made)
    monkeypatch.delitem(sys.modules, "penia.evaluate.pheval", raising=False)
    return calls


def test_the_runner_ranks_every_packet_and_hands_the_ranks_over(
    tmp_path: Path, handed_over: list[dict[str, Any]]
) -> None:
    (tmp_path / "phenopackets").mkdir()
    (tmp_path / "out" / "raw").mkdir(parents=True)
    (tmp_path / "phenopackets" / "p.json").write_text(json.dumps(PACKET))
    made = import_module("penia.evaluate.pheval").PeniaPhEvalRunner(tmp_path, tmp_path / "out")
    made.prepare()
    made.run()
    made.post_process()
    (call,) = handed_over
    assert {"disease_identifier", "score"} == set(call["results"][0])
    assert call["result_path"].stem == "p" and call["phenopacket_dir"] == tmp_path / "phenopackets"


def test_pheval_finds_the_runner_by_its_entry_point() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    (target,) = project["project"]["entry-points"]["pheval.plugins"].values()
    module, _, name = target.partition(":")
    path = Path(__file__).parents[2] / "src" / (module.replace(".", "/") + ".py")
    assert f"class {name}(" in path.read_text()
