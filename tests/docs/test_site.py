"""The documentation builds strictly, is whole, and calls no server of others."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from penia import knowledge
from penia.knowledge.regimens import regimens

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("mkdocs") is None or find_spec("mkdocstrings") is None,
        reason="THE DOCUMENTATION IS NOT BUILT: install the group docs (tools/environment test docs)",
    ),
]
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
INERT = {"canonical", "prev", "next", "alternate"}


class Links(HTMLParser):
    """Where a page points, what it loads by itself, and the places that can be pointed at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.points: list[str] = []
        self.loads: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.places.update(given[name] for name in ("id", "name") if name in given)
        if tag == "a" and "href" in given:
            self.points.append(given["href"])
        if (where := LOADED.get(tag)) in given and given.get("rel") not in INERT:
            self.loads.append(given[where])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "DISABLE_MKDOCS_2_WARNING": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@cache
def read(page: Path) -> Links:
    return Links(page.read_text(encoding="utf-8"))


def pages(site: Path) -> list[Path]:
    """Our own page of a result is tested with the reports."""
    return [page for page in sorted(site.rglob("*.html")) if page.parent.name != "pictures"]


def test_every_link_within_the_site_ends_somewhere(site: Path) -> None:
    broken: list[str] = []
    for page in pages(site):
        if page.name == "404.html":
            continue
        for link in read(page).points + read(page).loads:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or link.startswith("data:"):
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            target = target / "index.html" if target.is_dir() else target
            if not target.exists():
                broken.append(f"{page.relative_to(site)}: {link}")
            elif parts.fragment and unquote(parts.fragment) not in read(target).places:
                broken.append(f"{page.relative_to(site)}: {link} (no such place)")
    assert broken == []


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    """Fonts, scripts, styles, pictures come with the site: it works offline, and nobody learns who reads."""
    away = {(page.name, link) for page in pages(site) for link in read(page).loads if urlsplit(link).netloc}
    assert away == set()
    styles = [*site.rglob("*.css"), *site.rglob("*.svg")]
    assert styles
    for style in styles:
        assert not re.search(r"url\(\W?(https?:)?//", style.read_text(encoding="utf-8")), style


def test_every_cause_and_drug_has_a_page(site: Path) -> None:
    base = knowledge.load()
    reference = site / "reference"
    assert len([*(reference / "causes").glob("*.html")]) == len(base.causes)
    drugs = {page.stem for page in (reference / "drugs").glob("*.html")}
    assert drugs == {drug.removeprefix("drug:") for drug in base.drugs}


def test_every_regimen_has_a_page(site: Path) -> None:
    there = {page.stem for page in (site / "reference" / "regimens").glob("*.html")}
    assert there == {regimen.id.removeprefix("regimen:") for regimen in regimens().regimens}


def test_the_figures_of_validation_stand_in_their_tables(site: Path) -> None:
    for name in ("explanation/validation.html", "model-card.html"):
        text = (site / name).read_text(encoding="utf-8")
        assert "<!-- measured" not in text, name
        assert "right first" in text


@pytest.mark.parametrize(("name", "pictures"), [("pharmacometrics", 4), ("omop", 1)])
def test_a_notebook_was_run_and_shows_its_pictures(site: Path, name: str, pictures: int) -> None:
    text = (site / "notebooks" / f"{name}.html").read_text(encoding="utf-8")
    assert text.count('src="data:image/png;base64,') == pictures
    assert "Traceback" not in text
