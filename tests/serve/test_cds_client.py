"""An independent CDS Hooks client finds the service and takes its cards."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from cds_makers import asked
from serve_makers import running

HERE = Path(__file__).parent
PYTHON = HERE.parents[1] / ".peers" / "python" / "bin" / "python"


@pytest.mark.skipif(
    not (PYTHON.exists() or os.environ.get("CI")), reason="NOT RUN: no CDS Hooks client (tools/peers)"
)
def test_another_clients_types_hold_the_discovery_and_the_card(tmp_path: Path) -> None:
    prefetch = tmp_path / "prefetch.json"
    prefetch.write_text(json.dumps(asked()["prefetch"]), encoding="utf-8")
    with running("--base", "https://penia.example", log=tmp_path / "log") as (port, _):
        address = f"http://127.0.0.1:{port}"
        said = subprocess.run(
            [PYTHON, HERE / "cds_client.py", address, "patient-view", prefetch],
            capture_output=True,
            text=True,
            check=False,
        )
    assert said.returncode == 0, said.stderr[-800:]
    (card,) = json.loads(said.stdout)["cards"]
    assert card["indicator"] == "critical"
    assert card["suggestions"][0]["actions"][0]["resource"]["status"] == "stopped"
    assert card["links"][0]["url"] == "https://penia.example/"
