"""Figures that cannot be true together are found, and a kind keeps its rows in order."""

from __future__ import annotations

import msgspec

from penia.knowledge import load
from penia.knowledge.contradictions import contradictions
from penia.knowledge.family import grown
from penia.knowledge.schema import Figure, FindingRate, FinerCause

CHILD = "acute-leukemia/promyelocytic"


def test_a_narrower_finding_more_frequent_than_its_broader_one_is_found() -> None:
    base = load()
    sle = base.causes["sle"]
    rows = tuple(row for row in sle.findings if row.key not in ("HP:0000225", "HP:0001892"))
    odd = (FindingRate(key="HP:0000225", p=0.9), FindingRate(key="HP:0001892", p=0.1))
    changed = msgspec.structs.replace(sle, findings=(*rows, *odd))
    broken = msgspec.structs.replace(base, causes={**base.causes, "sle": changed})
    assert any(fault.startswith("sle.findings: HP:0000225") for fault in contradictions(broken))


def test_a_median_on_the_wrong_side_of_the_limit_is_found() -> None:
    base = load()
    sle = base.causes["sle"]
    pattern = msgspec.structs.replace(
        sle.pattern,
        lineages={**sle.pattern.lineages, "p": 0.9, "l": 0.1},
        depth=msgspec.structs.replace(sle.pattern.depth, plt_median=215, alc_median=0.8),
    )
    broken = msgspec.structs.replace(
        base, causes={**base.causes, "sle": msgspec.structs.replace(sle, pattern=pattern)}
    )
    faults = [fault for fault in contradictions(broken) if fault.startswith("sle.pattern")]
    assert [fault.split()[1] for fault in faults] == ["alc_median", "plt_median"]


def test_kinds_that_have_more_of_a_finding_than_the_whole_are_found() -> None:
    base = load()
    child = base.finer[CHILD]
    most = msgspec.structs.replace(
        child,
        share_of_parent=Figure(value=0.9),
        findings=(FindingRate(key="HP:0002716", p=0.99),),
    )
    broken = msgspec.structs.replace(base, finer={CHILD: most}, rests={"acute-leukemia": None})
    assert any(f.startswith("acute-leukemia.findings: HP:0002716") for f in contradictions(broken))


def test_a_row_taken_over_is_raised_to_the_narrower_one_that_the_child_states() -> None:
    whole = load().causes["acute-leukemia"]
    child = FinerCause(
        id="acute-leukemia/x",
        name="x",
        plain="One.",
        share_of_parent=Figure(value=0.1),
        findings=(FindingRate(key="HP:0000225", p=0.95),),
    )
    rows = {row.key: row.p for row in grown(child, whole, {"HP:0000225": ["HP:0001892"]}).findings}
    assert rows["HP:0001892"] == 0.95
    low = msgspec.structs.replace(child, findings=(FindingRate(key="HP:0001892", p=0.01),))
    rows = {row.key: row.p for row in grown(low, whole, {"HP:0000225": ["HP:0001892"]}).findings}
    assert rows["HP:0000225"] == 0.01
