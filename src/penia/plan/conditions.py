"""Conditions of the rules of danger → holds, does not hold or not known, and why."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from penia import knowledge
from penia.knowledge.family import parent_of
from penia.knowledge.urgency import (
    Absent,
    All,
    AnyCondition,
    CountIs,
    FactIs,
    Falling,
    Item,
    MustBeAsked,
    Score,
    Some,
    Stated,
    Suspected,
    Taking,
    Uncounted,
    Unknown,
    Unless,
    ValueIs,
    VitalIs,
    WordsSay,
    Younger,
)
from penia.plan.counted import Verdict, count_is, falling, on, uncounted
from penia.plan.scene import Scene, VitalSign

_VITALS = {"temperature": ("temperature", " °C")}
_LINEAGES = {"n": "low neutrophils", "w": "low white cells", "l": "low lymphocytes", "p": "low platelets"}


def judge(condition: AnyCondition, scene: Scene) -> Verdict:
    """Whether a condition holds now, computed only from what is known."""
    found = _JUDGES[type(condition)](condition, scene)
    if found.holds is None and condition.words:
        found = msgspec.structs.replace(found, unknown=(condition.words,))
    if found.holds and condition.as_:
        found = msgspec.structs.replace(found, said={**found.said, condition.as_: found.short})
    return found


def _vital(condition: VitalIs, scene: Scene) -> Verdict:
    name, unit = _VITALS.get(condition.vital, (condition.vital, ""))
    all_readings = [v for v in scene.vitals if v.vital == condition.vital]
    if not all_readings:
        return Verdict(None, unknown=(name,))
    fitting = [v for v in all_readings if _vital_fits(condition, v)]
    if not fitting or not _sustained(condition, all_readings, fitting):
        return Verdict(False)
    end = min if condition.below is not None else max
    top = end(fitting, key=lambda v: (v.value, v.time.isoformat() if v.time else ""))
    short = f"{name} {round(top.value, 1):g}{unit}"
    return Verdict(True, short, (f"{short}{on(top.time)}",))


def _vital_fits(condition: VitalIs, sign: VitalSign) -> bool:
    above = condition.above is None or sign.value > condition.above
    below = condition.below is None or sign.value < condition.below
    return above and below and (condition.at_least is None or sign.value >= condition.at_least)


def _sustained(condition: VitalIs, readings: Sequence[VitalSign], fitting: Sequence[VitalSign]) -> bool:
    """So many readings in a row, none between them that does not fit, far enough apart."""
    if condition.readings == 1:
        return True
    apart = timedelta(hours=condition.hours_apart)
    row: list[datetime] = []
    for time, fits in sorted((v.time, v in fitting) for v in readings if v.time):
        row = [*row, time] if fits else []
        if len(row) >= condition.readings and row[-1] - row[0] >= apart:
            return True
    return False


def _fact(condition: FactIs, scene: Scene) -> Verdict:
    key = knowledge.load().findings.get(condition.key)
    name = condition.say or (key.name if key else condition.key)
    fact = scene.facts.get(condition.key)
    if fact is None:
        return Verdict(None, unknown=(name,))
    if not fact.present:
        return Verdict(False)
    told = f" (“{fact.text}”)" if fact.text and fact.text.lower() != name.lower() else ""
    return Verdict(True, name, (f"{name}{told}{on(fact.time)}",))


def _value(condition: ValueIs, scene: Scene) -> Verdict:
    value = scene.values.get(condition.analyte)
    if value is None:
        return Verdict(None, unknown=(condition.analyte,))
    tests: tuple[tuple[float | None, Callable[[float, float], bool]], ...] = (
        (condition.above, operator.gt),
        (condition.at_least, operator.ge),
        (condition.up_to, operator.le),
        (condition.below, operator.lt),
    )
    holds = all(test(value, bound) for bound, test in tests if bound is not None)
    short = f"{condition.analyte} {value:.3g}"
    return Verdict(True, short, (short,)) if holds else Verdict(False)


def _absent(condition: Absent, scene: Scene) -> Verdict:
    found = _fact(FactIs(key=condition.key), scene)
    if found.holds is None:
        return found
    name = knowledge.load().findings[condition.key].name
    return Verdict(False) if found.holds else Verdict(True, f"no {name}", (f"no {name}",))


def _asked(condition: MustBeAsked, scene: Scene) -> Verdict:
    return Verdict(None, unknown=(condition.text,))


def _words(condition: WordsSay, scene: Scene) -> Verdict:
    said = _LINEAGES.get(condition.lineage, condition.lineage)
    if condition.lineage not in scene.words:
        return Verdict(None, unknown=(f"count behind “{said}”",))
    return Verdict(True, said, (f"the record says {said}, without a number",))


def _younger(condition: Younger, scene: Scene) -> Verdict:
    if scene.age_days is None:
        return Verdict(None, unknown=("age",))
    short = f"age {scene.age_days:.0f} days"
    return Verdict(True, short, (short,)) if scene.age_days < condition.days else Verdict(False)


def _suspected(condition: Suspected, scene: Scene) -> Verdict:
    names = " and ".join(s for s, order in scene.suspects.items() if order == condition.order)
    return Verdict(True, names, (f"suspected: {names}",)) if names else Verdict(False)


def _taking(condition: Taking, scene: Scene) -> Verdict:
    names = [name for name in scene.taken if name in condition.drugs]
    said = " and ".join(names)
    return Verdict(True, said, (f"takes {said}",)) if names else Verdict(False)


def _stated(condition: Stated, scene: Scene) -> Verdict:
    names = sorted({c for c in scene.stated if {c, parent_of(c)} & {*condition.of}})
    causes = knowledge.load().causes
    said = " and ".join(causes[name].name for name in names)
    return Verdict(True, said, (f"known: {said}",)) if names else Verdict(False)


def _unknown(condition: Unknown, scene: Scene) -> Verdict:
    return Verdict(judge(condition.of, scene).holds is None)


def _unless(condition: Unless, scene: Scene) -> Verdict:
    return Verdict(not judge(condition.of, scene).holds)


def _all(condition: All, scene: Scene) -> Verdict:
    parts = [judge(part, scene) for part in condition.of]
    values = [p.holds for p in parts]
    return _merged(False if False in values else (None if None in values else True), parts)


def _some(condition: Some, scene: Scene) -> Verdict:
    parts = [judge(part, scene) for part in condition.of]
    true, open_ = [p for p in parts if p.holds], [p for p in parts if p.holds is None]
    if len(true) >= condition.least:
        return _merged(True, true[:1] if condition.first else true)
    return _merged(None if len(true) + len(open_) >= condition.least else False, open_)


def _merged(holds: bool | None, parts: Sequence[Verdict]) -> Verdict:
    return Verdict(
        holds,
        short=next((p.short for p in parts if p.short), "") if holds else "",
        because=_once(text for p in parts for text in p.because) if holds else (),
        unknown=() if holds is False else _once(name for p in parts for name in p.unknown),
        said={name: text for p in reversed(parts) for name, text in p.said.items()} if holds else {},
    )


def _score(condition: Score, scene: Scene) -> Verdict:
    parts = [_item(item, scene) for item in condition.items]
    known, possible = sum(p[0] for p in parts), sum(p[1] for p in parts)
    unknown = tuple(i.name for i, p in zip(condition.items, parts, strict=True) if p[1] > p[0])
    if possible < condition.least:
        return Verdict(False)
    if known < condition.least:
        return Verdict(None, unknown=unknown)
    short = f"{condition.name} at least {known:g}"
    because = _once(text for p in parts for text in p[2])
    return Verdict(True, short, (f"{short} (limit {condition.least:g})", *because), unknown)


def _item(item: Item, scene: Scene) -> tuple[float, float, tuple[str, ...]]:
    """(points that are known, points that are possible, why)"""
    judged = [(tier.points, judge(tier.when, scene)) for tier in item.tiers]
    known, why = max(
        ((points, v.because) for points, v in judged if v.holds), key=lambda p: p[0], default=(0.0, ())
    )
    return known, max(known, *(points for points, v in judged if v.holds is not False), 0.0), why


_JUDGES: dict[type, Callable[[Any, Scene], Verdict]] = {
    CountIs: count_is,
    Falling: falling,
    VitalIs: _vital,
    FactIs: _fact,
    WordsSay: _words,
    Younger: _younger,
    Suspected: _suspected,
    Taking: _taking,
    Uncounted: uncounted,
    ValueIs: _value,
    Absent: _absent,
    MustBeAsked: _asked,
    Stated: _stated,
    Unknown: _unknown,
    Unless: _unless,
    All: _all,
    Some: _some,
    Score: _score,
}


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
