"""The invented record that ships with penia."""

from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "examples" / "clozapine.json"
