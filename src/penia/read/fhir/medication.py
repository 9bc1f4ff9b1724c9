"""MedicationRequest, -Statement, -Administration, -Dispense → drug events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from penia.read.calendar import NO_END
from penia.read.courses import EVER
from penia.read.exposures import DrugEvent, Evidence
from penia.read.fhir.context import Context
from penia.read.fhir.elements import Concept, Quantity
from penia.read.fhir.resources import (
    ConceptOrReference,
    Dosage,
    Drug,
    Medication,
    MedicationAdministration,
    MedicationDispense,
    MedicationRequest,
    MedicationStatement,
    Repeat,
)
from penia.read.times import times

PLANS = {"proposal", "plan", "option"}
"""Intents of a MedicationRequest that is no order yet."""
GOING_ON = {"active", "in-progress", "on-hold"}
OVER = {"completed", "stopped", "cancelled", "ended"}
"""What an order implied has been done or will not be; of a statement, the drug is no longer taken."""
DAYS = {"d": 1.0, "day": 1.0, "days": 1.0, "wk": 7.0, "week": 7.0, "weeks": 7.0, "mo": 30.0, "h": 1 / 24}
"""Lengths of a supply, by UCUM code or the word."""


def request(resource: MedicationRequest, place: str, context: Context) -> None:
    if resource.do_not_perform or resource.intent in PLANS:
        context.dropped("not-ordered", place, "a planned or forbidden drug is no exposure")
        return
    ordered = resource.dispense_request
    repeats = _repeats(resource.dosage_instruction)
    bounds = [r.bounds_period for r in repeats]
    spans = [context.period(place, p) for p in (*bounds, ordered.validity_period if ordered else None) if p]
    start = min((s for s, _ in spans if s), default=context.time(place, resource.authored_on))
    ends = (
        max((e for _, e in spans if e), default=None),
        *(_after(start, r.bounds_duration) for r in repeats),
        *(_last_of(start, r) for r in repeats),
        _after(start, ordered.expected_supply_duration) if ordered else None,
    )
    stop = next((end for end in ends if end), None)
    said = context.time(place, resource.status_changed)
    _event(resource, _Told("order", start, stop, resource.dosage_instruction, said), place, context)


def statement(resource: MedicationStatement, place: str, context: Context) -> None:
    start, stop = context.period(place, resource.effective_period)
    start = start or context.time(place, resource.effective_date_time)
    said = context.time(place, resource.date_asserted)
    _event(resource, _Told("statement", start, stop, resource.dosage, said), place, context)


def administration(resource: MedicationAdministration, place: str, context: Context) -> None:
    start, stop = context.period(place, resource.effective_period)
    start = start or context.time(place, resource.effective_date_time)
    given = resource.dosage
    doses = (Dosage(text=given.text or _amount(given.dose), route=given.route),) if given else ()
    _event(resource, _Told("administration", start, stop, doses), place, context)


def dispense(resource: MedicationDispense, place: str, context: Context) -> None:
    start = context.time(place, resource.when_handed_over, resource.when_prepared)
    stop = _after(start, resource.days_supply)
    _event(resource, _Told("dispense", start, stop, resource.dosage_instruction), place, context)


class _Told(NamedTuple):
    """What a resource tells of the time and way in which its drug was taken."""

    evidence: Evidence
    start: datetime | None
    stop: datetime | None
    dosages: tuple[Dosage, ...]
    said: datetime | None = None
    """When the status was set."""


def _event(resource: Drug, told: _Told, place: str, context: Context) -> None:
    drugs = _drugs(resource, context)
    if not drugs:
        context.dropped("drug-not-named", place, "a drug is neither named nor found under its reference")
    routes = sorted({d.route.label() for d in told.dosages if d.route and d.route.label()})
    notes = [*map(_dosage, told.dosages), resource.notes()]
    every = max(
        (_interval(d.timing.repeat) for d in told.dosages if d.timing and d.timing.repeat), default=None
    )
    is_course = told.stop is None and told.evidence in ("order", "statement")
    for drug in drugs:
        context.builder.drug(
            DrugEvent(
                names=drug.names() or (drug.label(),),
                evidence=told.evidence,
                place=place,
                codes=context.codes(drug, place),
                start=told.start,
                stop=told.stop,
                going_on=is_course and resource.status in GOING_ON,
                over_by=(told.said or EVER) if is_course and resource.status in OVER else None,
                route=", ".join(routes) or None,
                note="; ".join(dict.fromkeys(n for n in notes if n)) or None,
                every=every or None,
            )
        )


def _drugs(resource: Drug, context: Context) -> list[Concept]:
    """The concept given, or that of the Medication pointed to; its ingredients if it has no name."""
    later = resource.medication or ConceptOrReference()
    own = resource.medication_codeable_concept or later.concept
    if own and own.label():
        return [own]
    reference = resource.medication_reference or later.reference
    if reference is None:
        return []
    name = reference.reference or ""
    contained = {f"#{m.id}": m for m in resource.contained}
    found = contained.get(name) or context.medication(reference)
    named = _of_medication(found) if found else []
    return named or ([Concept(text=reference.display)] if reference.display else [])


def _of_medication(medication: Medication) -> list[Concept]:
    if medication.code and medication.code.label():
        return [medication.code]
    return [i.item_codeable_concept for i in medication.ingredient if i.item_codeable_concept]


def _dosage(dosage: Dosage) -> str | None:
    """Its text, else the dose; with the words for what only a field says."""
    said = dosage.text or next(
        (_amount(d.dose_quantity) for d in dosage.dose_and_rate if d.dose_quantity), None
    )
    as_needed = dosage.as_needed or dosage.as_needed_boolean or dosage.as_needed_codeable_concept
    once = any(repeat.count == 1 for repeat in _repeats((dosage,)))
    coded = ("as needed" if as_needed else "", "once only" if once else "")
    return ", ".join(word for word in (said, *coded) if word) or None


def _repeats(dosages: Sequence[Dosage]) -> list[Repeat]:
    return [d.timing.repeat for d in dosages if d.timing and d.timing.repeat]


def _interval(repeat: Repeat) -> timedelta:
    """From one dose to the next; none where the timing does not say."""
    days = DAYS.get(repeat.period_unit or "", 0.0) * (repeat.period or 0.0) / max(repeat.frequency or 1, 1)
    return timedelta(days=days if 0 < days <= times().longest_supply.value else 0.0)


def _last_of(start: datetime | None, repeat: Repeat) -> datetime | None:
    """When the last of a counted number of doses is due."""
    days = _interval(repeat).days * ((repeat.count or 1) - 1)
    return _after(start, Quantity(value=days, code="d"))


def _amount(quantity: Quantity | None) -> str | None:
    if quantity is None or quantity.value is None:
        return None
    return f"{quantity.value:g} {quantity.unit or quantity.code or ''}".strip()


def _after(start: datetime | None, length: Quantity | None) -> datetime | None:
    if start is None or length is None or length.value is None:
        return None
    days = DAYS.get((length.code or length.unit or "d").casefold())
    longest = times().longest_supply.value
    if days is None or not 0 < length.value * days <= longest or start.year >= NO_END:
        return None
    return start + timedelta(days=length.value * days)
