"""The templates in a language: what they may call, and how a text is told."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, cast

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from penia.explanation import Candidate, Citation
from penia.explanation.wording import against, decibels, percent, telling
from penia.report import ahead, wording
from penia.report.html import waterfall
from penia.report.html.links import address
from penia.report.language import language
from penia.report.steps import KINDS, LATER, TESTS, URGENCIES, by_haste, for_whom, logistics

TEMPLATES = Path(__file__).parent / "templates"

MARKERS = {
    "circle": "M17 6a4 4 0 1 1-8 0a4 4 0 1 1 8 0z",
    "square": "M9 2h8v8h-8z",
    "triangle": "M13 1l5 9h-10z",
    "diamond": "M13 0l4 6l-4 6l-4-6z",
    "hex": "M9 4l4-2.5l4 2.5v4l-4 2.5l-4-2.5z",
}
"""Marker of a line → its outline in the key."""


def ends(candidate: Candidate) -> dict[str, str]:
    """Of the interval, without the sign of percent."""
    low, high = candidate.interval or (0.0, 1.0)
    return {"low": percent(low).removesuffix(" %"), "high": percent(high).removesuffix(" %")}


def as_json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def if_you(what: str) -> str:
    return f"If you {what}"


FILTERS: dict[str, Any] = {
    "percent": percent,
    "decibels": decibels,
    "telling": telling,
    "against": against,
    "off_by": wording.off_by,
    "ends": ends,
    "waterfall": waterfall.rows,
    "signed": waterfall.signed,
    "if_you": if_you,
    "json": as_json,
}
GLOBALS: dict[str, Any] = {
    "since": wording.since,
    "at_once": wording.at_once,
    "low_lines": wording.low_lines,
    "not_low": wording.not_low,
    "beside_alarms": wording.beside_alarms,
    "is_unread": wording.is_unread,
    "total": wording.total,
    "address_of": address,
    "odds_of": waterfall.odds_of,
    "passing_words": ahead.passing_words,
    "cell": ahead.cell,
    "kinds": KINDS,
    "urgencies": URGENCIES,
    "later": LATER,
    "shown_tests": TESTS,
    "logistics": logistics,
    "for_whom": for_whom,
    "by_haste": by_haste,
    "markers": MARKERS,
}


@cache
def environment(code: str) -> Environment:
    """``code``: of the language. ``text|tell`` is for elements: what stays English is marked so."""
    spoken = language(code)

    def tell(text: str) -> str:
        told = spoken.told(text)
        return Markup('<span lang="en">{}</span>').format(spoken.said(text)) if told is None else told

    def titled(citation: Citation) -> str:
        return citation.title if wording.is_published(citation) else spoken.said(citation.title)

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    cast(dict[str, Any], made.filters).update(FILTERS, tell=tell, said=spoken.said, titled=titled)
    cast(dict[str, Any], made.globals).update(GLOBALS, _=spoken.gettext, language=code)
    return made
