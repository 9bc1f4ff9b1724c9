"""What a test should cost, on virtual patients: how often the engine is right with the tests it asks for, at
several factors on their fees, and with every test there is.

``python -m bench.prices [--patients 300] [--seed 11]``. Every investigation that fits the sex and age can be
had, with the result that the body of the patient gives; the record tells signs, history, drugs and counts.
The patients are drawn from the figures by which they are judged: it measures the choice, not the figures.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial

import msgspec

import penia
from penia import knowledge
from penia.evaluate.outcome import canonical
from penia.evaluate.sequential import Case, Walk, asked_of, at_once, strategy, walked
from penia.facts import Fact
from penia.infer import Ranking
from penia.knowledge.investigations import Costs, Investigation, investigations
from penia.plan.done import still_open
from penia.plan.tests import picks, prospect
from penia.question import Question, question
from penia.read.case import case_record
from penia.virtual.patient import Patient

FACTORS = (4.0, 1.0, 0.25)


def case_of(patient: Patient) -> Case | None:
    """With every result that the body gives; None where the counts are not low."""
    asked = question(case_record(msgspec.structs.replace(patient.case, tests=())))
    if asked.low is None:
        return None
    facts = asked.reading.facts
    able = still_open(investigations().investigations, asked.record, facts, asked.at)
    hidden = patient.truth.keys() - {fact.key for fact in facts}
    able = [test for test in able if any(r.key in hidden for r in test.results)]
    keys = dict.fromkeys(r.key for test in able for r in test.results if r.key in hidden)
    results = tuple(
        Fact(key, patient.truth[key], decisive=True, time=asked.at, place=f"tests/{n}")
        for n, key in enumerate(keys)
    )
    reading = msgspec.structs.replace(asked.reading, facts=(*facts, *results))
    return Case(
        msgspec.structs.replace(asked, reading=reading), frozenset({canonical(patient.cause)}), tuple(able)
    )


def at_price(
    factor: float, asked: Question, ranking: Ranking, left: Sequence[Investigation]
) -> Investigation | None:
    """What the plan would send first at ``factor`` times the fees."""
    of = asked_of(asked)
    seen = prospect(ranking, of, knowledge.load())
    costs = _times(seen.case.costs, factor)
    seen = msgspec.structs.replace(seen, case=msgspec.structs.replace(seen.case, costs=costs))
    picked = picks(ranking, of, seen, [test.id for test in left])
    return picked[0].open.test if picked else None


def _times(costs: Costs, factor: float) -> Costs:
    fee = {band: msgspec.structs.replace(fee, value=fee.value * factor) for band, fee in costs.fee.items()}
    vague = msgspec.structs.replace(costs.vague, value=costs.vague.value * factor)
    return msgspec.structs.replace(costs, fee=fee, vague=vague)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.prices", description=__doc__)
    parser.add_argument("--patients", type=int, default=300)
    parser.add_argument("--seed", type=int, default=11)
    given = parser.parse_args()
    patients = (p for p in penia.simulate(given.patients, given.seed) if p.low)
    cases = [case for case in map(case_of, patients) if case is not None]
    print(f"{len(cases)} virtual patients\n{'':20} tests  cost  right  lost  won")
    whole = [at_once(case) for case in cases]
    _print("every test", whole, whole)
    for factor in FACTORS:
        _print(f"{factor:g} times the fees", [walked(c, partial(at_price, factor)) for c in cases], whole)


def _print(name: str, walks: Sequence[Walk], whole: Sequence[Walk]) -> None:
    found = strategy(name, walks, whole)
    told = f"{found.end.tests:5.1f} {found.end.cost:5.1f} {found.end.accuracy:6.1%}"
    print(f"{name:20} {told} {found.lost:5} {found.won:4}", flush=True)


if __name__ == "__main__":
    main()
