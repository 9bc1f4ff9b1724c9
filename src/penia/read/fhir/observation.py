"""Observation → results, vital signs, findings, places, exposures; DiagnosticReport → report texts."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

import msgspec

from penia.read.fhir.alike import SEPARATOR, Measured, Quick, Seen, composed
from penia.read.fhir.context import Context, Link, known_codes, origin_of
from penia.read.fhir.elements import Concept, Quantity, Reference, moment
from penia.read.fhir.resources import DiagnosticReport, Observation, Valued
from penia.read.fhir.social import is_social, social
from penia.read.fhir.value import Value, value_of
from penia.record import Finding, Origin, TestKind, TestResult

PRESENT = {"present": True, "yes": True, "absent": False, "no": False}
"""Answers that make a sign of an examination present or absent."""
LONGEST = 200_000
"""Characters of a report's text that are kept."""


PARTIAL = (len("2024"), len("2024-03"))
"""Lengths of a date without its day."""


class _Alike(NamedTuple):
    """What Observations of one quantity share that differ in nothing but their time and number."""

    result: TestResult
    sign: str
    """Before the number, as received."""
    names: tuple[str, ...]
    unknown: tuple[str, ...]
    """Systems of codes that are not known."""


class Result(Seen, frozen=True, gc=False):
    """An Observation that is one quantity and no more."""

    same: _Alike
    value: int | float
    status: str | None
    time: datetime | None
    specimen: Reference | None

    def read(self, context: Context) -> None:
        place = self.place
        if context.unsaid(self.status, place):
            return
        _said(self.status, place, context)
        for system in self.same.unknown:
            context.unknown_system(place, system)
        base = self.same.result
        result = msgspec.structs.replace(
            base,
            value=float(self.value),
            time=self.time,
            specimen=context.specimen(self.specimen) if self.specimen else None,
            origin=Origin(place, f"{self.same.sign}{self.value}", base.unit, base.origin.code),
        )
        context.result(result, self.same.names)


def _measured(seen: Measured, data: bytes) -> Result | None:
    amount, told = seen.value_quantity, seen.effective_date_time or seen.issued
    if told and len(told) in PARTIAL:
        return None
    parts = SEPARATOR.join((seen.code, seen.category, seen.interpretation, seen.reference_range))
    same = _alike(parts, amount.comparator, amount.unit, amount.code)
    try:
        time = moment(told or None)
    except ValueError:
        return None
    if same is None:
        return None
    return Result(f"Observation/{seen.id}", data, same, amount.value, seen.status, time, seen.specimen)


QUICK = Quick(msgspec.json.Decoder(Measured).decode, _measured)
_whole = msgspec.json.Decoder(Observation).decode


@lru_cache(maxsize=10_000)
def _alike(parts: bytes, comparator: str | None, unit: str | None, code: str | None) -> _Alike | None:
    """None where its meaning is no result, or no number, or cannot be read."""
    data = composed(parts, "code", "category", "interpretation", "referenceRange")
    try:
        whole = _whole(data)
    except (msgspec.DecodeError, RecursionError):
        return None
    whole = msgspec.structs.replace(whole, value_quantity=Quantity(1, comparator, unit, code))
    seen, value, name = (
        _Whole(whole, _categories(whole), "", None, None),
        value_of(whole),
        _name(whole, whole),
    )
    if whole.code is None or value.value is None or not name or _is_social(name, whole, seen):
        return None
    codes, unknown = known_codes(whole.code)
    result = _result(name, value, whole, seen, codes)
    return _Alike(result, comparator or "", whole.code.names()[1:], unknown)


class _Whole(NamedTuple):
    """One Observation with what all its parts share."""

    whole: Observation
    categories: frozenset[str]
    place: str
    time: datetime | None
    specimen: str | None


def observation(resource: Observation, place: str, context: Context) -> None:
    if resource.focus:
        context.dropped("about-another", place, "an observation is about someone else (focus)")
        return
    _said(resource.status, place, context)
    time, site = _time(resource, place, context), resource.body_site.label() if resource.body_site else ""
    specimen = context.specimen(resource.specimen, resource.contained, site)
    seen = _Whole(resource, _categories(resource), place, time, specimen)
    if resource.has_member:
        context.link(resource.has_member, Link(seen.time, seen.specimen))
    for part in (*([resource] if _has_value(resource) else []), *resource.component):
        _part(part, seen, context)
    if note := resource.notes():
        context.result(_report(_name(resource, resource), seen.time, note, place))


def _said(status: str | None, place: str, context: Context) -> None:
    if not status:
        reason = "an observation does not say its status: it was read as a final one"
        context.builder.problems.add("status-missing", place, reason, "give the status of each")


def _part(part: Valued, seen: _Whole, context: Context) -> None:
    value = value_of(part)
    name = _name(part, seen.whole)
    if value.is_empty():
        context.dropped("no-value", seen.place, "an observation holds no value")
    elif not name:
        context.dropped("no-code", seen.place, "an observation does not say what was observed")
    elif _is_social(name, part, seen):
        social(_finding(name, value, part, seen, context), value, context)
    elif (present := _sign(part, seen, value)) is not None:
        found = _finding(name, value, part, seen, context)
        context.builder.finding(msgspec.structs.replace(found, present=present))
    else:
        codes = context.codes(part.code, seen.place)
        context.result(_result(name, value, part, seen, codes), part.code.names()[1:] if part.code else ())


def _is_social(name: str, part: Valued, seen: _Whole) -> bool:
    return "social-history" in seen.categories or is_social(name, part.code)


def _finding(name: str, value: Value, part: Valued, seen: _Whole, context: Context) -> Finding:
    codes = context.codes(part.code, seen.place)
    found = origin_of(seen.place, part.code, value.text or value.written)
    return Finding(name, True, "finding", seen.time, codes, found)


def _result(name: str, value: Value, part: Valued, seen: _Whole, codes: tuple[str, ...]) -> TestResult:
    found = origin_of(seen.place, part.code, value.written or value.text)
    return TestResult(
        name=name,
        time=seen.time,
        kind=_kind(seen),
        codes=codes,
        value=value.value,
        unit=value.unit,
        comparator=value.comparator,
        interpretation=value.interpretation,
        text=value.text,
        low=value.low,
        high=value.high,
        specimen=seen.specimen,
        origin=msgspec.structs.replace(found, unit=value.unit),
    )


def _time(resource: Observation, place: str, context: Context) -> datetime | None:
    period = resource.effective_period
    told = (
        resource.effective_date_time,
        resource.effective_instant,
        period.start if period else None,
        period.end if period else None,
        resource.issued,
    )
    first = next(filter(None, told), "")
    if len(first) in PARTIAL:
        reason = f"a result is dated {first} only: it stands at the first day of that"
        context.builder.problems.add("time-imprecise", place, reason, "give the day of the specimen")
    return context.time(place, *told)


def _name(part: Valued, whole: Observation) -> str:
    return part.code.label() if part.code else (whole.code.label() if whole.code else "")


def _has_value(resource: Observation) -> bool:
    empty = value_of(resource).is_empty()
    return not empty or not (resource.component or resource.has_member)


def _categories(resource: Observation) -> frozenset[str]:
    coded = (c.code for concept in resource.category for c in concept.coding if c.code)
    return frozenset((*coded, *(n.casefold() for concept in resource.category for n in concept.names())))


def _kind(seen: _Whole) -> TestKind:
    if "vital-signs" in seen.categories:
        return "vital"
    return "report" if {"imaging", "exam", "procedure"} & seen.categories else "laboratory"


def _sign(part: Valued, seen: _Whole, value: Value) -> bool | None:
    """Whether a sign was found, where the answer is yes or no and no laboratory gave it."""
    if "laboratory" in seen.categories or value.value is not None:
        return None
    if part.value_boolean is not None:
        return part.value_boolean
    return PRESENT.get((value.text or "").casefold())


def _report(
    name: str, time: datetime | None, text: str, place: str, codes: tuple[str, ...] = ()
) -> TestResult:
    return TestResult(name, time, "report", codes, text=text, origin=Origin(place, text))


def report(resource: DiagnosticReport, place: str, context: Context) -> None:
    period = resource.effective_period
    time = context.time(
        place, resource.effective_date_time, period.start if period else None, resource.issued
    )
    specimens = [context.specimen(s) for s in resource.specimen]
    context.link(resource.result, Link(time, specimens[0] if len(specimens) == 1 else None))
    code = resource.code or Concept()
    name = code.label() or "report"
    texts = [resource.conclusion, *(c.label() for c in resource.conclusion_code), *_forms(resource)]
    codes = context.codes(code, place)
    for text in dict.fromkeys(t.strip() for t in texts if t and t.strip()):
        context.result(_report(name, time, text, place, codes))


def _forms(resource: DiagnosticReport) -> Iterator[str]:
    for form in resource.presented_form:
        if form.data and (form.content_type or "").startswith("text/plain"):
            try:
                yield base64.b64decode(form.data, validate=True).decode("utf-8", "replace")[:LONGEST]
            except (binascii.Error, ValueError):
                continue
