"""report.html: one file that needs nothing else."""

from __future__ import annotations

import math
from pathlib import Path

from penia.cohort.figures import figures
from penia.cohort.run import Manifest
from penia.cohort.shown import shown
from penia.errors import PeniaError
from penia.knowledge.signals import signals

REPORT = "report.html"


def report(out: Path, manifest: Manifest) -> Path:
    """Writes the report of the finished study in ``out``. Raises PeniaError where it cannot be written."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    found = figures(out, manifest)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
    )
    years = sum(y.years for y in manifest.denominators.observed)
    text = environment.get_template(REPORT).render(
        m=manifest,
        f=found,
        years=years,
        episodes=sum(b.rows["episode"] for b in manifest.batches),
        affected=found.affected,
        shown=shown,
        days=signals(),
        exp=math.exp,
    )
    path, half = out / REPORT, out / f".{REPORT}.part"
    try:
        half.write_text(text, encoding="utf-8")
        half.replace(path)
    except OSError as error:
        raise PeniaError(f"{path} cannot be written ({error.strerror or error}); make room.") from error
    return path
