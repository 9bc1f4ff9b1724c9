"""A clause in other words that the patterns know: what comes again and again is recurrent, and a word that a
list shares stands before each of its members."""

from __future__ import annotations

import re
from functools import cache

from penia.facts.clause import Clause, clauses
from penia.facts.tables import rules

_WHAT = r"(?P<what>\b(?:(?!(?:and|or)\b)\w+ ){0,4}\w+)"


def restated(clause: Clause) -> tuple[Clause, ...]:
    """The clause said anew; none where nothing in it can be."""
    text = clause.text
    for pattern in _recurring():
        text = pattern.sub(lambda found: f"recurrent {found['what']}", text)
    text = _shared().sub(_each, text)
    return clauses(text) if text != clause.text else ()


def _each(found: re.Match[str]) -> str:
    return f"{found['head']} " + re.sub(_LINK, rf"\g<0>{found['head']} ", found["list"])


_LINK = r"(?:,(?: and| or| nor)?| and| or| nor) "


@cache
def _recurring() -> tuple[re.Pattern[str], ...]:
    return tuple(
        re.compile(rf"(?<![a-z0-9])(?:{words.replace('WHAT', _WHAT)})(?![a-z0-9])")
        for words in rules().restated.recurring
    )


@cache
def _shared() -> re.Pattern[str]:
    heads = "|".join(rules().restated.shared)
    member = rf"(?!(?:{heads}|no|not|without)\b)\w+(?: (?!(?:and|or|nor)\b)\w+){{0,2}}"
    return re.compile(
        rf"\b(?P<head>{heads}) (?P<list>{member}(?:, {member})*(?:,? (?:and|or|nor)) {member})"
        r"(?=$|[,;]| (?:with|in|of|on|for|since|at)\b)"
    )
