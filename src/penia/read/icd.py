"""A bare ICD code, as bills hold it, → icd9cm or icd10cm, where its form or its neighbours say which."""

from __future__ import annotations

import re
from collections.abc import Iterable

NINTH = re.compile(r"\d{3}(\.?\d{1,2})?|V\d{2}(\.?\d{1,2})?|E\d{3}(\.?\d)?")
TENTH = re.compile(r"[A-TV-Z]\d[0-9A-Z](\.?[0-9A-Z]{1,4})?")
GERMAN = re.compile(r"([A-TV-Z]\d\d(?:\.[0-9]{1,3})?)[ +*!†]*([GVAZ])[ RLB]*", re.IGNORECASE)
"""With the letter of German bills that says how sure it is: G, V (suspected), A (excluded), Z (past)."""
DOTTED = re.compile(r"[A-Z]?\d{2,3}[A-Z]?\.[0-9A-Z]{1,4}")
"""With its dot a code is known for one of ICD without more."""


def editions(value: str) -> frozenset[str]:
    """Of which editions a code has the form; V and E codes of the ninth can be codes of the tenth."""
    forms = (("icd9cm", NINTH), ("icd10cm", TENTH))
    return frozenset(name for name, form in forms if form.fullmatch(value))


def dotted(value: str) -> str:
    """``7872`` as ``787.2``, ``E8881`` of the tenth as ``E88.81``."""
    return value if "." in value or len(value) <= 3 else f"{value[:3]}.{value[3:]}"


def edition(value: str, neighbours: Iterable[str]) -> str | None:
    """The one edition of a code; where it could be of both, that of all codes of the same visit that tell."""
    own = editions(value)
    if len(own) == 1:
        return next(iter(own))
    others = {next(iter(found)) for n in neighbours if len(found := editions(n)) == 1}
    return others.pop() if own and len(others) == 1 else None


def code(value: str, known: str | None) -> str | None:
    """``icd9cm:787.2`` where ``known`` is the edition."""
    if known is None:
        return None
    cut = 4 if known == "icd9cm" and value.startswith("E") else 3
    bare = value.replace(".", "")
    return f"{known}:{bare[:cut]}.{bare[cut:]}" if len(bare) > cut else f"{known}:{bare}"
