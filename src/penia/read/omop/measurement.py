"""measurement and observation → results, findings."""

from __future__ import annotations

import re

from penia.read.duck import Row
from penia.read.omop.context import Context, origin
from penia.read.omop.vocabulary import Named
from penia.read.quantity import FLAGS, number, one_unit, plain, valued
from penia.record import Finding, FindingKind, Interpretation, TestResult
from penia.units import canonical

HISTORY: tuple[tuple[re.Pattern[str], FindingKind], ...] = (
    (re.compile(r"^family history( of)?:?\s+", re.I), "family"),
    (re.compile(r"^(past |personal )?(medical )?history of:?\s+", re.I), "history"),
    (re.compile(r"^(h/o:?|hx of)\s+", re.I), "history"),
    (re.compile(r"^allergy to\s+", re.I), "allergy"),
)
"""How the names of observation concepts start that speak of the past, of relatives or of allergies."""


def measurement(row: Row, place: str, context: Context) -> None:
    (
        _,
        standard,
        source,
        value,
        day,
        time,
        operator,
        as_number,
        as_concept,
        unit_concept,
        unit_value,
        low,
        high,
        written,
    ) = row
    named = context.named(standard, source, value)
    local = context.local("measurement_source_value", value)
    unit = unit_of(unit_concept, unit_value, context)
    amount, comparator, text = valued(as_number, context.meaning("operator", operator), written, unit)
    flag, words = _coded(as_concept, context)
    context.builder.result(
        TestResult(
            name=named.name,
            time=context.time(place, time, day),
            codes=named.codes if local is None else (local, *named.codes),
            value=amount,
            unit=unit,
            comparator=comparator,
            interpretation=flag or (FLAGS.get(text.casefold()) if text else None),
            text=words or text,
            low=number(low),
            high=number(high),
            origin=origin(place, named, written or plain(amount, as_number), unit),
        ),
        named.names[1:],
    )


def unit_of(unit_concept: str | None, unit_value: str | None, context: Context) -> str | None:
    """The unit of the concept and that of the source as one; both together where they differ in size.

    A concept that is in no table keeps its id, so that the value is refused by name and not read without one.
    """
    found = context.vocabulary[unit_concept]
    code = (found.code or "").removeprefix("ucum:") if (found.code or "").startswith("ucum:") else None
    spelled = context.meaning("unit", unit_concept) or code
    if spelled is None and found.id != "0" and not (unit_value and canonical(unit_value)):
        spelled = f"OMOP unit {found.name or found.id}"
    return one_unit(spelled, unit_value)


def _coded(as_concept: str | None, context: Context) -> tuple[Interpretation | None, str | None]:
    """Flag and words of value_as_concept_id."""
    found = context.vocabulary[as_concept]
    if found.id == "0":
        return None, None
    known = context.meaning("flag", found.id)
    flag = FLAGS.get(known or (found.name or "").casefold())
    return flag, found.name or known


def observation(row: Row, place: str, context: Context) -> None:
    _, standard, source, value, day, time, as_number, as_string, as_concept, unit_concept, unit_value = row
    named = context.named(standard, source, value)
    if not named.name:
        context.builder.problems.add("no-code", place, "an observation does not say what was observed")
        return
    when = context.time(place, time, day)
    amount = number(as_number)
    flag, words = _coded(as_concept, context)
    text = words or (as_string or "").strip() or None
    kind = _history(named)
    if kind is not None:
        name, kind = kind
        told = f"{name}: {text}" if text and kind == "allergy" else name
        context.builder.finding(Finding(told, True, kind, when, named.codes, origin(place, named, text)))
    elif amount is None and text is None:
        context.builder.finding(Finding(named.name, True, "finding", when, named.codes, origin(place, named)))
    else:
        context.builder.result(
            TestResult(
                name=named.name,
                time=when,
                codes=named.codes,
                value=amount,
                unit=unit_of(unit_concept, unit_value, context),
                interpretation=flag,
                text=text,
                origin=origin(place, named, text or plain(amount, as_number)),
            ),
            named.names[1:],
        )


def _history(named: Named) -> tuple[str, FindingKind] | None:
    for pattern, kind in HISTORY:
        if pattern.search(named.name):
            return pattern.sub("", named.name), kind
    return None
