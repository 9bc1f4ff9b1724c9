"""Drugs in their windows, exposures, places and the person → keys."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache

from penia import spans
from penia.facts import tables
from penia.facts.clause import clauses
from penia.facts.schema.background import AgeKey, ExposureRow
from penia.facts.statement import Said
from penia.record import Exposure, Person

DAY = timedelta(days=1)


def read_drug(exposure: Exposure, anchor: datetime | None) -> list[Said]:
    """Keys of the lists that hold the drug, if it ran in the list's window before the first low count."""
    ingredients = {exposure.ingredient or tables.normalise(exposure.name).replace(" ", "-")}
    found: list[Said] = []
    if followed(exposure.note) or (
        anchor is not None and exposure.start is not None and exposure.start > anchor
    ):
        return found
    listed = False
    for key, row in tables.drugs().items():
        if ingredients & row.ingredients:
            listed = True
            if _within(exposure, anchor, row.within_days) and _begun(exposure, anchor, row.begun_within_days):
                found.append(Said(key, True))
    if listed and anchor is not None and exposure.start is not None and anchor - exposure.start <= 90 * DAY:
        found.append(Said("history:new-drug-in-3-months", True))
    return found


def followed(note: str | None) -> bool:
    """The note says that it was given for the low count, or after it: it did not cause that."""
    return note is not None and _followed(note)


@lru_cache(4096)
def _followed(note: str) -> bool:
    rule = tables.rules().followed
    says, unless = (re.compile(rf"\b(?:{'|'.join(words)})\b") for words in (rule.says, rule.unless))
    return any(
        says.search(part) is not None and unless.search(part) is None
        for clause in clauses(tables.normalise(note, True))
        for part in clause.text.split(",")
    )


def _within(exposure: Exposure, anchor: datetime | None, days: float) -> bool:
    """Running, or stopped no longer ago; without any date the record lists it as present."""
    if anchor is None or exposure.stop is None:
        last = max(exposure.doses, default=None)
        return anchor is None or last is None or exposure.start is None or anchor - last <= days * DAY
    return anchor - exposure.stop <= days * DAY


def _begun(exposure: Exposure, anchor: datetime | None, days: float | None) -> bool:
    if days is None:
        return True
    return anchor is not None and exposure.start is not None and anchor - exposure.start <= days * DAY


def read_exposure(text: str) -> list[Said]:
    """Words over name and note of an exposure, normalised; a row that says absent goes first, and what is
    affirmed before what is denied: ``gardening, no hiking``."""
    found: dict[str, bool] = {}
    denied: set[str] = set()
    for clause in clauses(text):
        for owner, start, end in tables.index().banks["exposures"].matches(clause.text):
            row = tables.exposures()[int(owner)]
            sign = clause.sign(start, end)
            if sign == 0 or clause.of_relative(start, row.key) or not _beside(row, text):
                continue
            if sign > 0 and row.polarity != "broader":
                found[row.key] = row.polarity == "present" and found.get(row.key, True)
            elif sign < 0 and row.polarity != "absent" and clause.lone(start, end):
                denied.add(row.key)
    return [Said(key, found.get(key, False)) for key in dict.fromkeys((*found, *denied))]


def _beside(row: ExposureRow, text: str) -> bool:
    return row.beside is None or re.search(rf"\b(?:{row.beside})\b", text) is not None


def read_place(text: str, ended: float | None = None) -> list[Said]:
    """Endemic areas of a place; a place far from one is a weak absence, since a journey may be unsaid; so is
    a journey that ``ended`` too many days ago."""
    found: dict[str, bool] = {}
    for city, region in tables.places().cities.items():
        if city in text:
            text += f", {region}"
    for clause in clauses(text):
        ago = ended or spans.days_ago(clause.text) or 0.0
        for owner, start, end in tables.index().banks["places"].matches(clause.text):
            if clause.sign(start, end) > 0:
                area = tables.places().areas[int(owner)]
                near = area.polarity == "present" and (area.within_days is None or ago <= area.within_days)
                found[area.key] = found.get(area.key, False) or near
    return [Said(key, present, weak=not present) for key, present in found.items()]


def read_journey(text: str, *, whereabouts: bool = False) -> list[Said]:
    """``Returned from Nigeria``: the place of a journey or of residence, told among other things; or the
    ``whereabouts`` of an exposure, ``street food in Lagos``."""
    places = tables.places()
    words = f"{places.journeys}|{places.whereabouts}" if whereabouts else places.journeys
    return [
        one
        for clause in clauses(text)
        for told in re.finditer(words, clause.text)
        if clause.sign(told.start(), told.end()) > 0 and not clause.of_relative(told.start())
        for one in read_place(
            " ".join(clause.text[told.end() :].split()[:_PLACE_WORDS]), spans.days_ago(clause.text)
        )
        if one.present
    ]


_PLACE_WORDS = 5
"""So near to the words of a journey its place stands."""


def read_person(person: Person, anchor: datetime | None) -> list[Said]:
    """Age, ancestry and the Duffy genotype."""
    rows = tables.person()
    found: list[Said] = []
    years = person.age(anchor) if anchor else None
    if years is not None:
        found += [
            Said(row.key, _of_that_age(row, years))
            for row in rows.age
            if row.among is None or row.among[0] <= years < row.among[1]
        ]
    found += _ancestry(person)
    if person.duffy_null is not None:
        found.append(Said("test:duffy-null-genotype", person.duffy_null, decisive=True))
    return found


def _of_that_age(row: AgeKey, years: float) -> bool:
    if row.from_years is not None:
        return years >= row.from_years
    return years < (row.below_years if row.below_years is not None else (row.below_days or 0) / 365.25)


def _ancestry(person: Person) -> list[Said]:
    rows = tables.person()
    key = rows.origin_words.key
    texts = [tables.normalise(text) for text in person.ancestry]
    if any(word in text for text in texts for word in (*rows.ancestry, *rows.origin_words.names)):
        return [Said(key, True)]
    if texts and all(any(word in text for word in rows.ancestry_absent) for text in texts):
        return [Said(key, False)]
    return []


def read_origin(text: str) -> list[Said]:
    """``of Nigerian origin``: an ancestry named in a finding."""
    rows = tables.person().origin_words
    if any(word in text for word in rows.words) and any(name in text for name in rows.names):
        return [Said(rows.key, True)]
    return []
