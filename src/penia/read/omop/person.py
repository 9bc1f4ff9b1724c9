"""person, death, visit_occurrence and visit_detail → Person and Stay."""

from __future__ import annotations

import re
from datetime import date

from penia.read.duck import Row
from penia.read.fhir.elements import middle
from penia.read.fhir.person import NO_ANCESTRY, SPECIAL, WORDS
from penia.read.omop.context import Context
from penia.record import Person, Setting, Sex, Stay

SEX: dict[str, Sex] = {"m": "male", "male": "male", "f": "female", "female": "female"}
SETTINGS: dict[str, Setting] = {
    "outpatient": "outpatient",
    "emergency": "emergency",
    "inpatient": "inpatient",
    "intensive-care": "intensive-care",
}


def person(rows: list[Row], deaths: list[Row], name: str, context: Context) -> None:
    """Each row of person is a reading of its own, so that two that differ are named."""
    place = f"person/{name}"
    died = [context.time(f"death/{name}", moment_, day) for day, moment_, _ in deaths]
    for row in rows:
        sex_concept, sex_value, year, month, day, birth, *origin, _ = row
        sex = context.meaning("sex", sex_concept)
        context.builder.person(
            Person(
                id=name,
                sex=SEX.get(sex or (sex_value or "").strip().casefold()),
                birth=_birth(year, month, day, birth, place, context),
                ancestry=tuple(_ancestry(origin, context)),
            )
        )
    for when in died:
        context.builder.person(Person(id=name, death=when))


def _birth(
    year: str | None, month: str | None, day: str | None, whole: str | None, place: str, context: Context
) -> date | None:
    """The middle of what is known; birth_datetime, which many sources fill up, only without a year."""
    text = "-".join(part.zfill(2) for part in _parts(year, month, day)) if year else (whole or "")[:10]
    if not text:
        return None
    try:
        return middle(text)
    except ValueError:
        reason = f"birth date {text[:40]!r} is no date"
        context.builder.problems.add("time-unreadable", place, reason, "give year_of_birth as four digits")
        return None


def _parts(year: str | None, month: str | None, day: str | None) -> list[str]:
    parts: list[str] = []
    for part in (year, month, day):
        if not part:
            break
        parts.append(part.removesuffix(".0"))
    return parts


def _ancestry(columns: list[str | None], context: Context) -> list[str]:
    race, race_value, ethnicity, ethnicity_value = columns
    texts = [
        value or context.vocabulary[one].name
        for one, value in ((race, race_value), (ethnicity, ethnicity_value))
    ]
    return [text for text in texts if text and not NO_ANCESTRY.match(text)]


def visit(row: Row, place: str, context: Context) -> None:
    one, standard, source, value, day, time, end_day, end_time, site, _ = row
    named = context.named(standard, source, value)
    start, stop = context.time(place, time, day), context.time(place, end_time, end_day)
    if one:
        context.visits[one] = start, stop
    words = " | ".join((context.sites.get(site or "", ""), *named.names[:1]))
    special: Setting | None = next(
        (setting for pattern, setting in WORDS if re.search(pattern, words, re.IGNORECASE)), None
    )
    known = SETTINGS.get(context.meaning("setting", standard) or "")
    setting: Setting | None = special if special in SPECIAL else known or special
    if setting:
        context.builder.stay(Stay(setting, start, stop))
    else:
        context.builder.problems.add("setting-unknown", place, "the kind of a visit is not known")
