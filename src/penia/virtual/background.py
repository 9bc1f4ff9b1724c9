"""Who comes: setting, age, sex, drugs with their dates, diseases already known, and the last normal count.

All of this is drawn before the cause, so that the cause can be drawn from the very prior that the inference
gives it in that record, and from what it reads out of age and drugs beside it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from functools import cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia import knowledge
from penia.facts import read_facts
from penia.infer.background import Background, at_place, place_of
from penia.infer.course import quantile
from penia.infer.findings import finding_evidence
from penia.infer.hypotheses import Tried, hypotheses
from penia.infer.prior import Weighed, normalised
from penia.infer.weights import Weights, settings, weights
from penia.infer.young import at_this_age
from penia.knowledge.complications import complications
from penia.knowledge.schema import Distribution, Drug, Place
from penia.read.case import DAY0, SETTINGS, case_record
from penia.read.case_layout import Case, CaseCondition, CaseDrug, CasePerson
from penia.record import Sex
from penia.virtual.world import world

Array = NDArray[np.float64]

LATELY = 60.0
YOUNGEST = 0.1
"""Years; newborns are a world of their own."""


class Person(msgspec.Struct, frozen=True):
    """Days count from the first low count."""

    place: Place
    stated_setting: bool
    age: float
    sex: Sex
    drugs: tuple[CaseDrug, ...]
    conditions: tuple[CaseCondition, ...]
    normal: float | None
    """Day of the last normal count."""

    def case(self, name: str) -> Case:
        return Case(
            id=name,
            person=CasePerson(age_years=round(self.age, 1), sex=self.sex),
            setting=_case_setting(self.place) if self.stated_setting else None,
            drugs=self.drugs,
            conditions=self.conditions,
        )


class Odds(msgspec.Struct, frozen=True, eq=False):
    """Every hypothesis of the record, with its prior before any finding."""

    hypotheses: Tried
    share: Array
    """(C,) sums to 1."""
    drawing: Array
    """(C,) the same flattened, and what age and drugs say beyond it: what causes are drawn by."""
    place: Place | None
    known: Mapping[str, bool]
    """Findings that age and drugs decide, whether there or not."""
    present: frozenset[str]
    """Findings, drugs, conditions and the setting that may bring signs along."""


def drawn(quantity: Distribution, generator: np.random.Generator) -> float:
    return float(quantile(quantity, generator.standard_normal(1))[0])


def person(generator: np.random.Generator, wanted: str | None = None) -> Person:
    """``wanted``: a cause; a drug among them is then taken, at a time at which it may be the cause."""
    here = world()
    places = list(here.settings)
    shares = np.array([here.settings[p].share.value for p in places])
    place: Place = places[int(generator.choice(len(places), p=shares / shares.sum()))]
    age = max(drawn(here.settings[place].age, generator), YOUNGEST)
    age = min(age, 17.9) if place == "child" else float(np.clip(age, 18.0, 98.0))
    sex: Sex = "female" if generator.random() < here.female.value else "male"
    stated = generator.random() >= here.unknown_setting.value
    normal = None
    if generator.random() < here.normal_before.value:
        normal = -max(drawn(here.normal_days, generator), 0.5)
    conditions: tuple[CaseCondition, ...] = ()
    if generator.random() < here.stated.value:
        conditions = (_condition(generator),)
    drugs = _drugs(place, generator)
    if wanted is not None and wanted.startswith("drug:"):
        mine = wanted.removeprefix("drug:")
        drugs = (*(d for d in drugs if d.ingredient != mine), *_culprit(wanted, normal, generator))
    return Person(place, stated, age, sex, drugs, conditions, normal)


def odds(who: Person, exponent: float = 1.0) -> Odds:
    """The prior that the inference gives this record; ``exponent`` flattens it as ``weights.prior`` does."""
    fitted, base = weights(), knowledge.load()
    record = case_record(who.case("background"))
    reading = read_facts(record, DAY0, DAY0)
    setting = SETTINGS.get(_case_setting(who.place)) if who.stated_setting else None
    place = place_of(setting, record.person.age(DAY0))
    judged = at_this_age(hypotheses(record, reading, base, (DAY0, DAY0), fitted), base.findings, place)
    onset = (None if who.normal is None else DAY0 + timedelta(days=who.normal), DAY0)
    known = {fact.key: fact.present for fact in reading.facts}
    present = frozenset(key for key, there in known.items() if there)
    present |= {h.id for h in judged if h.drug is not None} | {f"condition:{c}" for c in reading.conditions}
    around = Background(place, record.person.age(DAY0), record.person.sex, onset, DAY0, DAY0, present)
    masses = Weighed(judged, around, settings(), fitted).values
    plain = np.exp(normalised(masses, 1.0))
    present |= {f"setting:{setting}"}
    brought = complications().of({}, present=present)
    told = finding_evidence(
        judged, plain, reading.facts, base.findings, place, _ELSEWHERE, brought, unweighted()
    )
    logs = normalised(masses, exponent) + np.sum([s.logs for s in told], axis=0)
    drawing = np.exp(logs - np.logaddexp.reduce(logs))
    return Odds(judged, plain, drawing, place, known, present)


_ELSEWHERE = frozenset({"count", "course", "drugs"})
"""Kinds of findings that are scored elsewhere."""


@cache
def unweighted() -> Weights:
    """Every weight 1: the likelihoods as the knowledge states them."""
    fitted = weights()
    names = ("prior", "findings", "tests", "cluster", "counts")
    one = {name: msgspec.structs.replace(getattr(fitted, name), value=1.0) for name in names}
    return msgspec.structs.replace(fitted, **one)


def _case_setting(place: Place) -> str:
    """A child is seen in an emergency room in this world."""
    return "emergency" if place == "child" else place


@cache
def _pharmacy() -> tuple[tuple[Drug, ...], Array]:
    """Drugs, and how often each is met among the drugs of a record."""
    named = (drug for drug in knowledge.load().drugs.values() if not drug.unnamed_of)
    drugs = tuple(sorted(named, key=lambda d: d.id))
    given = {name: figure.value for name, figure in world().patterns.items()}
    counts: dict[str, int] = {}
    for drug in drugs:
        key = drug.pattern if drug.pattern in given else ""
        counts[key] = counts.get(key, 0) + 1
    rest = 1 - math.fsum(given.values())
    each = [(given.get(d.pattern, rest)) / counts[d.pattern if d.pattern in given else ""] for d in drugs]
    shares = np.array(each)
    return drugs, shares / shares.sum()


def _drugs(place: Place, generator: np.random.Generator) -> tuple[CaseDrug, ...]:
    here = world()
    pharmacy, shares = _pharmacy()
    count = int(generator.poisson(at_place(here.drugs, place).value))
    places: list[int] = generator.choice(len(pharmacy), size=count, replace=False, p=shares).tolist()
    chosen = [pharmacy[i] for i in places]
    if place == "oncology" and generator.random() < here.oncology_cytotoxic.value:
        cytotoxics = [d for d in pharmacy if d.pattern == "cytotoxic" and d not in chosen]
        chosen.append(cytotoxics[int(generator.integers(len(cytotoxics)))])
    return tuple(taken for drug in chosen for taken in _taken(drug, generator))


def _taken(drug: Drug, generator: np.random.Generator) -> tuple[CaseDrug, ...]:
    """Exposures of a drug that nobody suspects."""
    here = world()
    if generator.random() < here.undated.value:
        return (CaseDrug(drug.id.removeprefix("drug:")),)
    if drug.pattern == "cytotoxic":
        return _cycles(drug.id, float(generator.uniform(0.0, weights().cycle.value)), generator)
    lately = generator.random() < here.lately.value
    since = float(generator.uniform(0.0, LATELY)) if lately else drawn(here.standing, generator)
    stop = None
    if generator.random() < here.stopped.value:
        stop = -round(since * float(generator.random()), 1)
    return (CaseDrug(drug.id.removeprefix("drug:"), -round(since, 1), stop),)


def _cycles(drug: str, last: float, generator: np.random.Generator) -> tuple[CaseDrug, ...]:
    """Cycles of chemotherapy, the last of them ``last`` days ago."""
    count = int(generator.integers(1, 6))
    days = [-round(last + weights().cycle.value * n, 1) for n in reversed(range(count))]
    return tuple(CaseDrug(drug.removeprefix("drug:"), day, round(day + 1.0, 1)) for day in days)


def _culprit(cause: str, normal: float | None, generator: np.random.Generator) -> tuple[CaseDrug, ...]:
    """The drug that did it: its latency ends between the last normal and the first low count."""
    base = knowledge.load()
    drug = base.drugs[cause]
    latency = drug.latency or base.patterns[drug.pattern].latency
    fell = float(generator.uniform(0.0, min(-normal if normal is not None else 7.0, 7.0)))
    since = drawn(latency.onset, generator) + fell
    if drug.pattern == "cytotoxic":
        return _cycles(cause, since, generator)
    return (CaseDrug(cause.removeprefix("drug:"), -round(max(since, 0.5), 1)),)


@cache
def _statable() -> tuple[tuple[CaseCondition, str], ...]:
    """Diagnoses that the reader takes for the disease they name."""
    found: list[tuple[CaseCondition, str]] = []
    for cause in sorted(knowledge.load().causes.values(), key=lambda c: c.id):
        code = next((c.removeprefix("icd10cm:") for c in cause.conditions if c.startswith("icd10cm:")), None)
        if code is None or cause.prior.known is None or cause.pattern.tempo.get("acute", 0.0) >= 0.5:
            continue
        said = CaseCondition(cause.name.split(" (")[0], code, since_day=-400.0, status="active")
        reading = read_facts(case_record(Case("stated", conditions=(said,))), DAY0, DAY0)
        if set(reading.conditions) == {cause.id}:
            found.append((said, cause.id))
    return tuple(found)


def _condition(generator: np.random.Generator) -> CaseCondition:
    """By how often the disease is met; those whose frequency is unknown as the rarest of the others."""
    causes = knowledge.load().causes
    known = [causes[c].prior.frequency for _, c in _statable()]
    rarest = min(f.value for f in known if f is not None)
    shares = np.array([rarest if f is None else f.value for f in known])
    shares = np.sqrt(shares)  # else all had the one commonest disease
    picked = int(generator.choice(len(shares), p=shares / shares.sum()))
    return msgspec.structs.replace(_statable()[picked][0], since_day=-float(generator.integers(100, 3000)))
