"""Patient and Encounter → Person and Stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

from penia.read.fhir.context import Context, origin_of
from penia.read.fhir.elements import Extension, middle
from penia.read.fhir.resources import Encounter, Patient
from penia.record import Finding, Person, Setting, Sex, Stay

SEX: dict[str, Sex] = {"female": "female", "male": "male"}
ANCESTRY = ("us-core-race", "us-core-ethnicity", "ethnicity", "race", "ancestry")
"""Ends of the addresses of extensions that hold ancestry, in profiles of any country."""
NO_ANCESTRY = re.compile(
    r"^\s*(not |non[- ]|unknown|unable|other$|declined|patient declined|refused|asked)", re.IGNORECASE
)

CLASS: dict[str, Setting] = {
    **dict.fromkeys(("EMER",), "emergency"),
    **dict.fromkeys(("IMP", "ACUTE", "NONAC", "OBSENC", "SS"), "inpatient"),
    **dict.fromkeys(("AMB", "VR", "HH", "FLD", "PRENC"), "outpatient"),
}
"""v3-ActCode; where it says nothing else, the words below decide."""
WORDS: tuple[tuple[str, Setting], ...] = (
    (r"neonat|newborn|\bnicu\b|nursery", "neonatal"),
    (r"intensive care|critical care|\b[a-z]{0,2}icu\b|\bitu\b", "intensive-care"),
    (r"ha?ematolog|stem cell transplant", "haematology"),
    (r"oncolog|chemotherapy|cancer", "oncology"),
    (r"emergency|casualty|\ba ?& ?e\b", "emergency"),
    (r"inpatient|in-patient|\bward\b|hospital admission", "inpatient"),
    (
        r"outpatient|out-patient|ambulatory|clinic\b|primary care|general practice|primary-care",
        "outpatient",
    ),
)
"""Tried in this order before the class."""
SPECIAL: set[Setting | None] = {"neonatal", "intensive-care", "haematology", "oncology"}
"""A special place says more than that it is inpatient."""


def patient(resource: Patient, place: str, context: Context) -> None:
    birth = None
    if resource.birth_date:
        try:
            birth = middle(resource.birth_date)
        except ValueError:
            reason = f"birth date {resource.birth_date[:40]!r} is no date"
            context.builder.problems.add("time-unreadable", place, reason, "write it as 1970-12-31")
    context.builder.person(
        Person(
            id=place.rpartition("/")[2],
            sex=SEX.get(resource.gender or ""),
            birth=birth,
            ancestry=tuple(_ancestry(resource.extension)),
            death=context.time(place, resource.deceased_date_time),
        )
    )
    for country in (a.country for a in resource.address):
        if country and len(country) > 3:  # a two-letter code may be a state: IN is Indiana and India
            context.builder.finding(Finding(country, kind="place", origin=origin_of(place, None, country)))


def _ancestry(extensions: tuple[Extension, ...]) -> Iterator[str]:
    for outer in extensions:
        if outer.url.rstrip("/").rsplit("/", 1)[-1].casefold() not in ANCESTRY:
            continue
        for inner in (outer, *outer.extension):
            coding = inner.value_coding.display if inner.value_coding else None
            concept = inner.value_codeable_concept.label() if inner.value_codeable_concept else None
            for text in (inner.value_string, coding, concept):
                if text and not NO_ANCESTRY.match(text):
                    yield text


def encounter(resource: Encounter, place: str, context: Context) -> None:
    setting = _setting(resource)
    start, stop = context.period(place, resource.period or resource.actual_period)
    if setting:
        context.builder.stay(Stay(setting, start, stop))
    else:
        context.dropped("setting-unknown", place, "the kind of an encounter is not known")


def _setting(resource: Encounter) -> Setting | None:
    concepts = [*resource.type, *([resource.service_type] if resource.service_type else [])]
    words = [name for concept in concepts for name in concept.names()]
    words += [p.location.display for p in resource.location if p.location and p.location.display]
    text = " | ".join(words)
    for pattern, setting in WORDS:
        if re.search(pattern, text, re.IGNORECASE):
            return setting
    return next((CLASS[code] for code in _class(resource) if code in CLASS), None)


def _class(resource: Encounter) -> Iterator[str | None]:
    if isinstance(resource.klass, tuple):
        yield from (coding.code for concept in resource.klass for coding in concept.coding)
    elif resource.klass:
        yield resource.klass.code
