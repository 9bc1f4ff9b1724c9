"""Condition, Procedure, Immunization, AllergyIntolerance, FamilyMemberHistory."""

from __future__ import annotations

import re
from functools import lru_cache

from penia.read.fhir.context import Context, origin_of
from penia.read.fhir.elements import Concept
from penia.read.fhir.resources import (
    AllergyIntolerance,
    Condition,
    FamilyMemberHistory,
    Immunization,
    Procedure,
)
from penia.record import Condition as Diagnosis
from penia.record import ConditionStatus, Exposure, Finding, FindingKind
from penia.record import Procedure as Done

VERIFIED: dict[str, ConditionStatus] = {
    "refuted": "refuted",
    **dict.fromkeys(("provisional", "differential", "unconfirmed"), "suspected"),
}
CLINICAL: dict[str, ConditionStatus] = dict.fromkeys(("resolved", "remission", "inactive"), "past")
WRONG = "entered-in-error"
SIGN = re.compile(r"\s*\(finding\)$")
"""How SNOMED CT's full names end for what is no disease."""
ANY_RELATIVE = {"", "family", "family member", "relative", "person", "unknown"}


def condition(resource: Condition, place: str, context: Context) -> None:
    verified = _code(resource.verification_status)
    if verified == WRONG:
        context.dropped(WRONG, place, "a condition was entered in error")
        return
    name = resource.code.label() if resource.code else ""
    if not name:
        context.dropped("no-code", place, "a condition has neither a name nor a code")
        return
    codes = context.codes(resource.code, place)
    since, until = context.period(place, resource.onset_period)
    since = context.time(place, resource.onset_date_time) or since
    ended, ended_late = context.period(place, resource.abatement_period)
    until = context.time(place, resource.abatement_date_time) or ended_late or ended or until
    recorded = context.time(place, resource.recorded_date)
    origin = origin_of(place, resource.code, resource.notes() or name)
    status = VERIFIED.get(verified) or CLINICAL.get(_code(resource.clinical_status), "active")
    if _is_sign(codes, name):
        if status == "suspected":
            context.dropped(
                "not-certain", place, "a sign that is not confirmed is neither present nor absent"
            )
            return
        name = SIGN.sub("", name)
        context.builder.finding(
            Finding(name, status != "refuted", _age(status), since or recorded, codes, origin)
        )
    else:
        context.builder.condition(Diagnosis(name, codes, status, since, until, recorded, origin))


@lru_cache(maxsize=10_000)
def _is_sign(codes: tuple[str, ...], name: str) -> bool:
    return any(c.startswith("hpo:") for c in codes) or bool(SIGN.search(name))


def _age(status: ConditionStatus) -> FindingKind:
    return "history" if status == "past" else "finding"


def _code(concept: Concept | None) -> str:
    coded = next((c.code for c in concept.coding if c.code), None) if concept else None
    return coded or (concept.label().casefold() if concept else "")


def procedure(resource: Procedure, place: str, context: Context) -> None:
    code = resource.code or Concept()
    if not code.label():
        context.dropped("no-code", place, "a procedure has neither a name nor a code")
        return
    start, stop = context.period(place, resource.performed_period)
    time = context.time(place, resource.performed_date_time) or start or stop
    origin = origin_of(place, code, resource.notes() or code.label())
    context.builder.procedure(Done(code.label(), context.codes(code, place), time, origin))


def immunization(resource: Immunization, place: str, context: Context) -> None:
    code = resource.vaccine_code or Concept()
    time = context.time(place, resource.occurrence_date_time)
    context.builder.exposure(
        Exposure(
            name=code.label() or "vaccine",
            kind="vaccine",
            start=time,
            stop=time,
            doses=(time,) if time else (),
            route=resource.route.label() if resource.route else None,
            origins=(origin_of(place, code, code.label()),),
        )
    )


def allergy(resource: AllergyIntolerance, place: str, context: Context) -> None:
    verified = _code(resource.verification_status)
    if verified == WRONG:
        context.dropped(WRONG, place, "an allergy was entered in error")
        return
    code = resource.code or next((r.substance for r in resource.reaction if r.substance), None) or Concept()
    signs = [m.label() for r in resource.reaction for m in r.manifestation]
    signs += [r.description for r in resource.reaction if r.description]
    name = f"{code.label()}: {', '.join(dict.fromkeys(signs))}" if signs else code.label()
    if not name:
        context.dropped("no-code", place, "an allergy does not say to what")
        return
    time = context.time(place, resource.onset_date_time, resource.recorded_date)
    origin = origin_of(place, code, resource.notes() or name)
    context.builder.finding(
        Finding(name, verified != "refuted", "allergy", time, context.codes(code, place), origin)
    )


def family(resource: FamilyMemberHistory, place: str, context: Context) -> None:
    """``brother: leukaemia`` for each condition and note; without ``:`` where the relative is not named."""
    relative = resource.relationship.label() if resource.relationship else ""
    before = "" if relative.casefold() in ANY_RELATIVE else f"{relative}: "
    time = context.time(place, resource.date)
    for note in resource.note:
        if note.text.strip():
            origin = origin_of(place, None, note.text)
            context.builder.finding(Finding(f"{before}{note.text.strip()}", True, "family", time, (), origin))
    for met in resource.condition:
        code = met.code or Concept()
        told = [code.label(), met.outcome.label() if met.outcome else "", *(n.text for n in met.note)]
        text = ", ".join(t for t in told if t)
        if text:
            codes = context.codes(code, place)
            origin = origin_of(place, code, text)
            context.builder.finding(Finding(f"{before}{text}", True, "family", time, codes, origin))
