"""``python -m bench.signals [--repeats N] [--people N] [--out FILE]``: how often intervals hold the truth.

Of drug signals on people with known hazards; of attributed cases on a virtual population with known causes.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from bench.signals.hazards import hazards
from bench.signals.softened import cases
from penia.cohort import Options, study
from penia.cohort.interval import Z, poisson
from penia.cohort.signals import signals
from penia.infer.weights import weights
from penia.virtual.omop import write
from penia.virtual.population import citizens

RATIOS = {
    "clozapine": 4.0, "methimazole": 2.0,
    "metformin": 1.0, "amlodipine": 1.0, "atorvastatin": 1.0, "levothyroxine": 1.0, "lactulose": 1.0,
    "latanoprost": 1.0, "sulfasalazine": 1.0,
}  # fmt: skip
"""The last one has no effect here either, and is no control in the knowledge."""
CASES = 250


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--repeats", type=int, default=40)
    asked.add_argument("--people", type=int, default=10_000)
    asked.add_argument("--out", type=Path, default=None)
    given = asked.parse_args()
    found = {"hazards": of_hazards(given.repeats)}
    if given.people:
        found["attributed"] = of_attribution(given.people)
    text = json.dumps(found, indent=1)
    print(text)
    if given.out:
        given.out.write_text(text + "\n")


def of_hazards(repeats: int) -> dict[str, Any]:
    held: dict[str, list[bool]] = {drug: [] for drug in RATIOS}
    logs: dict[str, list[float]] = {drug: [] for drug in RATIOS}
    signalled: dict[str, list[bool]] = {drug: [] for drug in RATIOS}
    for repeat in range(repeats):
        with tempfile.TemporaryDirectory() as name:
            found = signals(hazards(Path(name), RATIOS, CASES, np.random.default_rng((7, repeat))))
        for drug, truth in RATIOS.items():
            signal = found.drugs[drug]
            if signal.ratio is not None:
                held[drug].append(signal.ratio.low <= truth <= signal.ratio.high)
                logs[drug].append(signal.ratio.log)
            if signal.p is not None:
                signalled[drug].append(signal.p < 0.05)
    return {
        drug: {
            "true ratio": truth,
            "median ratio": round(math.exp(float(np.median(logs[drug]))), 3),
            "interval holds it": round(float(np.mean(held[drug])), 3),
            "p < 0.05": round(float(np.mean(signalled[drug])), 3) if signalled[drug] else None,
            "repeats": len(held[drug]),
        }
        for drug, truth in RATIOS.items()
    }


def of_attribution(people: int) -> dict[str, Any]:
    """Attributed cases of each drug beside the number of patients whose cause it is."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(citizens(people), folder / "cdm")
        study(folder / "cdm", folder / "out", Options(), cores=1)
        rows = duckdb.execute(
            "with a as (select cause, sum(share) as attributed, sum(share * (1 - share)) as open from "
            f"'{folder}/out/candidate/*.parquet' where starts_with(cause, 'drug:') group by cause), "
            f"t as (select cause, count(*) as truth from '{folder}/cdm/truth.parquet' where "
            "starts_with(cause, 'drug:') group by cause) select cause, coalesce(attributed, 0), "
            "coalesce(open, 0), coalesce(truth, 0) from a full join t using (cause) order by 2 desc, 1"
        ).fetchall()
        ((patients,),) = duckdb.execute(f"select count(*) from '{folder}/cdm/truth.parquet'").fetchall()
    told = [(a, o, t) for _, a, o, t in rows if a >= 1 or t >= 1]
    return {
        "patients": patients,
        "of drugs": sum(t for *_, t in rows),
        "attributed to drugs": round(sum(a for _, a, _, _ in rows), 1),
        "drugs with a case, true or attributed": len(told),
        "Poisson interval of attributed cases holds the true number": _share(
            poisson(a)[0] <= t <= poisson(a)[1] for a, _, t in told
        ),
        "interval of the attribution alone holds it": _share(
            abs(a - t) <= Z * math.sqrt(o) for a, o, t in told
        ),
        "drugs with five true cases or more": [
            {"drug": cause[5:], "true": t, "attributed": round(a, 1)} for cause, a, _, t in rows if t >= 5
        ],
        "by exponent of the prior": _by_exponent(patients),
    }


def _by_exponent(patients: int) -> list[dict[str, float]]:
    """The same number of patients drawn with the prior as it is and as it is softened, judged with either."""
    exponents = (1.0, weights().prior.value)
    found = [(drawn, cases(patients, drawn, exponents)) for drawn in exponents]
    return [
        {"drawn": drawn, "judged": judged, "true": told.true, "attributed": round(attributed, 1)}
        for drawn, told in found
        for judged, attributed in zip(exponents, told.attributed, strict=True)
    ]


def _share(held: Any) -> float:
    return round(float(np.mean(list(held))), 3)


if __name__ == "__main__":
    main()
