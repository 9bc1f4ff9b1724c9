"""The shape of the dictionary: what a file under data/facts may say."""

from __future__ import annotations

from typing import Literal

import msgspec

from penia.knowledge.wording import Spelling


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of the rows: frozen, and an unknown field is an error."""


class Words(Row, frozen=True):
    """findings.yaml: the words that mean a key."""

    name: str
    same: tuple[str, ...] = ()
    narrower: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    opposite: tuple[str, ...] = ()
    reverse: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


class Negation(Row, frozen=True):
    before: tuple[str, ...]
    short: tuple[str, ...]
    listed: tuple[str, ...]
    after: tuple[str, ...]
    stop: tuple[str, ...]
    no_negation: tuple[str, ...]


class Uncertain(Row, frozen=True):
    before: tuple[str, ...]
    after: tuple[str, ...]


class ResultWords(Row, frozen=True):
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    unknown: tuple[str, ...]
    high: tuple[str, ...]
    low: tuple[str, ...]
    normal: tuple[str, ...]
    whole_negative: tuple[str, ...]


WindowKind = Literal["vital", "laboratory", "absent", "recorded"]


class Window(Row, frozen=True):
    """Days around the first low count."""

    before: float
    after: float


class Rules(Row, frozen=True):
    """reading.yaml: how words are read."""

    clause_ends: tuple[str, ...]
    negation: Negation
    uncertain: Uncertain
    relatives: tuple[str, ...]
    tellers: tuple[str, ...]
    guard_words: tuple[str, ...]
    result: ResultWords
    fillers: tuple[str, ...]
    other_specimens: tuple[str, ...]
    no_diagnosis: tuple[str, ...]
    diagnosis: tuple[str, ...]
    windows: dict[WindowKind, Window]


class LineageWords(Row, frozen=True):
    lineages: tuple[str, ...]
    words: tuple[str, ...]
    hpo: tuple[str, ...]
    keys: tuple[str, ...] = ()
    """Findings that mean so much where nothing else is said of the lineage."""
    nouns: tuple[str, ...] = ()


class LowWords(Row, frozen=True):
    before: str
    after: str
    unless_after: str


class Lineages(Row, frozen=True):
    low: LowWords
    rows: tuple[LineageWords, ...]


class Group(Row, frozen=True):
    phrase: str
    keys: tuple[str, ...]


ResultKind = Literal[
    "words",
    "text",
    "number",
    "variant",
    "high",
    "low",
    "titer",
    "culture",
    "duffy",
    "karyotype",
    "clonal",
    "abnormal",
]


class TestRow(Row, frozen=True):
    __test__ = False

    key: str
    result: ResultKind
    name: tuple[str, ...]
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    unless_name: str | None = None
    value: float | None = None
    analyte: str | None = None
    terms: tuple[tuple[str, ...], ...] = ()
    """Lists of parts, each part one or more words parted by ``|``: a name that holds a word of each part of
    one list is this test, whatever else it holds ..."""
    without: tuple[str, ...] = ()
    """... but for one of these words."""


Limits = dict[str, float]


class Analyte(Row, frozen=True):
    names: tuple[str, ...]
    unit: str
    units: dict[str, float | None] = {}
    high: Limits = {}
    low: Limits = {}
    codes: tuple[str, ...] = ()
    """Our names in the LOINC table."""
    unless: tuple[str, ...] = ()
    """Words of a result by which its number is not this analyte's."""
    note: str | None = None


class LabRule(Row, frozen=True):
    analyte: str
    key: str
    present: str
    absent: str | None = None
    only: str | None = None
    note: str | None = None


class NumberWords(Row, frozen=True):
    words: str
    analyte: str
    value: float | None = None
    only: str | None = None


class Labs(Row, frozen=True):
    analytes: dict[str, Analyte]
    rules: tuple[LabRule, ...]
    numbers: tuple[NumberWords, ...]
    unit_spellings: dict[str, str]
    """In lower case without blanks, micro as u → the one that the analytes use."""


class VitalRule(Row, frozen=True):
    key: str
    present: str | dict[str, str] | None = None
    absent: str | None = None
    only: str | None = None
    weak_absent: bool = False
    beats_at: tuple[tuple[float, float], ...] = ()
    note: str | None = None


class Vital(Row, frozen=True):
    vital: str
    names: tuple[str, ...]
    unit: str
    rules: tuple[VitalRule, ...]
    convert: dict[str, tuple[float, float]] = {}
    """Unit → factor and addend."""
    spellings: tuple[str, ...] = ()
    """Other spellings of the unit."""
    codes: tuple[str, ...] = ()
    """Our names in the LOINC table."""
    plausible: tuple[float, float] | None = None
    """A value without a unit is taken only between these."""


class ConditionRow(Row, frozen=True):
    names: tuple[str, ...]
    icd10: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    past_keys: tuple[str, ...] = ()
    cause: str | None = None
    fit: Literal["exact", "wide", "outcome"] = "exact"


class ExposureRow(Row, frozen=True):
    words: str
    key: str
    polarity: Literal["present", "absent"]


class Area(Row, frozen=True):
    key: str
    names: tuple[str, ...]
    when: str | None = None


class Places(Row, frozen=True):
    areas: tuple[Area, ...]
    cities: dict[str, str]


class AgeKey(Row, frozen=True):
    key: str
    below_days: float | None = None
    below_years: float | None = None


class OriginWords(Row, frozen=True):
    words: tuple[str, ...]
    key: str
    names: tuple[str, ...]


class PersonKeys(Row, frozen=True):
    ancestry: dict[str, str]
    ancestry_absent: tuple[str, ...]
    origin_words: OriginWords
    age: tuple[AgeKey, ...]
    pregnant: str
    setting: dict[str, str]


class DrugKey(Row, frozen=True):
    within_days: float
    ingredients: frozenset[str]


WordLists = tuple[str | tuple[str, ...], ...]


class Predicate(Row, frozen=True):
    """predicates.yaml: what is said of a part of the body."""

    key: str
    subject: tuple[str, ...]
    says: WordLists
    denies: WordLists = ()
    unless: tuple[str, ...] = ()


class Predicates(Row, frozen=True):
    shared: tuple[tuple[str, ...], ...]
    """Word lists that several rows use."""
    rows: tuple[Predicate, ...]


class Family(Row, frozen=True):
    """family.yaml: what a text about relatives may decide."""

    keys: frozenset[str]
    low_counts: str
    """The key for a low count of a relative."""
    of_relatives: dict[str, str]
    """A key of the person → the key that it is where a relative has it."""


class Hpo(Row, frozen=True):
    below: dict[str, str]
    above: dict[str, str]
    near: dict[str, tuple[str, ...]]


FILES: dict[str, object] = {
    "findings": dict[str, Words],
    "reading": Rules,
    "spelling": Spelling,
    "lineages": Lineages,
    "groups": tuple[Group, ...],
    "tests": tuple[TestRow, ...],
    "labs": Labs,
    "vitals": tuple[Vital, ...],
    "conditions": tuple[ConditionRow, ...],
    "exposures": tuple[ExposureRow, ...],
    "places": Places,
    "person": PersonKeys,
    "drugs": dict[str, DrugKey],
    "predicates": Predicates,
    "family": Family,
    "implies": dict[str, tuple[str, ...]],
    "hpo": Hpo,
    "hpo_names": dict[str, tuple[str, ...]],
}
"""File → what it holds; a test decodes each."""
