"""What a result, a number or a vital sign says."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from penia.facts.schema.row import Row

ResultKind = Literal[
    "words",
    "text",
    "named",
    "number",
    "variant",
    "gene",
    "panel",
    "whole",
    "high",
    "low",
    "titer",
    "culture",
    "duffy",
    "phenotype",
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
    genes: tuple[str, ...] = ()
    """Names of genes that the result, not the name, must hold."""
    unless_name: str | None = None
    value: float | None = None
    analyte: str | None = None
    terms: tuple[tuple[str, ...], ...] = ()
    """Lists of parts, each part one or more words parted by ``|``: a name that holds a word of each part of
    one list is this test, whatever else it holds ..."""
    without: tuple[str, ...] = ()
    """... but for one of these words."""


Method = Literal["igm", "igg", "antigen", "nucleic", "culture", "antibody", "seen"]


class Organism(Row, frozen=True):
    """organisms.yaml: the key that each method decides."""

    names: tuple[str, ...]
    nucleic: str | None = None
    antigen: str | None = None
    igm: str | None = None
    igg: str | None = None
    antibody: str | None = None
    culture: str | None = None
    seen: str | None = None
    proof: str | None = None
    """Present where a method without a key of its own finds it."""
    bare: str | None = None
    """What a test decides that bears its name and tells no method."""
    sheds: bool = False
    """A swab or stool without it denies it."""
    titer: int | None = None
    """Antibodies count from 1:N on."""


class Organisms(Row, frozen=True):
    organisms: tuple[Organism, ...]
    own: tuple[str, ...]
    """Words of a name by which it is a test of its own, told elsewhere."""
    others: tuple[str, ...]
    """Words by which nothing is said of the person's infections."""
    methods: dict[Method, tuple[str, ...]]
    plain: tuple[str, ...]
    """Words of a name that is no more than the organism's."""
    specimens: tuple[str, ...]
    """Words of a name by which the organism itself was looked for."""
    elsewhere: tuple[str, ...]
    """Of these, where it may be missing though it is in the blood."""
    acute: tuple[str, ...]
    past: tuple[str, ...]
    found: tuple[str, ...]
    """Words of a result by which a nucleic acid is there ..."""
    below: tuple[str, ...]
    """... and is not."""


Limits = dict[str, float]


class Analyte(Row, frozen=True):
    names: tuple[str, ...]
    unit: str
    units: dict[str, float | None] = field(default_factory=dict[str, float | None])
    high: Limits = field(default_factory=dict[str, float])
    low: Limits = field(default_factory=dict[str, float])
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
    unit: str | None = None
    """Of the number, where it is not the analyte's own."""
    only: str | None = None
    """Pattern that the name of the test holds."""


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
    convert: dict[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])
    """Unit → factor and addend."""
    spellings: tuple[str, ...] = ()
    """Other spellings of the unit."""
    codes: tuple[str, ...] = ()
    """Our names in the LOINC table."""
    plausible: tuple[float, float] | None = None
    """A value without a unit is taken only between these."""


Amount = Literal["none", "few", "normal", "many", "named"]


class MarrowCells(Row, frozen=True):
    """A kind of cell, and what each amount of it in the marrow means."""

    names: tuple[str, ...]
    unless: tuple[str, ...] = ()
    none: dict[str, bool] = field(default_factory=dict[str, bool])
    few: dict[str, bool] = field(default_factory=dict[str, bool])
    normal: dict[str, bool] = field(default_factory=dict[str, bool])
    many: dict[str, bool] = field(default_factory=dict[str, bool])
    named: dict[str, bool] = field(default_factory=dict[str, bool])
    """Where it is named without an amount."""


class Marrow(Row, frozen=True):
    """marrow.yaml: how much a marrow report finds of each kind of cell."""

    amounts: dict[Amount, tuple[str, ...]]
    lines: tuple[str, ...]
    """Kinds of cells of which two that are few, and none that is not, mean ``empty``."""
    empty: str
    cells: dict[str, MarrowCells]
