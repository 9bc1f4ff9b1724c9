"""The value of an Observation or component, whatever its type → number, unit, flag and words."""

from __future__ import annotations

import msgspec

from penia.read.fhir.elements import Concept, Quantity, ReferenceRange
from penia.read.fhir.resources import Valued
from penia.read.quantity import COMPARATORS, FLAGS, NUMBER, one_unit
from penia.record import Comparator, Interpretation
from penia.units import canonical

KNOWN = (None, "", "=", *COMPARATORS)


class Value(msgspec.Struct, frozen=True):
    value: float | None = None
    unit: str | None = None
    comparator: Comparator | None = None
    interpretation: Interpretation | None = None
    text: str | None = None
    """Words of the value."""
    written: str | None = None
    """Number with comparator as received."""
    low: float | None = None
    high: float | None = None

    def is_empty(self) -> bool:
        return self.value is None and self.interpretation is None and not self.text


def value_of(item: Valued) -> Value:
    """Empty where the source gives none."""
    flag = _flag(item.interpretation)
    low, high = _limits(item.reference_range, item.value_quantity)
    found = _plain(item)
    return msgspec.structs.replace(
        found,
        interpretation=flag or (FLAGS.get(found.text.strip().casefold()) if found.text else None),
        low=low,
        high=high,
    )


def _plain(item: Valued) -> Value:
    if item.value_quantity is not None:
        return _quantity(item.value_quantity, item.data_absent_reason)
    if item.value_string is not None:
        return _words(item.value_string)
    if item.value_codeable_concept is not None:
        return Value(text=item.value_codeable_concept.label() or None)
    if item.value_boolean is not None:
        return Value(text="positive" if item.value_boolean else "negative")
    if item.value_integer is not None:
        return Value(value=float(item.value_integer), written=str(item.value_integer))
    if item.value_range is not None:
        ends = (item.value_range.low, item.value_range.high)
        return Value(text=" to ".join(f"{q.value} {q.unit or q.code or ''}".strip() for q in ends if q))
    return Value(text=item.value_date_time)


def _quantity(quantity: Quantity, absent: Concept | None) -> Value:
    """As words where its comparator is not known, or where it is said to be absent or in error as well."""
    if quantity.value is None:
        return Value()
    unit = one_unit(quantity.code, quantity.unit)
    doubt = absent.label() if absent else quantity.comparator if quantity.comparator not in KNOWN else None
    if doubt:
        return Value(text=f"{quantity.value} {unit or ''} ({doubt})")
    return Value(
        value=float(quantity.value),
        unit=unit,
        comparator=COMPARATORS.get(quantity.comparator or ""),
        written=f"{quantity.comparator or ''}{quantity.value}",
    )


def _words(text: str) -> Value:
    """A number only where a known unit stands behind it; else words, untouched."""
    number = NUMBER.fullmatch(text)
    if number and number[3] and canonical(number[3]):
        sign = COMPARATORS.get(number[1] or "")
        return Value(float(number[2]), number[3], sign, written=f"{number[1] or ''}{number[2]}")
    return Value(text=text.strip() or None)


def _flag(concepts: tuple[Concept, ...]) -> Interpretation | None:
    for concept in concepts:
        for coding in concept.coding:
            if coding.code in FLAGS:
                return FLAGS[coding.code]
        for name in concept.names():
            if name.casefold() in FLAGS:
                return FLAGS[name.casefold()]
    return None


def _limits(ranges: tuple[ReferenceRange, ...], value: Quantity | None) -> tuple[float | None, float | None]:
    """The normal range, where there is one and in the unit of the value."""
    normal = [r for r in ranges if r.type is None or r.type.has("normal")]
    if len(normal) != 1 or value is None:
        return None, None

    def limit(end: Quantity | None) -> float | None:
        if end is None or end.value is None or not _same_unit(end, value):
            return None
        return float(end.value)

    return limit(normal[0].low), limit(normal[0].high)


def _same_unit(end: Quantity, value: Quantity) -> bool:
    own = one_unit(end.code, end.unit)
    return own is None or own == one_unit(value.code, value.unit)
