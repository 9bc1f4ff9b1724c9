"""drug_exposure and drug_era → drug events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import cast

import msgspec

from penia.codes import parts_of, together
from penia.read.calendar import NO_END
from penia.read.duck import Row
from penia.read.exposures import Drug, DrugEvent, Evidence, ingredients_of
from penia.read.omop.context import Context
from penia.read.omop.vocabulary import Named
from penia.read.quantity import number
from penia.read.times import times


def drugs(rows: list[Row], eras: list[Row], context: Context) -> None:
    """Exposures as they were; of the eras, which bridge pauses, only drugs that no exposure names."""
    named: set[str] = set()
    for row in rows:
        event = _exposure(row, f"drug_exposure/{row[0] or '?'}", context)
        known = _ingredients(event)
        named.update(known, *map(parts_of, known))
        context.builder.drug(event)
    for event in _eras(eras, context):
        if not named.issuperset(known := _ingredients(event)) and known:
            context.builder.drug(event)


def _eras(rows: list[Row], context: Context) -> Iterator[DrugEvent]:
    """Eras of single ingredients; those of the parts of one combination that coincide are one."""
    spans: dict[tuple[str | None, str | None], list[DrugEvent]] = {}
    for one, drug, start, end, _ in rows:
        spans.setdefault((start, end), []).append(_era(f"drug_era/{one or '?'}", drug, start, end, context))
    for events in spans.values():
        parts = {name: event for event in events for name in _ingredients(event)}
        joined = [name for name in together(tuple(sorted(parts))) if name not in parts]
        taken = {part for name in joined for part in parts_of(name)}
        yield from (event for name, event in parts.items() if name not in taken)
        for name in joined:
            first = min((parts[part] for part in parts_of(name)), key=lambda event: event.place)
            yield msgspec.structs.replace(first, drug=Drug.of((name,), "statement"))


def _era(place: str, drug: str | None, start: str | None, end: str | None, context: Context) -> DrugEvent:
    found = context.named(drug, None, None)
    begun, ended = context.time(place, start), context.time(place, end)
    return DrugEvent(Drug.of(_names(found), "statement", _codes(found)), place, begun, ended)


def _ingredients(event: DrugEvent) -> tuple[str, ...]:
    return ingredients_of(event.drug.codes, event.drug.names)


def _exposure(row: Row, place: str, context: Context) -> DrugEvent:
    (
        _,
        standard,
        source,
        value,
        day,
        time,
        end_day,
        end_time,
        verbatim_end,
        kind,
        supply,
        quantity,
        sig,
        route,
        route_value,
        dose_unit,
        _,
    ) = row
    named = context.named(standard, source, value)
    start = context.time(place, time, day)
    stop = context.time(place, end_time, end_day, verbatim_end)
    evidence = cast(Evidence, context.meaning("evidence", kind) or "order")
    told = _supplied(start, stop, supply)
    if evidence == "dispense" and told == start:
        told = None  # the day of dispensing, repeated where an end is asked for
    stop = told or _by_convention(start, evidence, place, context)
    local = context.local("drug_source_value", value)
    drug = Drug.of(
        _names(named),
        evidence,
        (*_codes(named), *([local] if local else [])),
        context.vocabulary[route].name or route_value,
        sig or (f"{quantity} {dose_unit}" if quantity and dose_unit else None),
    )
    return DrugEvent(drug, place, start, stop, inferred=told is None and stop is not None)


def _names(named: Named) -> tuple[str, ...]:
    parts = [name for c in named.concepts for _, name in c.ingredients]
    return (*named.names, " / ".join(parts)) if parts else named.names or (named.name,)


def _codes(named: Named) -> tuple[str, ...]:
    return tuple(c for c in named.codes if c)


def _supplied(start: datetime | None, stop: datetime | None, supply: str | None) -> datetime | None:
    """The stop; the end of the supply where the source only repeats the start as its end."""
    days = number(supply)
    if (
        start is None
        or start.year >= NO_END
        or days is None
        or not 1 < days <= times().longest_supply.value
        or (stop and stop.date() > start.date())
    ):
        return stop
    return start + timedelta(days=days)


def _by_convention(
    start: datetime | None, evidence: Evidence, place: str, context: Context
) -> datetime | None:
    """Where a row lacks the end that the CDM asks for, that which its convention infers for a prescription; a
    dose ends when it begins, and a dispensing by the same convention, as everywhere."""
    if start is None or start.year >= NO_END or evidence != "order":
        return None
    days = times().prescription.value
    reason = (
        f"a prescription has neither an end nor a supply: {days:g} days are taken, by the CDM's convention"
    )
    context.builder.problems.add("end-unknown", place, reason, "fill drug_exposure_end_date")
    return start + timedelta(days=days)
