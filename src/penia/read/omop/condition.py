"""condition_occurrence and procedure_occurrence → Condition and Procedure."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from penia.read import icd
from penia.read.duck import Row
from penia.read.omop.context import Context, origin
from penia.read.omop.vocabulary import Named
from penia.record import Condition, ConditionStatus, Procedure

NOT_SURE = ("preliminary", "suspected", "rule out", "differential", "provisional")
"""Words in the names of condition statuses that do not state the diagnosis."""
ICD = ("icd9cm:", "icd10cm:")


class _Met(NamedTuple):
    row: Row
    place: str
    named: Named


def conditions(rows: list[Row], context: Context) -> None:
    """One condition of what a visit names again and again, such as the rhythm on a monitor."""
    met = [_Met(row, _place(row), context.named(row[1], row[2], row[3])) for row in rows]
    bare = _bare(met, context)
    groups: dict[tuple[object, ...], list[_Met]] = {}
    for one in met:
        key = (one.named.names, one.named.codes, one.row[3], one.row[8], one.row[9], one.row[10] or one.place)
        groups.setdefault(key, []).append(one)
    for group in groups.values():
        _condition(group, bare, context)


def _place(row: Row) -> str:
    return f"condition_occurrence/{row[0] or '?'}"


def _bare(met: list[_Met], context: Context) -> dict[str | None, list[str]]:
    """Visit → the bare ICD codes in it, which tell of which edition one of them is."""
    found: dict[str | None, list[str]] = {}
    for one in met:
        if value := _icd(one, context):
            found.setdefault(one.row[10], []).append(value)
    return found


def _icd(one: _Met, context: Context) -> str | None:
    value = (one.row[3] or "").strip().upper()
    written = icd.DOTTED.fullmatch(value) or context.local("condition_source_value", value) == f"icd:{value}"
    return value if written and icd.editions(value) else None


def _condition(group: list[_Met], bare: dict[str | None, list[str]], context: Context) -> None:
    first = min(group, key=lambda one: one.place)
    row, place, named = first
    *_, kind, status, visit, _ = row
    codes = named.codes
    if not any(c.startswith(ICD) for c in codes) and (value := _icd(first, context)):
        found = icd.code(value, icd.edition(value, bare.get(visit, ())))
        if found:
            codes = (found, *codes)
        else:
            reason = f"{value} can be a code of ICD-9-CM or of ICD-10-CM, and nothing in its visit tells"
            context.builder.problems.add("code-ambiguous", place, reason, "give condition_source_concept_id")
    if not named.names and not codes:
        context.builder.problems.add("no-code", place, "a condition has neither a name nor a code")
        return
    spans = [_span(one, context) for one in group]
    since = min((s for s, _ in spans if s), default=None)
    until = max((e for _, e in spans if e), default=None)
    known = tuple(c for c in codes if not c.startswith("omop:")) or codes
    name = _name(named, known)
    if context.meaning("basis", kind) == "billing":
        # A bill is written when the visit ends, and tells neither when the disease began nor that it is over.
        since, until, recorded = None, None, until or since
    else:
        recorded = None
        until = None if until == context.visits.get(visit or "", (None, None))[1] else until
    context.builder.condition(
        Condition(name, known, _status(status, context), since, until, recorded, origin(place, named))
    )


def _name(named: Named, codes: tuple[str, ...]) -> str:
    coded = next((c.partition(":")[2] for c in codes if c.startswith(ICD)), None)
    known = [c.name for c in named.concepts if c.name]
    return known[0] if known else coded or named.name


def _span(one: _Met, context: Context) -> tuple[datetime | None, datetime | None]:
    day, time, end_day, end_time = one.row[4:8]
    return context.time(one.place, time, day), context.time(one.place, end_time, end_day)


def _status(status: str | None, context: Context) -> ConditionStatus:
    name = (context.vocabulary[status].name or "").casefold()
    return "suspected" if any(word in name for word in NOT_SURE) else "active"


def procedure(row: Row, place: str, context: Context) -> None:
    _, standard, source, value, day, time, _ = row
    named = context.named(standard, source, value)
    if not named.name:
        context.builder.problems.add("no-code", place, "a procedure has neither a name nor a code")
        return
    when = context.time(place, time, day)
    context.builder.procedure(Procedure(named.name, named.codes, when, origin(place, named)))
