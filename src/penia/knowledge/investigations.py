"""The shape of data/investigations.yaml: what can be ordered, what its results decide, and what it costs."""

from __future__ import annotations

from functools import cache
from typing import Literal

from penia.knowledge.schema import Figure, Knowledge
from penia.knowledge.store import table

Sample = Literal[
    "edta",
    "serum",
    "citrate",
    "heparin",
    "culture",
    "swab",
    "sputum",
    "urine",
    "stool",
    "skin",
    "mother",
    "series",
    "imaging",
    "marrow",
    "tissue",
]


class Result(Knowledge, frozen=True):
    """A finding key that the investigation decides."""

    key: str
    says: str
    """Continues ``if``: ``blasts are seen``."""


class Investigation(Knowledge, frozen=True):
    id: str
    name: str
    results: tuple[Result, ...]
    cost: Literal[1, 2, 3, 4]
    """Band: routine, tens, hundreds, more."""
    hours: float
    """Until the result is usually there."""
    sample: Sample
    valid: float
    """Days for which an earlier result still counts."""
    harm: Literal[0, 1, 2, 3] = 0
    """None, radiation or a nuisance, marrow or lumbar puncture, biopsy of an organ."""
    vague: bool = False
    """Its result has many reasons beside the causes."""
    step: Literal[1, 2] = 1
    """2: done once the results of the first blood draw are there."""
    sex: Literal["female", "male"] | None = None
    """None: of any sex."""
    ages: tuple[float, float] | None = None
    """Years between which it makes sense."""
    asked: bool = False
    """Sent when somebody suspects what it shows, not for every low count."""
    names: tuple[str, ...] = ()
    """Words of a test or procedure of the record that say it was done, whatever it showed."""


class Costs(Knowledge, frozen=True):
    """What a test must be worth, in bits, and the bounds of the reckoning."""

    fee: dict[int, Figure]
    """By cost band."""
    harm: dict[int, Figure]
    delay: Figure
    """For each doubling of one day and the days of waiting."""
    vague: Figure
    """For a result that has many reasons and may lead astray."""
    draw: Figure
    """For the first puncture of a vein."""
    tube: Figure
    """For each further kind of sample."""
    least: Figure
    """Probability under which a cause is left out of the reckoning."""
    certain: Figure
    """Probability of one action from which on a test only confirms."""
    joint: Figure
    """Results of one test that are reckoned with together."""
    states: Figure
    """Likeliest results of the tests already chosen that are followed further."""
    first: Figure
    """Most tests of the first step."""
    second: Figure
    again: Figure
    """Weight of a result of the same cluster as one of a test already chosen."""
    settles: Figure
    """Least part of what is still open that a test of harm 2 or more must be expected to take away."""
    wanted: Figure
    """Least probability of the causes that ask for a test of harm 2 or more."""
    settled: Figure
    """Likelihood ratio of a known result from which on no further one of its cluster is asked for."""
    leads: Figure
    """Probability of the first cause from which on the test that settles it is asked for in any case."""
    sure: Figure
    """Probability of the first cause under which the test that comes nearest to its price is asked for."""


class Investigations(Knowledge, frozen=True):
    """data/investigations.yaml"""

    weights: Costs
    blood: frozenset[Sample]
    """Samples that one puncture of a vein gives."""
    samples: dict[Sample, str]
    """In words; empty where the name says it."""
    actions: dict[str, str]
    """Cause id or drug pattern → what would be done; others are an action of their own."""
    stakes: dict[str, Figure]
    """How much it matters to tell that action from others; 1 where it is not here."""
    investigations: tuple[Investigation, ...]


@cache
def investigations() -> Investigations:
    return table("investigations", Investigations)


@cache
def on_suspicion() -> frozenset[str]:
    """Finding keys of the investigations that are sent on suspicion."""
    return frozenset(r.key for i in investigations().investigations if i.asked for r in i.results)
