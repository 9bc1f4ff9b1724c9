"""Drugs, diseases and findings of a row, with what the row says of their status."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import cast

from penia.codes import code
from penia.codes.tables import rows, values, words
from penia.read.build import RecordBuilder
from penia.read.courses import EVER
from penia.read.exposures import Drug, DrugEvent
from penia.read.icd import GERMAN
from penia.read.table.row import Cells
from penia.record import Condition, ConditionStatus, Finding, Origin

PRESENT = {
    **dict.fromkeys(
        ("yes", "y", "true", "1", "present", "positive", "pos", "+", "x", "ja", "j", "oui"), True
    ),
    **dict.fromkeys(
        ("sí", "si", "sì", "sim", "有", "あり", "是", "阳性", "陽性", "vorhanden", "présent"), True
    ),
    **dict.fromkeys(("no", "n", "false", "0", "absent", "negative", "neg", "-", "nein", "non", "nee"), False),
    **dict.fromkeys(("não", "nao", "無", "无", "なし", "否", "阴性", "陰性", "fehlt", "ausente"), False),
}
SELF = ("self", "patient", "index", "own", "proband", "selbst", "本人")


def facts(cells: Cells, time: datetime | None, builder: RecordBuilder) -> None:
    start, stop = cells.time("start"), cells.time("stop")
    if (drug := cells.text("drug")) is not None:
        _drug(drug, start or time, stop, start is None and stop is None, cells, builder)
    if (condition := cells.text("condition") or cells.text("icd")) is not None:
        _condition(condition, start, stop, time, cells, builder)
    hpo = code("http://human-phenotype-ontology.org", cells.text("hpo"))
    if (finding := cells.text("finding") or cells.text("hpo")) is not None:
        present = PRESENT.get((cells.text("present") or "yes").casefold())
        if present is None:
            _unknown(finding, "present", cells)
        else:
            codes, origin = ((hpo,) if hpo else ()), Origin(cells.place, finding)
            builder.finding(Finding(finding, present, "finding", time or start, codes, origin))


def means(kind: str, status: str | None) -> str | None:
    """What a status says of a ``condition``, ``drug`` or ``result``, by statuses.csv; None where that is
    not known."""
    return _statuses().get((kind, words(status))) if status else None


@cache
def _statuses() -> dict[tuple[str, tuple[str, ...]], str]:
    return {
        (row["kind"], words(said)): row["means"] for row in rows("statuses") for said in values(row["words"])
    }


def _unknown(what: str, role: str, cells: Cells) -> None:
    reason = (
        f"{what[:40]!r} is said to be {(cells.text(role) or '')[:40]!r}, which is not known; it was left out"
    )
    remedy = "write yes or no" if role == "present" else "write active, past, excluded or suspected"
    cells.problem("presence-unknown", reason, remedy)


def _drug(
    name: str, begun: datetime | None, stop: datetime | None, bare: bool, cells: Cells, builder: RecordBuilder
) -> None:
    """One day alone is a dose; a start alone goes on, unless the status says that it is over."""
    status = cells.text("status")
    told = means("drug", status)
    if told == "not-taken":
        cells.problem("not-taken", f"{name[:40]!r} with the status {status!r} was left out", "")
        return
    if status and told is None:
        _unknown(name, "status", cells)
        return
    dose = bare and begun is not None
    over = told == "over" and stop is None and not dose
    evidence = "administration" if dose else "order"
    event = DrugEvent(
        Drug.of((name,), evidence, route=cells.text("route"), note=cells.text("dose")),
        cells.place,
        begun,
        stop,
        going_on=stop is None and not dose and not over,
        over_by=EVER if over else None,
    )
    builder.drug(event)


def _condition(
    name: str,
    start: datetime | None,
    stop: datetime | None,
    time: datetime | None,
    cells: Cells,
    builder: RecordBuilder,
) -> None:
    """Of a relative where the row says so; with the status of its own column, of ``present``, or of the
    letter that German bills put behind a code."""
    relative = cells.text("relative")
    if relative and relative.casefold() not in SELF:
        family = f"{relative}: {name}"
        builder.finding(Finding(family, True, "family", time or start, (), Origin(cells.place, name)))
        return
    billed = GERMAN.fullmatch(cells.text("icd") or "")
    icd = code("http://hl7.org/fhir/sid/icd-10-cm", billed[1] if billed else cells.text("icd"))
    said = cells.text("status") or (billed[2] if billed else None)
    status = means("condition", said) if said else "active"
    present = PRESENT.get((cells.text("present") or "yes").casefold())
    if status is None or present is None:
        _unknown(name, "present" if present is None else "status", cells)
        return
    status = cast(ConditionStatus, status if present else "refuted")
    origin = Origin(cells.place, name)
    builder.condition(Condition(name, (icd,) if icd else (), status, start, stop, time or start, origin))
