"""The marrow model against reference solutions of other programs, kept beside the checkout."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from penia import marrow
from penia.marrow import Channel

FILE = Path(__file__).parents[3] / "shared" / "model" / "reference_cases.json"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FILE.exists(), reason=f"no reference solutions at {FILE}"),
]
CASES = json.loads(FILE.read_text()) if FILE.exists() else {"friberg": [], "steady_states": []}
FRIBERG = CASES["friberg"]
CHAINS = [c for c in CASES["steady_states"] if c["f"] in (0.0, 1.0) and "Fmax" not in c]


def kernel(pk):
    """Rates and weights of the central concentration after a unit bolus."""
    outer = pk["peripheral_k_out_k_in_per_day"]
    size = 1 + len(outer)
    matrix = np.zeros((size, size))
    matrix[0, 0] = -pk["k10_per_day"] - sum(out for out, _ in outer)
    for j, (out, back) in enumerate(outer, start=1):
        matrix[0, j], matrix[j, 0], matrix[j, j] = back, out, -back
    values, vectors = np.linalg.eig(matrix)
    start = np.linalg.solve(vectors, np.eye(size)[:, 0])
    return -values.real, (vectors[0] * start).real / pk["V_L"]


def friberg(case, step):
    given, effect = case["params"], case["params"]["effect"]
    people = marrow.friberg(1, given["MTT_h"] / 24, given["gamma"], given["n_transit"])
    channels, doses = [], []
    if effect["kind"] == "constant":
        channels = [Channel("progenitor-kill", effect["E"])]
    else:
        rates, weights = kernel(case["pk"])
        slope = effect["slope"] if effect["kind"] == "linear" else effect["Emax"] / effect["EC50"]
        doses = [
            marrow.Doses(
                [d["day"] for d in case["doses"]],
                rates=rates,
                weights=weights,
                strength=[d["amount_umol"] for d in case["doses"]],
                duration=[d["duration_d"] for d in case["doses"]],
                sensitivity=slope,
                most=effect.get("Emax", np.inf),
            )
        ]
    return given["Circ0"] * marrow.simulate(case["days"], people, channels, doses, step=step).counts[0, 0]


@pytest.mark.parametrize(("step", "within"), [(marrow.STEP, 1e-3), (0.2, 2e-5)])
@pytest.mark.parametrize("case", FRIBERG, ids=lambda c: c["id"])
def test_friberg_course_agrees_at_the_default_and_at_a_fine_step(case, step, within):
    assert np.abs(friberg(case, step) / np.array(case["circ"]) - 1).max() < within


@pytest.mark.parametrize("case", CHAINS, ids=lambda c: c["id"])
def test_chain_course_agrees_where_the_families_coincide(case):
    people = marrow.parameters(
        1,
        case["ktr_per_day"],
        case["kc_per_day"],
        case["gamma"],
        case["f"],
        0.0,
        lineages=("n",),
        stages=(3,),
    )
    start = marrow.healthy(people)
    start = msgspec.structs.replace(
        start,
        stem=start.stem * case.get("S", 1.0),
        progenitor=start.progenitor * (1 - case.get("kill0", 0.0)),
        maturing=start.maturing * (1 - case.get("kill_transit", 0.0)),
    )
    channels = [
        Channel("loss", case.get("m", 1.0) - 1),
        Channel("arrest", 1 - case.get("a", 1.0)),
        Channel("progenitor-kill", case.get("E", 0.0)),
    ]
    counts = case["Circ0"] * marrow.simulate(case["days"], people, channels, state=start).counts[0, 0]
    assert np.abs(counts / np.array(case["circ"]) - 1)[1:].max() < 5e-3
    fine = case["Circ0"] * marrow.simulate(case["days"], people, channels, state=start, step=0.1).counts[0, 0]
    assert np.abs(fine / np.array(case["circ"]) - 1)[1:].max() < 5e-4
