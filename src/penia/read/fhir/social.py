"""Social history: exposures, places, pregnancy and habits."""

from __future__ import annotations

import re

import msgspec

from penia.read.fhir.context import Context
from penia.read.fhir.elements import Concept
from penia.read.fhir.value import Value
from penia.record import Exposure, ExposureKind, Finding

EXPOSURE = re.compile(r"^\s*exposure(?:\s+to\s+|\s*:\s*|\s+history\s*:\s*)(.+?)\s*$", re.IGNORECASE)
PLACE = re.compile(
    r"travel|residence|country of birth|birth ?place|place of birth|lived in|born in", re.IGNORECASE
)
PLACE_CODES = {"loinc:94651-7"}
PREGNANCY = re.compile(r"^pregnan(?:t|cy)(?: status)?$", re.IGNORECASE)
PREGNANCY_CODES = {"loinc:82810-3"}

PREGNANT = {
    **dict.fromkeys(
        ("pregnant", "yes", "positive", "currently pregnant", "patient currently pregnant"), True
    ),
    **dict.fromkeys(
        ("not pregnant", "no", "negative", "currently not pregnant", "not currently pregnant"), False
    ),
}
NONE = re.compile(r"^(no|none|never|denied|denies|negative|absent|not exposed)$", re.IGNORECASE)

KINDS: tuple[tuple[str, ExposureKind], ...] = (
    (r"radiat|radio(?!log)|x-?ray|isotope|radium|nuclear", "radiation"),
    (
        r"benzene|solvent|pesticid|insecticid|herbicid|organophosph|arsenic|\blead\b|mercury|toluene|paint|glue"
        r"|chemical|mustard|dioxin|petrol|gasoline|fumes|thallium|copper|zinc",
        "chemical",
    ),
)
YES = {"yes", "positive", "true", "present"}


def is_social(name: str, code: Concept | None) -> bool:
    """Where the source gives no category."""
    known = (c.removeprefix("loinc:") for c in PLACE_CODES | PREGNANCY_CODES)
    return bool(EXPOSURE.match(name) or PREGNANCY.match(name) or (code and code.has(*known)))


def social(base: Finding, value: Value, context: Context) -> None:
    """``base``: the observation as a finding, its value left out."""
    text = (value.text or "").strip()
    if exposed := EXPOSURE.match(base.name):
        _exposure(exposed[1], text or _amount(value), base, context)
    elif PLACE.search(base.name) or PLACE_CODES & set(base.codes):
        if text:
            context.builder.finding(msgspec.structs.replace(base, name=text, kind="place", codes=()))
    elif PREGNANCY.match(base.name) or PREGNANCY_CODES & set(base.codes):
        present = PREGNANT.get(text.casefold())
        if present is None:
            reason = f"pregnancy status {text!r} is neither yes nor no"
            context.dropped("not-understood", base.origin.place, reason)
        else:
            context.builder.finding(msgspec.structs.replace(base, name="pregnant", present=present))
    else:
        context.builder.finding(_habit(base, text or _amount(value)))


def _exposure(what: str, note: str, base: Finding, context: Context) -> None:
    """To what, and how, as written; a denied one is an absent piece of history."""
    if NONE.match(note):
        context.builder.finding(msgspec.structs.replace(base, name=what, present=False, kind="history"))
        return
    fits: list[ExposureKind] = [kind for words, kind in KINDS if re.search(words, what, re.IGNORECASE)]
    kind = fits[0] if fits else "other"
    told = None if note.casefold() in YES else note
    context.builder.exposure(Exposure(what, kind, start=base.time, note=told, origins=(base.origin,)))


def _habit(base: Finding, text: str) -> Finding:
    base = msgspec.structs.replace(base, kind="history")
    if NONE.match(text):
        return msgspec.structs.replace(base, present=False)
    if text.casefold() in YES or not text:
        return base
    return msgspec.structs.replace(base, name=f"{base.name}: {text}")


def _amount(value: Value) -> str:
    return f"{value.written or ''} {value.unit or ''}".strip()
