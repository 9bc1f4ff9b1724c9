"""The page: what cannot wait, the counts over time, the causes with their evidence, what to do."""

from __future__ import annotations

import base64
import hashlib
import io
from functools import cache
from pathlib import Path
from typing import Any, cast

import msgspec
from bokeh.resources import Resources
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from rich.console import Console

from penia.explanation import Explanation
from penia.explanation.wording import against, percent, telling, weighed
from penia.record import Record
from penia.report import terminal, wording
from penia.report.dropped import grouped
from penia.report.html import waterfall
from penia.report.html.fan import end_of
from penia.report.html.links import address
from penia.report.html.points import BARS, LINES, bars, millis, points, window
from penia.report.html.timeline import NARROW, STYLE, drawing
from penia.report.steps import KINDS, URGENCIES, for_whom, logistics

TEMPLATES = Path(__file__).parent / "templates"
CARDS = 5
"""Causes shown as cards; the others are behind one click."""

MARKERS = {
    "circle": "M17 6a4 4 0 1 1-8 0a4 4 0 1 1 8 0z",
    "square": "M9 2h8v8h-8z",
    "triangle": "M13 1l5 9h-10z",
    "diamond": "M13 0l4 6l-4 6l-4-6z",
    "hex": "M9 4l4-2.5l4 2.5v4l-4 2.5l-4-2.5z",
}
"""Marker of a line → its outline in the key."""

FILTERS: dict[str, Any] = {
    "percent": percent,
    "weighed": weighed,
    "telling": telling,
    "against": against,
    "off_by": wording.off_by,
    "waterfall": waterfall.rows,
    "signed": waterfall.signed,
}
GLOBALS: dict[str, Any] = {
    "at_once": wording.at_once,
    "since": wording.since,
    "low_lines": wording.low_lines,
    "not_low": wording.not_low,
    "is_unread": wording.is_unread,
    "address_of": address,
    "odds_of": waterfall.odds_of,
    "kinds": KINDS,
    "urgencies": URGENCIES,
    "logistics": logistics,
    "for_whom": for_whom,
    "markers": MARKERS,
}


def render(explanation: Explanation, record: Record) -> str:
    """HTML of ``explanation`` of ``record``; every text of the record is escaped, the same input gives the
    same page."""
    known = _known(explanation, record)
    scripts = [library(), _script(_drawing(explanation, known))]
    head = {
        "style": Markup(style()),
        "scripts": [Markup(script) for script in scripts],
        "policy": _policy(scripts),
    }
    return _filled(explanation, record, known, part=False, **head)


def part(explanation: Explanation, record: Record) -> str:
    """What stands between head and foot of ``render``, for a page that has ``style``, ``library`` and
    ``drawer`` itself; the drawing follows as JSON in an element ``drawing``."""
    known = _known(explanation, record)
    return _filled(explanation, record, known, part=True, drawing=Markup(_drawing(explanation, known)))


def style() -> str:
    return (TEMPLATES / "page.css").read_text(encoding="utf-8")


def drawer() -> str:
    """A function ``drawPenia()`` that brings to life the ``part`` that is in the page; to be called once for
    each."""
    own = _script('JSON.parse(document.getElementById("drawing").textContent)')
    return f"function drawPenia() {{\n{own}}}\n"


def _known(explanation: Explanation, record: Record) -> Record:
    return record if explanation.at is None else record.until(explanation.at)


def _filled(explanation: Explanation, record: Record, known: Record, **more: Any) -> str:
    return (
        _environment()
        .get_template("page.html")
        .render(
            e=explanation,
            record=known,
            who=wording.who(explanation, record),
            cards=CARDS,
            points=points(known),
            bars=bars(explanation, known),
            drawn=BARS,
            lines=[(line, *STYLE[line]) for line in LINES if any(c.lineage == line for c in known.counts)],
            dropped=grouped(explanation.problems),
            as_text=_as_text(explanation, record),
            **more,
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    cast(dict[str, Any], environment.filters).update(FILTERS)
    cast(dict[str, Any], environment.globals).update(GLOBALS)
    return environment


@cache
def library() -> str:
    """The library without widgets, tables and mathematics."""
    return Resources(mode="inline", components=["bokeh"]).js_raw[0]


def _drawing(explanation: Explanation, record: Record) -> str:
    """The drawing as JSON; no text of the record can end the script around it, as ``<`` is escaped."""
    shown, drugs = points(record), bars(explanation, record)
    episode, span = explanation.episode, window(explanation, shown, drugs)
    data: dict[str, Any] = {
        "item": drawing(shown, drugs, episode, span, explanation.forecast) if shown else None,
        "first": span.first,
        "end": max(span.end, end_of(explanation.forecast)),
        "low": millis(episode.first_low) if episode and episode.first_low else None,
        "lines": list(LINES),
        "narrow": list(NARROW),
        "drugs": min(len(drugs), BARS),
    }
    return msgspec.json.encode(data).decode().replace("<", "\\u003c")


def _script(data: str) -> str:
    """The page's own script with the drawing as data."""
    own = (TEMPLATES / "page.js").read_text(encoding="utf-8")
    return own.replace("/* DATA */", data, 1)


def _policy(scripts: list[str]) -> str:
    """Only these very scripts run, and nothing is fetched or sent."""
    digests = (base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _as_text(explanation: Explanation, record: Record) -> str:
    """The terminal's report, to be copied into the notes."""
    out = io.StringIO()
    terminal.render(explanation, record, Console(file=out, width=90, color_system=None), top=CARDS)
    return "\n".join(line.rstrip() for line in out.getvalue().strip("\n").splitlines())
