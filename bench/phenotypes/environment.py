"""A program that does not go with our dependencies, in an environment of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PLACE = Path(".bench")
NEEDS = {"circe": "ohdsi-circepy==0.3.0", "aces": "es-aces==0.7.3"}


def python(name: str) -> Path:
    """The interpreter of the environment ``name``, made on the first call."""
    folder = (PLACE / name).resolve()
    if not (folder / "ready").is_file():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([folder / "bin" / "pip", "install", "-q", NEEDS[name]], check=True)
        (folder / "ready").touch()
    return folder / "bin" / "python"
