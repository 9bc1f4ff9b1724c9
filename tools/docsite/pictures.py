"""What the tutorial shows: the terminal as SVG, the page itself, and its picture where Chromium is."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

import penia
from penia.cli.source import the_source
from penia.forecast import Wish
from penia.report import html, terminal
from penia.report.language import LANGUAGES

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SHOTS = {"page": ("en", "1100,1500"), "page-phone": ("en", "500,1500"), "page-german": ("de", "1100,1500")}
"""Name → language and window; a window cannot be narrower than 500."""
OFFLINE_SVG = re.sub(r"@font-face \{\{.*?\}\}\s*(?=\n)", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
"""Rich's own points to fonts on a server of others."""


def pictures() -> dict[str, str | bytes]:
    record = penia.read(the_source(None, "clozapine"))
    explanation = penia.explain(record)
    console = Console(record=True, width=92, file=io.StringIO(), force_terminal=True)
    terminal.render(explanation, record, console, 3)
    told = penia.explain(record, ahead=Wish(each=True))
    pages = {language: html.render(told, record, language) for language in LANGUAGES}
    made: dict[str, str | bytes] = {
        "pictures/terminal.svg": console.export_svg(
            title="penia explain --example clozapine", code_format=OFFLINE_SVG, unique_id="penia"
        ),
        "pictures/clozapine.html": pages["en"],
    }
    for name, (language, window) in SHOTS.items():
        if (shot := _shot(pages[language], window)) is not None:
            made[f"pictures/{name}.png"] = shot
    return made


def _shot(page: str, window: str) -> bytes | None:
    """The page as PNG; None without a browser, or where it cannot run here."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "page.html", Path(folder) / "page.png"
        source.write_text(page, encoding="utf-8")
        settings = (
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--disable-dev-shm-usage",
        )
        where = (f"--user-data-dir={folder}/profile", f"--window-size={window}", f"--screenshot={target}")
        late = "--virtual-time-budget=4000"
        try:
            subprocess.run(
                [browser, *settings, *where, late, source.as_uri()],
                capture_output=True,
                timeout=60,
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return target.read_bytes() if target.exists() else None
