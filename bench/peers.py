"""The environment in which the benches run: penia, and those that it is measured beside.

This module must run where nothing is installed yet.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLACE = ROOT / "build" / "bench"


def there() -> bool:
    return Path(sys.prefix) == PLACE


def enter(words: list[str]) -> None:
    """Go on in that environment, made if need be; where it cannot be made, here, and that is said."""
    made = subprocess.run(
        [ROOT / "tools" / "environment", "bench"],
        env={**os.environ, "VENV": str(PLACE), "PYTHON": sys.executable},
        check=False,
    )
    python = PLACE / "bin" / "python"
    if made.returncode == 0 and python.exists():
        os.execv(python, [str(python), "-m", "bench", *words])
    print("The others could not be installed; what is not here already is not measured.", file=sys.stderr)
