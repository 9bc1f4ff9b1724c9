"""What is installed is whole: the wheel holds every file of the package and the compiled knowledge."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "penia"
MOST = 15_000_000
"""Bytes"""
NOT_SHIPPED = {"__pycache__", "compiled.msgpack", "courses.bin"}

pytestmark = pytest.mark.slow


def builder(folder: Path) -> list[str]:
    """pip, as it is set up on this machine; uv where an environment has no pip."""
    if find_spec("pip"):
        return [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", str(folder)]
    return ["uv", "build", "-q", "--wheel", "--out-dir", str(folder)]


def build(folder: Path) -> Path:
    """The wheel, with a fixed time in place of that of the build."""
    when = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
    subprocess.run([*builder(folder), str(ROOT)], check=True, capture_output=True, env=when)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """The folder into which the wheel is unpacked."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(wheel.parent / "unpacked")
    return wheel.parent / "unpacked"


def test_the_same_sources_build_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    again = build(tmp_path)
    assert again.name == wheel.name
    assert sha256(again.read_bytes()).hexdigest() == sha256(wheel.read_bytes()).hexdigest()


def test_the_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size < MOST


def test_no_data_set_or_case_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert not [
        n for n in names if n.endswith((".case.json", ".key.json")) or n.startswith(("tests/", "bench/"))
    ]


def test_every_file_of_the_package_is_in_the_wheel(installed: Path) -> None:
    paths = [p.relative_to(PACKAGE) for p in PACKAGE.rglob("*") if p.is_file()]
    wanted = {p for p in paths if not NOT_SHIPPED & set(p.parts) and p.suffix != ".pyc"}
    assert {p for p in wanted if not (installed / "penia" / p).is_file()} == set()


def test_the_licence_and_the_notices_are_in_the_wheel(installed: Path) -> None:
    assert {"LICENSE", "NOTICE"} <= {p.name for p in installed.rglob("*")}


def test_the_wheel_explains_the_example_from_its_compiled_knowledge(installed: Path) -> None:
    compiled = installed / "penia" / "knowledge" / "compiled.msgpack"
    before = compiled.read_bytes()
    code = (
        f"import sys; sys.path.insert(0, {str(installed)!r}); import penia.cli; "
        "assert penia.__file__.startswith(sys.path[0]); "
        "penia.cli.main(['explain', '--example', 'clozapine', '--json'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "drug:clozapine" in done.stdout
    assert compiled.read_bytes() == before
