"""Virtual patients: whole records drawn from the model, with the cause that did it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from difflib import get_close_matches

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia import knowledge
from penia.codes.drugs import ingredients
from penia.episode import Measured, episodes, measured_lines
from penia.errors import PeniaError
from penia.facts.tables import rules
from penia.forecast.aimless import wandering
from penia.forecast.particles import Asked, timed
from penia.infer.course import LINES, figures
from penia.infer.course.scatter import scatter
from penia.infer.hypotheses import Hypothesis
from penia.read.case import DAY0, case_record
from penia.read.case_layout import Case, CaseDrug
from penia.record import Record
from penia.virtual import counts as counting
from penia.virtual.background import Odds, Person, drawn, odds, person
from penia.virtual.chosen import Drawn, drawn_counts, forced
from penia.virtual.courses import PEOPLE, futures, goes_on
from penia.virtual.depths import lowest
from penia.virtual.findings import asked, chances, latent, present, vocabulary
from penia.virtual.telling import Told, told, with_told
from penia.virtual.world import world

Array = NDArray[np.float64]

BLOCK = 200
"""Patients whose counts are made together."""
LIFE = 10
"""Blocks after which the people of the marrow model are drawn anew."""
_DAY = timedelta(days=1)
AHEAD = np.arange(1.0, 29.0)
"""Days after the last count of which the true counts are kept."""


class Patient(msgspec.Struct, frozen=True, eq=False):
    name: str
    cause: str
    """Cause id, or ``drug:x``: the truth."""
    case: Case
    """All that the record says."""
    prior: float
    """Probability of the cause before any finding or count."""
    truth: dict[str, bool]
    """Every finding of the body, whether or not the record tells it."""
    later: Array
    """(5, 28) true counts on the days after the last count if all goes on: ANC, ALC, AMC, PLT in 10⁹/L, HB in
    g/L."""
    low: bool
    """The counts are low on day 0 and normal before it as the model has it; False where it hardly can."""

    def record(self) -> Record:
        return case_record(self.case)


class _Sketch(msgspec.Struct, frozen=True, eq=False):
    """A patient without counts and findings."""

    name: str
    who: Person
    odds: Odds
    cause: Hypothesis
    prior: float
    stop: float | None
    noise: Array
    """(K,) which findings are there, as in ``latent``."""
    unnamed: float
    """Share of the white cells that the differential does not name; 0 if it is whole."""
    generator: np.random.Generator


def simulate(
    n: int,
    seed: int = 1,
    causes: Sequence[str] = (),
    *,
    exponent: float = 1.0,
    clusters: bool = True,
    aimless: float | None = None,
) -> Iterator[Patient]:
    """``n`` virtual patients, one by one: person, drugs, disease, findings, tests and counts.

    ``causes`` (ids, ``drug:x``) are given in turn; without them the cause is drawn from the prior that the
    inference has for the record, raised to ``exponent``. ``clusters``: findings of a cluster come
    together. ``aimless``: share of people who follow no known course, without it that of forecasts. The same
    arguments give the same patients. Raises PeniaError for a cause that is not known.

    >>> patient = next(penia.simulate(1, causes=["drug:clozapine"]))
    >>> penia.explain(patient.record()).candidates[0].causes, patient.cause
    """
    known = knowledge.load()
    for cause in causes:
        if cause not in known.causes and cause not in known.drugs:
            near = get_close_matches(cause, [*known.causes, *known.drugs], 1)
            told = f"did you mean {near[0]}?" if near else "`penia kb coverage` lists the ids."
            raise PeniaError(f"{cause!r} is no cause; {told}")
    for number, start in enumerate(range(0, n, BLOCK)):
        block = [
            _sketch(i, seed, causes[i % len(causes)] if causes else None, exponent, clusters)
            for i in range(start, min(start + BLOCK, n))
        ]
        lost = figures().aimless.value if aimless is None else aimless
        yield from _counted(block, lost, seed * 1_000_003 + number // LIFE)


def _sketch(index: int, seed: int, wanted: str | None, exponent: float, clusters: bool) -> _Sketch:
    generator = np.random.default_rng((seed, index))
    who = person(generator, wanted)
    chances_of = odds(who, exponent)
    if wanted is None:
        place = int(generator.choice(len(chances_of.share), p=chances_of.drawing))
    else:
        place = next(i for i, h in enumerate(chances_of.hypotheses) if h.id == wanted)
    cause, here = chances_of.hypotheses[place], world()
    stop = None
    if cause.course is not None:
        noticed = round(drawn(here.noticed, generator), 1)
        stop = noticed if cause.course.stop is None else (cause.course.stop - DAY0) / _DAY
    noise = latent(generator, here.together.value if clusters else 0.0)
    return _Sketch(
        name=f"V{index + 1:06d}",
        who=who,
        odds=chances_of,
        cause=cause,
        prior=float(chances_of.share[place]),
        stop=stop,
        noise=noise,
        unnamed=_unnamed(cause, chances_of, noise, generator),
        generator=generator,
    )


def _unnamed(cause: Hypothesis, odds: Odds, noise: Array, generator: np.random.Generator) -> float:
    rule = rules().unnamed
    place = next(i for i, key in enumerate(vocabulary().keys) if key.key == rule.key)
    there = present(chances(cause, odds), noise)[place]
    return float(generator.uniform(rule.share, world().most_unnamed.value)) if there else 0.0


def _counted(block: Sequence[_Sketch], aimless: float, seed: int) -> Iterator[Patient]:
    """``seed``: of the people of the marrow model."""
    bodies = [counting.healthy(case_record(s.who.case(s.name)).person) for s in block]
    visits = [counting.visits(s.who.place, s.who.normal, s.generator) for s in block]
    helds = [counting.told(d, s.who.normal, s.generator) for s, d in zip(block, visits, strict=True)]
    days = [d[held.any(axis=0)] for d, held in zip(visits, helds, strict=True)]
    helds = [held[:, held.any(axis=0)] for held in helds]
    asked = [_asked(s, float(d[-1])) for s, d in zip(block, days, strict=True)]
    people = timed(asked, LINES, seed, PEOPLE)
    made: list[Drawn] = []
    for sketch, body, when, held, those in zip(block, bodies, days, helds, people, strict=True):
        deep = lowest(sketch.cause, body.limits, float(body.median[2]), sketch.unnamed, sketch.generator)
        made.append(drawn_counts(those, when, held, body, deep, aimless, sketch.generator))
    ends = [float(d.days[-1]) for d in made]
    paths = futures([d.of for d in made], ends, AHEAD)
    for sketch, body, drawn_, path in zip(block, bodies, made, paths, strict=True):
        yield _patient(sketch, body, drawn_, path)


def _asked(sketch: _Sketch, last: float) -> Asked:
    """The cause with the day on which its drug is stopped."""
    cause, normal = sketch.cause, sketch.who.normal
    if cause.course is not None and sketch.stop is not None:
        stop = DAY0 + timedelta(days=sketch.stop)
        cause = msgspec.structs.replace(cause, course=msgspec.structs.replace(cause.course, stop=stop))
    return Asked(cause, (None if normal is None else DAY0 + timedelta(days=normal), DAY0), last)


def _patient(sketch: _Sketch, body: counting.Healthy, made: Drawn, path: Array) -> Patient:
    seen = forced(made, body)
    case = sketch.who.case(sketch.name)
    drugs = tuple(_noticed(d, sketch, float(made.days[-1])) for d in case.drugs)
    case = msgspec.structs.replace(case, counts=counting.entries(made.days, seen, made.told), drugs=drugs)
    truth, heard = _findings(sketch, _measured(case_record(case)))
    case = with_told(case, heard)
    later = np.round(body.median[:, None] * np.exp(path + _departs(made, sketch.generator)), 4)
    return Patient(sketch.name, sketch.cause.id, case, sketch.prior, truth, later, made.fits)


def _measured(record: Record) -> dict[str, Measured]:
    """How low each line comes, as the ranking has it."""
    episode = next((e for e in episodes(record) if e.first_low == DAY0), None)
    return {} if episode is None else measured_lines(record, episode)


def _departs(made: Drawn, generator: np.random.Generator) -> Array:
    """(5, A) on the days ahead."""
    kinds = [scatter(line) for line in counting.LINES]
    kinds = [wandering(kind) for kind in kinds] if made.of.aimless[0] else kinds
    later = made.days[-1] + AHEAD
    parts = zip(kinds, made.departs, made.size, strict=True)
    return np.stack([goes_on(kind, made.days, known, size, later, generator) for kind, known, size in parts])


def _findings(sketch: _Sketch, lowest: Mapping[str, Measured]) -> tuple[dict[str, bool], tuple[Told, ...]]:
    """Every finding of the body, and what of it the record tells beside age, drugs and counts. Those that
    bring others along are drawn first."""
    generator, keys = sketch.generator, vocabulary().keys
    known = {**sketch.odds.known, rules().unnamed.key: sketch.unnamed > 0}
    first = present(chances(sketch.cause, sketch.odds, lowest), sketch.noise)
    there = frozenset(key.key for key, yes in zip(keys, first, strict=True) if yes)
    chance = chances(sketch.cause, sketch.odds, lowest, there)
    drawn_ = present(chance, sketch.noise)
    body = np.array([known.get(key.key, bool(yes)) for key, yes in zip(keys, drawn_, strict=True)])
    truth = {key.key: bool(yes) for key, yes in zip(keys, body, strict=True)}
    chosen = np.flatnonzero(asked(sketch.who.place, chance, body, generator))
    heard = (told(keys[i], bool(body[i]), truth, 0.0) for i in chosen if keys[i].key not in known)
    return truth, tuple(entry for entry in heard if entry is not None)


def _noticed(drug: CaseDrug, sketch: _Sketch, end: float) -> CaseDrug:
    """The drug that did it with the day on which it was stopped, where the record goes on so long."""
    mine = sketch.cause.id.removeprefix("drug:") in ingredients((), drug.ingredient) and drug.stop_day is None
    if not mine or sketch.stop is None or sketch.stop > end:
        return drug
    return msgspec.structs.replace(drug, stop_day=sketch.stop)
