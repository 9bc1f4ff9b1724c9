"""Pages and pictures that the build of the documentation makes itself; none of them is committed."""

from __future__ import annotations

import re

import causes
import commands
import decisions
import drugs
import jsonschema_page
import kinds
import layout
import measured
import pictures
import regimens
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

PICTURE = re.compile(r"^!\[[^\]]*\]\((?:\.\./)*(pictures/[^)]+)\).*\n?", re.MULTILINE)
MEASURED = "<!-- measured: {} -->"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    made: dict[str, str | bytes] = {
        "reference/commands.md": commands.page(),
        "reference/json.md": jsonschema_page.page(),
        "decisions/index.md": decisions.page(config.docs_dir),
        "explanation/layout.md": layout.page(),
        "pictures/layout.svg": layout.picture(),
        **causes.pages(),
        **drugs.pages(),
        **kinds.pages(),
        **regimens.pages(),
        **pictures.pictures(),
    }
    for uri, content in made.items():
        files.append(File.generated(config, uri, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Tables of what was measured in their places; a picture that could not be drawn here leaves no hole."""
    for name, table in measured.tables(config.docs_dir).items():
        markdown = markdown.replace(MEASURED.format(name), table)
    there = files.src_uris
    return PICTURE.sub(lambda m: m[0] if m[1] in there else "", markdown)
