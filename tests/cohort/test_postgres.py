"""PostgreSQL gives the bytes of DuckDB, and a postgres that goes away stops the study in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from cohort_makers import as_parquet, cdm, files, postgres_cdm

from penia.cohort import Options, study
from penia.errors import PeniaError


def test_postgresql_gives_the_bytes_of_parquet_and_the_password_is_never_told(
    postgres: str, tmp_path: Path
) -> None:
    source = cdm(tmp_path / "csv")
    postgres_cdm(postgres, source)
    study(as_parquet(source, tmp_path / "parquet"), tmp_path / "a", Options(batch=2), cores=1)
    found = study(postgres, tmp_path / "b", Options(batch=2), cores=1)
    assert found.episodes == 6
    assert files(tmp_path / "a") == files(tmp_path / "b")
    assert "secret" not in (tmp_path / "b" / "manifest.json").read_text()


def test_a_server_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(PeniaError, match="cannot be reached") as told:
        study(f"postgresql://me:secret@/x?host={tmp_path}", tmp_path / "out", cores=1)
    assert "secret" not in str(told.value) and "\n" not in str(told.value)
