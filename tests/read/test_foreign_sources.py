"""Sources that are no FHIR JSON are told what they are."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from fhir_makers import bundle, patient

from penia.read import ReadError, read

RECORD = json.dumps(bundle(patient()))


def zipped(text: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("record.json", text)
    return made.getvalue()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (zipped(RECORD), "zip archive; unpack it"),
        (RECORD.encode("utf-16"), "UTF-16; save it in UTF-8"),
        (RECORD.encode("utf-16-be"), "UTF-16; save it in UTF-8"),
        (gzip.compress(gzip.compress(RECORD.encode())), "packed twice"),
        (b'<Bundle xmlns="http://hl7.org/fhir"/>', "XML; export it as FHIR R4 JSON"),
        ([patient()], "list cannot be read; give a path"),
        (7, "int cannot be read; give a path"),
        (io.StringIO(RECORD), "text stream"),
        ({"resourceType": object()}, "no JSON"),
    ],
)
def test_what_is_no_fhir_json_is_told_what_it_is(given: Any, told: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(given)
    assert told in str(caught.value)


def test_a_folder_of_folders_says_which_folder_to_give(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    with pytest.raises(ReadError, match="holds folders but no file"):
        read(tmp_path)
