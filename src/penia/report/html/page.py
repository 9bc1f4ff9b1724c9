"""The page: what cannot wait, the counts over time, the causes with their evidence, what to do."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import Any

import msgspec
from bokeh.resources import Resources
from markupsafe import Markup

from penia.explanation import Explanation
from penia.record import Record
from penia.report import wording
from penia.report.dropped import grouped
from penia.report.html.ahead import ahead
from penia.report.html.baseline import baseline
from penia.report.html.environment import TEMPLATES, as_json, environment
from penia.report.html.points import BARS, LINES, Bar, Point, bars, millis, points, window
from penia.report.html.timeline import NARROW, STYLE, drawing
from penia.report.language import language

CARDS = 5
"""Causes shown as cards; the others are behind one click."""
MISSING = 5
"""Of what is not known, shown at once."""


def render(explanation: Explanation, record: Record, code: str = "en") -> str:
    """HTML of ``explanation`` of ``record``; every text of the record is escaped, the same input gives the
    same page. ``code``: of the language."""
    known = _known(explanation, record)
    scripts = [library(), _script(_drawing(explanation, known, code))]
    head = {
        "style": Markup(style()),
        "scripts": [Markup(script) for script in scripts],
        "policy": _policy(scripts),
    }
    return _filled(explanation, record, code, part=False, **head)


def part(explanation: Explanation, record: Record, code: str = "en") -> str:
    """What stands between head and foot of ``render``, for a page that has ``style``, ``library`` and
    ``drawer`` itself; the drawing follows as JSON in an element ``drawing``."""
    data = _drawing(explanation, _known(explanation, record), code)
    return _filled(explanation, record, code, part=True, drawing=Markup(data))


def style() -> str:
    return (TEMPLATES / "page.css").read_text(encoding="utf-8")


def drawer() -> str:
    """A function ``drawPenia()`` that brings to life the ``part`` that is in the page; to be called once for
    each."""
    own = _script('JSON.parse(document.getElementById("drawing").textContent)')
    return f"function drawPenia() {{\n{own}}}\n"


def _known(explanation: Explanation, record: Record) -> Record:
    return record if explanation.at is None else record.until(explanation.at)


def _filled(explanation: Explanation, record: Record, code: str, **more: Any) -> str:
    known = _known(explanation, record)
    templates = environment(code)
    told = {
        "e": explanation,
        "record": known,
        "who": wording.who(explanation, record),
        "cards": CARDS,
        "missing": MISSING,
        "dropped": grouped(explanation.problems),
    }
    return templates.get_template("page.html").render(
        **told,
        notes=templates.get_template("notes.txt").render(**told),
        points=points(known),
        bars=bars(explanation, known),
        usual=baseline(known, explanation.episode),
        drawn=BARS,
        lines=[(line, *STYLE[line]) for line in LINES if any(c.lineage == line for c in known.counts)],
        ahead=Markup(ahead(explanation, code)),
        **more,
    )


@cache
def library() -> str:
    """The library without widgets, tables and mathematics."""
    return Resources(mode="inline", components=["bokeh"]).js_raw[0]


def _drawing(explanation: Explanation, record: Record, code: str) -> str:
    """The drawing as JSON; no text of the record can end the script around it, as ``<`` is escaped."""
    said = language(code).said
    shown = [_told(point, code) for point in points(record)]
    drugs = [_named(bar, code) for bar in bars(explanation, record)]
    episode, span = explanation.episode, window(explanation, shown, drugs)
    data: dict[str, Any] = {
        "item": drawing(shown, drugs, episode, span, said, baseline(record, episode)) if shown else None,
        "first": span.first,
        "end": span.end,
        "low": millis(episode.first_low) if episode and episode.first_low else None,
        "lines": list(LINES),
        "narrow": list(NARROW),
        "drugs": min(len(drugs), BARS),
        "words": {name: said(message) for name, message in WORDS.items()},
    }
    return as_json(data).replace("<", "\\u003c")


WORDS = {
    "picked": "{line} {value} on {day}; as received: {received}; from {place}",
    "copied": "Copied.",
    "selected": "Selected below; copy it with the keyboard.",
    "tools": "More tools",
}
"""What the page's script says."""


def _told(point: Point, code: str) -> Point:
    said = language(code).said
    return msgspec.structs.replace(
        point, value=said(point.value), received=said(point.received), place=said(point.place)
    )


def _named(bar: Bar, code: str) -> Bar:
    """As its label in the drawing says."""
    told = f"{bar.name} (cause {bar.rank})" if bar.rank else bar.name
    return msgspec.structs.replace(bar, name=language(code).said(told))


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
