"""MedicationRequest, -Statement, -Administration, -Dispense → drug events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import msgspec

from penia.read.calendar import NO_END
from penia.read.courses import EVER
from penia.read.exposures import DrugEvent, Evidence
from penia.read.fhir.alike import SEPARATOR, Given, Ordered, Quick, composed
from penia.read.fhir.context import Context, known_codes
from penia.read.fhir.elements import Concept, Quantity, moment, moments
from penia.read.fhir.resources import (
    AdministeredDosage,
    ConceptOrReference,
    DispenseRequest,
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
    what = _what(_drugs(resource, context), resource.dosage_instruction, resource.notes())
    _event("order", what, start, stop, resource.status, said, place, context)


def statement(resource: MedicationStatement, place: str, context: Context) -> None:
    start, stop = context.period(place, resource.effective_period)
    start = start or context.time(place, resource.effective_date_time)
    said = context.time(place, resource.date_asserted)
    what = _what(_drugs(resource, context), resource.dosage, resource.notes())
    _event("statement", what, start, stop, resource.status, said, place, context)


def administration(resource: MedicationAdministration, place: str, context: Context) -> None:
    start, stop = context.period(place, resource.effective_period)
    start = start or context.time(place, resource.effective_date_time)
    what = _what(_drugs(resource, context), _of_dose(resource.dosage), resource.notes())
    _event("administration", what, start, stop, resource.status, None, place, context)


def dispense(resource: MedicationDispense, place: str, context: Context) -> None:
    start = context.time(place, resource.when_handed_over, resource.when_prepared)
    stop = _after(start, resource.days_supply)
    what = _what(_drugs(resource, context), resource.dosage_instruction, resource.notes())
    _event("dispense", what, start, stop, resource.status, None, place, context)


class _What(NamedTuple):
    """What a resource tells of its drugs, but for the time in which they were taken."""

    drugs: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...]
    """Of each its names, its codes, and the systems of codes that are not known."""
    route: str | None
    note: str | None
    every: timedelta | None
    """None without a timing."""


class Taken(msgspec.Struct, frozen=True, gc=False):
    """A dose or an order of one drug."""

    evidence: Evidence
    what: _What
    status: str | None
    start: datetime | None
    stop: datetime | None

    def read(self, place: str, context: Context) -> None:
        if not context.unsaid(self.status, place):
            _event(self.evidence, self.what, self.start, self.stop, self.status, None, place, context)


def _given(dose: Given) -> Taken | None:
    """An administration of one drug that is named in it."""
    what = _alike(SEPARATOR.join((dose.medication_codeable_concept, b"", dose.dosage, dose.note)))
    try:
        start, stop = moments(dose.effective_period)
        start = start or moment(dose.effective_date_time or None)
    except ValueError:
        return None
    return Taken("administration", what, dose.status, start, stop) if what else None


def _ordered(order: Ordered) -> Taken | None:
    """An order of one drug that is named in it, without a timing."""
    what = _alike(
        SEPARATOR.join((order.medication_codeable_concept, order.dosage_instruction, b"", order.note))
    )
    if what is None or what.every is not None or order.intent in PLANS:
        return None
    supply = order.dispense_request or NO_SUPPLY
    try:
        authored = moment(order.authored_on or None)
        start, stop = moments(supply.validity_period)
    except ValueError:
        return None
    start = start or authored
    return Taken("order", what, order.status, start, stop or _after(start, supply.expected_supply_duration))


GIVEN = Quick(msgspec.json.Decoder(Given).decode, _given)
ORDERED = Quick(msgspec.json.Decoder(Ordered).decode, _ordered)
NO_SUPPLY = DispenseRequest()
_order = msgspec.json.Decoder(MedicationRequest).decode
_dose = msgspec.json.Decoder(MedicationAdministration).decode


@lru_cache(maxsize=10_000)
def _alike(parts: bytes) -> _What | None:
    """None where they do not name a drug or cannot be read."""
    data = composed(parts, "medicationCodeableConcept", "dosageInstruction", "dosage", "note")
    try:
        order, dose = _order(data), _dose(data)
    except (msgspec.DecodeError, RecursionError):
        return None
    concept = order.medication_codeable_concept
    if concept is None or not concept.label():
        return None
    return _what([concept], order.dosage_instruction or _of_dose(dose.dosage), order.notes())


def _of_dose(given: AdministeredDosage | None) -> tuple[Dosage, ...]:
    return (Dosage(text=given.text or _amount(given.dose), route=given.route),) if given else ()


def _what(drugs: Sequence[Concept], dosages: Sequence[Dosage], notes: str | None) -> _What:
    routes = sorted({d.route.label() for d in dosages if d.route and d.route.label()})
    told = [*map(_dosage, dosages), notes]
    return _What(
        tuple((drug.names() or (drug.label(),), *known_codes(drug)) for drug in drugs),
        ", ".join(routes) or None,
        "; ".join(dict.fromkeys(n for n in told if n)) or None,
        max(map(_interval, _repeats(dosages)), default=None),
    )


def _event(
    evidence: Evidence,
    what: _What,
    start: datetime | None,
    stop: datetime | None,
    status: str | None,
    said: datetime | None,
    place: str,
    context: Context,
) -> None:
    """``said``: when the status was set."""
    drugs, route, note, every = what
    if not drugs:
        context.dropped("drug-not-named", place, "a drug is neither named nor found under its reference")
    is_course = stop is None and evidence in ("order", "statement")
    going_on = is_course and status in GOING_ON
    over_by = (said or EVER) if is_course and status in OVER else None
    for names, codes, unknown in drugs:
        for system in unknown:
            context.unknown_system(place, system)
        event = DrugEvent(
            names, evidence, place, codes, start, stop, going_on, route, note, every or None, over_by=over_by
        )
        context.builder.drug(event)


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
