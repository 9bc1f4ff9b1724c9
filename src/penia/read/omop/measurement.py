"""measurement and observation → results, findings."""

from __future__ import annotations

import re

from penia.read.duck import Row
from penia.read.omop.context import Context, origin
from penia.read.omop.vocabulary import Named
from penia.read.quantity import FLAGS, number, plain, said
from penia.record import Finding, FindingKind, Interpretation, TestResult

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
        _,
    ) = row
    named = context.named(standard, source, value)
    local = context.local("measurement_source_value", value)
    unit = context.vocabulary.unit(unit_concept, unit_value)
    sign = context.meaning("operator", operator)
    if sign is None and operator not in (None, "", "0"):
        reason = f"operator_concept_id {operator} is not known; the number was left out"
        context.builder.problems.add("operator-unknown", place, reason, "add it to PENIA_CODES/omop.csv")
        as_number = written = None
    told = said(as_number, sign, written, unit)
    flag, words = _coded(as_concept, context)
    context.builder.result(
        TestResult(
            name=named.name,
            time=context.moment(place, time, day),
            codes=named.codes if local is None else (local, *named.codes),
            value=told.value,
            unit=unit,
            comparator=told.comparator,
            interpretation=flag or told.interpretation,
            text=words or told.text,
            low=number(low),
            high=number(high),
            origin=origin(place, named, told.written, unit),
        ),
        named.names[1:],
    )


def _coded(as_concept: str | None, context: Context) -> tuple[Interpretation | None, str | None]:
    """Flag and words of value_as_concept_id."""
    if as_concept is None:
        return None, None
    found = context.vocabulary[as_concept]
    if found.id == "0":
        return None, None
    known = context.meaning("flag", found.id)
    flag = FLAGS.get(known or (found.name or "").casefold())
    return flag, found.name or known


def observation(row: Row, place: str, context: Context) -> None:
    _, standard, source, value, day, time, as_number, as_string, as_concept, unit_concept, unit_value, _ = row
    named = context.named(standard, source, value)
    if not named.name:
        context.builder.problems.add("no-code", place, "an observation does not say what was observed")
        return
    when = context.moment(place, time, day)
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
                unit=context.vocabulary.unit(unit_concept, unit_value),
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
