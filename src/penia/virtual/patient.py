"""Virtual patients: whole records drawn from the model, with the cause that did it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from difflib import get_close_matches

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia import knowledge
from penia.codes.drugs import ingredients
from penia.errors import PeniaError
from penia.infer.hypotheses import Hypothesis
from penia.read.case import DAY0, case_record
from penia.read.case_layout import Case, CaseDrug
from penia.record import Record
from penia.virtual import counts as counting
from penia.virtual.background import Odds, Person, drawn, odds, person
from penia.virtual.courses import Course, Library, Wanted, courses
from penia.virtual.depths import lowest
from penia.virtual.findings import asked, chances, present, vocabulary
from penia.virtual.telling import Told, told, with_told
from penia.virtual.world import world

Array = NDArray[np.float64]

BLOCK = 100
"""Patients whose counts are made together."""
LIFE = 20
"""Blocks after which the people of the marrow model are drawn anew."""
TRIES = 40
"""Noisy counts from one true course until they are low when they should be."""
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
    """(5, 28) true counts on the days after the last count: ANC, ALC, AMC, PLT in 10⁹/L, HB in g/L."""
    low: bool
    """The model holds the count low on day 0; False where the cause's course cannot."""

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
    generator: np.random.Generator


def simulate(
    n: int,
    seed: int = 1,
    causes: Sequence[str] = (),
    *,
    exponent: float = 1.0,
    misfit: bool = False,
    clusters: bool = True,
) -> Iterator[Patient]:
    """``n`` virtual patients, one by one: person, drugs, disease, findings, tests and counts.

    ``causes`` (ids, ``drug:x``) are given in turn; without them the cause is drawn from the prior that the
    inference has for the record, raised to ``exponent``. ``misfit``: scatter the counts as widely about
    the model as the inference assumes of real ones. ``clusters``: findings of a cluster come together.
    The same arguments give the same patients. Raises PeniaError for a cause that is not known.

    >>> patient = next(penia.simulate(1, causes=["drug:clozapine"]))
    >>> penia.explain(patient.record()).candidates[0].causes, patient.cause
    """
    known = knowledge.load()
    for cause in causes:
        if cause not in known.causes and cause not in known.drugs:
            near = get_close_matches(cause, [*known.causes, *known.drugs], 1)
            told = f"did you mean {near[0]}?" if near else "`penia kb coverage` lists the ids."
            raise PeniaError(f"{cause!r} is no cause; {told}")
    library = Library(seed)
    for number, start in enumerate(range(0, n, BLOCK)):
        if number % LIFE == 0:
            library = Library(seed * 1_000_003 + number)
        block = [
            _sketch(i, seed, causes[i % len(causes)] if causes else None, exponent)
            for i in range(start, min(start + BLOCK, n))
        ]
        yield from _counted(block, misfit, clusters, library)


def _sketch(index: int, seed: int, wanted: str | None, exponent: float) -> _Sketch:
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
    return _Sketch(
        name=f"V{index + 1:06d}",
        who=who,
        odds=chances_of,
        cause=cause,
        prior=float(chances_of.share[place]),
        stop=stop,
        generator=generator,
    )


def _counted(block: Sequence[_Sketch], misfit: bool, clusters: bool, library: Library) -> Iterator[Patient]:
    records = [case_record(s.who.case(s.name)) for s in block]
    bodies = [counting.healthy(r.person) for r in records]
    visits = [counting.visits(s.who.place, s.who.normal, s.generator) for s in block]
    block = [_followed(s, float(days[-1])) for s, days in zip(block, visits, strict=True)]
    wanted = [
        Wanted(s.cause, body.above, s.who.normal, _begun(s), s.stop, s.generator)
        for s, body in zip(block, bodies, strict=True)
    ]
    for sketch, body, days, course in zip(block, bodies, visits, courses(wanted, library), strict=True):
        yield _patient(sketch, body, days, course, misfit, clusters)


def _followed(sketch: _Sketch, last: float) -> _Sketch:
    """Nobody stops the drug after the ``last`` count."""
    late = sketch.stop is not None and sketch.stop > last
    return msgspec.structs.replace(sketch, stop=None) if late else sketch


def _begun(sketch: _Sketch) -> tuple[float, ...]:
    """Days of the first doses of the drug that did it."""
    course = sketch.cause.course
    starts = () if course is None else course.starts
    return tuple((start - DAY0) / _DAY for start in starts if start is not None)


def _patient(
    sketch: _Sketch, body: counting.Healthy, days: Array, course: Course, misfit: bool, clusters: bool
) -> Patient:
    generator = sketch.generator
    least = lowest(sketch.cause, body.limits, float(body.median[2]), generator)
    made = counting.measured(course, days, AHEAD, body, least, generator, misfit)
    for _ in range(TRIES):
        if not counting.misfits(made, body).any():
            break
        made = counting.measured(course, days, AHEAD, body, least, generator, misfit)
    seen = counting.forced(made, body)
    depths: list[float] = seen[:, made.days >= 0].min(axis=1).tolist()
    deepest: dict[str, float] = dict(zip((*counting.LINES, "WBC"), depths, strict=True))
    truth, heard = _findings(sketch, deepest, clusters)
    case = sketch.who.case(sketch.name)
    drugs = tuple(_noticed(d, sketch, float(made.days[-1])) for d in case.drugs)
    counted = counting.entries(made.days, seen, made.told)
    case = msgspec.structs.replace(with_told(case, heard), counts=counted, drugs=drugs)
    later = np.round(made.later, 4)
    return Patient(sketch.name, sketch.cause.id, case, sketch.prior, truth, later, course.low)


def _findings(
    sketch: _Sketch, lowest: dict[str, float], clusters: bool
) -> tuple[dict[str, bool], tuple[Told, ...]]:
    """Every finding of the body, and what of it the record tells."""
    generator = sketch.generator
    chance = chances(sketch.cause, sketch.odds, lowest)
    body = present(chance, generator, world().together.value if clusters else 0.0)
    keys = vocabulary().keys
    truth = {key.key: bool(there) for key, there in zip(keys, body, strict=True)}
    chosen = np.flatnonzero(asked(sketch.who.place, generator))
    heard = (told(keys[i], bool(body[i]), truth, 0.0) for i in chosen)
    return truth, tuple(entry for entry in heard if entry is not None)


def _noticed(drug: CaseDrug, sketch: _Sketch, end: float) -> CaseDrug:
    """The drug that did it with the day on which it was stopped, where the record goes on so long."""
    mine = sketch.cause.id.removeprefix("drug:") in ingredients((), drug.ingredient) and drug.stop_day is None
    if not mine or sketch.stop is None or sketch.stop > end:
        return drug
    return msgspec.structs.replace(drug, stop_day=sketch.stop)
