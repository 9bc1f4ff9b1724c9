"""Small parts of resources: references, codes, dates, sources."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from penia.explanation import Citation
from penia.report.wording import is_published, is_unread

Json = dict[str, Any]

CAUSES = "urn:x-penia:cause"
"""System of our cause ids."""
_REFERENCE = re.compile(r"[A-Z][A-Za-z]{2,39}/[A-Za-z0-9.-]{1,64}", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)
_IDENTIFIERS = (
    (re.compile(r"\b(10\.\d{4,9}/\S+)"), "https://doi.org", "{}"),
    (re.compile(r"\bPMID:?\s*(\d{1,9})\b"), "https://pubmed.ncbi.nlm.nih.gov", "{}"),
    (re.compile(r"(https?://\S+)"), "urn:ietf:rfc:3986", "{}"),
)


def subject(person: str) -> Json:
    """A reference where the person's id may be one of FHIR, else an identifier."""
    if _ID.fullmatch(person):
        return {"reference": f"Patient/{person}"}
    return {"identifier": {"value": person}}


def references(places: Iterable[str]) -> list[Json]:
    """Those places of a record that are resources."""
    return [{"reference": place} for place in dict.fromkeys(places) if _REFERENCE.fullmatch(place)]


def cause(cause_id: str, name: str) -> Json:
    return {"coding": [{"system": CAUSES, "code": cause_id, "display": name}], "text": name}


def instant(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


def source(citation: Citation) -> Json:
    """A published source; one whose figure nobody checked there says so."""
    year = f" ({citation.year})" if citation.year else ""
    unread = "; figure not verified in this source" if is_unread(citation) else ""
    told: Json = {"display": f"{citation.title}{year}{unread}"}
    for pattern, system, form in _IDENTIFIERS:
        if found := pattern.search(citation.ref):
            told["identifier"] = {"system": system, "value": form.format(found[1])}
            break
    return told


def published(citations: Iterable[Citation]) -> list[Citation]:
    return [c for c in dict.fromkeys(citations) if is_published(c)]
