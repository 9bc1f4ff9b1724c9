"""Small causes, drugs and findings with numbers that can be worked out by hand."""

from collections.abc import Iterable

from penia.infer.hypotheses import Causes, Hypothesis, Tried
from penia.knowledge.schema import Depth, Figure, FindingKey, FindingRate, Pattern

DEPTH = Depth(
    wbc_median=2.5,
    anc_median=0.5,
    anc_p10=0.1,
    anc_p90=1.5,
    p_anc_below_half=0.5,
    alc_median=1.5,
    plt_median=250,
    hb_median=130,
)


def pattern(**changes) -> Pattern:
    values = {
        "lineages": {"n": 0.9, "l": 0.2, "m": 0.3, "p": 0.1, "e": 0.1},
        "depth": DEPTH,
        "tempo": {"acute": 0.8, "chronic": 0.2},
        "age": {"adult": 0.6, "old": 0.4},
        "sex_female": 0.5,
    }
    return Pattern(**(values | changes))


def hypothesis(name: str, rates: dict[str, float] | None = None, **changes) -> Hypothesis:
    rows = {key: FindingRate(key=key, p=p) for key, p in (rates or {}).items()}
    values = {"id": name, "name": name, "plain": "", "pattern": pattern(), "rates": rows, "sources": {}}
    return Hypothesis(**(values | changes))


def standing(hypotheses: Iterable[Hypothesis]) -> Tried:
    """Causes, then drugs, as they stand trial."""
    every = tuple(hypotheses)
    drugs = tuple(h for h in every if h.drug is not None)
    assert every[len(every) - len(drugs) :] == drugs
    return Tried(Causes(every[: len(every) - len(drugs)]), drugs)


def key(name: str, base: float, **changes) -> FindingKey:
    return FindingKey(key=name, name=name, base={"inpatient": Figure(value=base)}, **changes)
