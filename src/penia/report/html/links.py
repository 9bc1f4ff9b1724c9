"""Where a source can be opened: an address made from its PMID, PMC number or DOI, or its own web address."""

from __future__ import annotations

import re

ADDRESSES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"https?://[^\s\"'<>]+", re.ASCII), "{}"),
    (re.compile(r"\bPMID:?\s*(\d{1,9})\b", re.ASCII), "https://pubmed.ncbi.nlm.nih.gov/{}/"),
    (re.compile(r"\bPMC(\d{1,9})\b", re.ASCII), "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC{}/"),
    (re.compile(r"\b(10\.\d{4,9}/[^\s;,\"'<>]+)", re.ASCII), "https://doi.org/{}"),
)
"""Pattern → address; the first that matches wins. Only http(s) can come out."""


def address(ref: str) -> str | None:
    """The address that ``ref`` names; None where it names none that a browser could open."""
    for pattern, form in ADDRESSES:
        if found := pattern.search(ref):
            return form.format(found.group(found.lastindex or 0).rstrip("."))
    return None
