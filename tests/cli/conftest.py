"""Running a command as a user does, within this process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_makers import Given, Run, Said

from penia.cli import main


@pytest.fixture
def penia(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """penia(*arguments) → exit code, standard output, standard error; a traceback fails the test."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("PENIA_DEBUG", raising=False)

    def run(*arguments: object) -> Said:
        with pytest.raises(SystemExit) as ended:
            main([str(a) for a in arguments])
        said = Said(int(ended.value.code or 0), *capfd.readouterr())
        assert "Traceback" not in said.out + said.err
        return said

    return run


@pytest.fixture
def bundle(tmp_path: Path) -> Given:
    """bundle(*resources) → a file with a Bundle of a woman of 40 and these resources."""

    def write(*resources: dict[str, object]) -> Path:
        patient = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1984-03-01"}
        entries = [{"resource": r} for r in (patient, *resources)]
        path = tmp_path / "record.json"
        path.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))
        return path

    return write
