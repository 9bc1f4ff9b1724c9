"""MedicationRequest, -Statement, -Administration, -Dispense → drug events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import msgspec

from penia.read.calendar import NO_END
from penia.read.courses import EVER, Drug
from penia.read.exposures import DrugEvent, Evidence
from penia.read.fhir.alike import SEPARATOR, Given, Ordered, Quick, Seen, composed
from penia.read.fhir.context import Context, known_codes
from penia.read.fhir.elements import Concept, Quantity, moment, moments
from penia.read.fhir.resources import (
    AdministeredDosage,
    ConceptOrReference,
    DispenseRequest,
    Dosage,
    Medication,
    MedicationAdministration,
    MedicationDispense,
    MedicationRequest,
    MedicationStatement,
    OfDrug,
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
    told = _told("order", _drugs(resource, context), resource.dosage_instruction, resource.notes())
    _read(told, start, stop, resource.status, said, place, context)


def statement(resource: MedicationStatement, place: str, context: Context) -> None:
    start, stop = context.period(place, resource.effective_period)
    start = start or context.time(place, resource.effective_date_time)
    said = context.time(place, resource.date_asserted)
    told = _told("statement", _drugs(resource, context), resource.dosage, resource.notes())
    _read(told, start, stop, resource.status, said, place, context)


def administration(resource: MedicationAdministration, place: str, context: Context) -> None:
    start, stop = context.period(place, resource.effective_period)
    start = start or context.time(place, resource.effective_date_time)
    told = _told("administration", _drugs(resource, context), _of_dose(resource.dosage), resource.notes())
    _read(told, start, stop, resource.status, None, place, context)


def dispense(resource: MedicationDispense, place: str, context: Context) -> None:
    start = context.time(place, resource.when_handed_over, resource.when_prepared)
    stop = _after(start, resource.days_supply)
    told = _told("dispense", _drugs(resource, context), resource.dosage_instruction, resource.notes())
    _read(told, start, stop, resource.status, None, place, context)


class _Told(NamedTuple):
    """A drug as a resource tells it."""

    drug: Drug
    unknown: tuple[str, ...]
    """Systems of codes that are not known."""


class Taken(Seen, frozen=True, gc=False):
    """A dose or an order of one drug."""

    told: tuple[_Told, ...]
    start: datetime | None
    stop: datetime | None
    status: str | None

    def read(self, context: Context) -> None:
        if not context.unsaid(self.status, self.place):
            _read(self.told, self.start, self.stop, self.status, None, self.place, context)


def _given(dose: Given, data: bytes) -> Taken | None:
    """An administration of one drug that is named in it."""
    parts = SEPARATOR.join((dose.medication_codeable_concept, b"", dose.dosage, dose.note))
    told = _alike("administration", parts)
    try:
        start, stop = moments(dose.effective_period)
        start = start or moment(dose.effective_date_time or None)
    except ValueError:
        return None
    place = f"MedicationAdministration/{dose.id}"
    return Taken(place, data, told, start, stop, dose.status) if told else None


def _ordered(order: Ordered, data: bytes) -> Taken | None:
    """An order of one drug that is named in it, without a timing."""
    parts = SEPARATOR.join((order.medication_codeable_concept, order.dosage_instruction, b"", order.note))
    told = _alike("order", parts)
    if told is None or order.intent in PLANS:
        return None
    supply = order.dispense_request or NO_SUPPLY
    try:
        authored = moment(order.authored_on or None)
        start, stop = moments(supply.validity_period)
    except ValueError:
        return None
    start = start or authored
    stop = stop or _after(start, supply.expected_supply_duration)
    return Taken(f"MedicationRequest/{order.id}", data, told, start, stop, order.status)


GIVEN = Quick(msgspec.json.Decoder(Given).decode, _given)
ORDERED = Quick(msgspec.json.Decoder(Ordered).decode, _ordered)
NO_SUPPLY = DispenseRequest()
_order = msgspec.json.Decoder(MedicationRequest).decode
_dose = msgspec.json.Decoder(MedicationAdministration).decode


@lru_cache(maxsize=10_000)
def _alike(evidence: Evidence, parts: bytes) -> tuple[_Told, ...] | None:
    """The one drug that they name; None where they do not name a drug, have a timing, or cannot be read."""
    data = composed(parts, "medicationCodeableConcept", "dosageInstruction", "dosage", "note")
    try:
        order, dose = _order(data), _dose(data)
    except (msgspec.DecodeError, RecursionError):
        return None
    concept, planned = order.medication_codeable_concept, order.dosage_instruction
    if concept is None or not concept.label() or _repeats(planned):
        return None
    return _told(evidence, [concept], planned or _of_dose(dose.dosage), order.notes())


def _of_dose(given: AdministeredDosage | None) -> tuple[Dosage, ...]:
    return (Dosage(text=given.text or _amount(given.dose), route=given.route),) if given else ()


def _told(
    evidence: Evidence, drugs: Iterable[Concept], dosages: Sequence[Dosage], notes: str | None
) -> tuple[_Told, ...]:
    routes = ", ".join(sorted({d.route.label() for d in dosages if d.route and d.route.label()})) or None
    said = [*map(_dosage, dosages), notes]
    note = "; ".join(dict.fromkeys(n for n in said if n)) or None
    every = max(map(_interval, _repeats(dosages)), default=None) or None
    made: list[_Told] = []
    for drug in drugs:
        codes, unknown = known_codes(drug)
        names = drug.names() or (drug.label(),)
        made.append(_Told(Drug.of(names, evidence, codes, routes, note, every), unknown))
    return tuple(made)


def _read(
    told: Sequence[_Told],
    start: datetime | None,
    stop: datetime | None,
    status: str | None,
    said: datetime | None,
    place: str,
    context: Context,
) -> None:
    """``said``: when the status was set."""
    if not told:
        context.dropped("drug-not-named", place, "a drug is neither named nor found under its reference")
    for drug, unknown in told:
        for system in unknown:
            context.unknown_system(place, system)
        going_on, over_by = False, None
        if stop is None and drug.evidence in ("order", "statement"):
            going_on = status in GOING_ON
            over_by = (said or EVER) if status in OVER else None
        context.builder.drug(DrugEvent(drug, place, start, stop, going_on, over_by=over_by))


def _drugs(resource: OfDrug, context: Context) -> list[Concept]:
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
