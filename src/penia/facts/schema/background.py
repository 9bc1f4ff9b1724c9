"""Diagnoses, exposures, places, and what is known of the person."""

from __future__ import annotations

from typing import Literal

from penia.facts.schema.row import Row


class ConditionRow(Row, frozen=True):
    names: tuple[str, ...]
    icd10: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    past_keys: tuple[str, ...] = ()
    only_past: bool = False
    """Its ``past_keys`` are not said of one that goes on."""
    cause: str | None = None
    fit: Literal["exact", "wide", "outcome"] = "exact"


class ExposureRow(Row, frozen=True):
    words: str
    key: str
    polarity: Literal["present", "absent", "broader"]
    """broader: denied it denies the key, affirmed it says nothing."""
    beside: str | None = None
    """Without these words anywhere in the text the row says nothing."""


class Area(Row, frozen=True):
    key: str
    names: tuple[str, ...]
    when: str | None = None
    within_days: float | None = None
    """A journey that ended longer ago is none."""
    polarity: Literal["present", "absent"] = "present"


class Places(Row, frozen=True):
    areas: tuple[Area, ...]
    journeys: str
    """Before the name of a place in a text on other things."""
    whereabouts: str
    """Before it in a note on an exposure, which was there."""
    cities: dict[str, str]


class AgeKey(Row, frozen=True):
    key: str
    below_days: float | None = None
    below_years: float | None = None
    from_years: float | None = None
    among: tuple[float, float] | None = None
    """Said only of these ages, in years: the key parts them once more."""


class OriginWords(Row, frozen=True):
    words: tuple[str, ...]
    key: str
    names: tuple[str, ...]


class PersonKeys(Row, frozen=True):
    ancestry: dict[str, str]
    ancestry_absent: tuple[str, ...]
    origin_words: OriginWords
    age: tuple[AgeKey, ...]
    years: dict[str, float]
    """How long what a key says must have lasted."""
    pregnant: str
    setting: dict[str, str]


class ReplacedRow(Row, frozen=True):
    ingredients: frozenset[str]
    lacks: tuple[str, ...]
    """Keys whose absence says nothing once the drug is given."""
    excess: tuple[str, ...] = ()
    """Keys whose presence says nothing once the drug is given."""


class DrugKey(Row, frozen=True):
    within_days: float
    ingredients: frozenset[str]
    begun_within_days: float | None = None
    """Only a course known to have begun no longer before the first low count."""
