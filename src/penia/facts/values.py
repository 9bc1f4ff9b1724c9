"""A value told in words: of an analyte or a vital sign, by the name beside it."""

from __future__ import annotations

from penia.facts import labs, verdict, vitals
from penia.facts.limits import Body
from penia.facts.statement import Said


def named(name: str, result: str, body: Body) -> list[Said]:
    found: list[Said] = []
    value = labs.value_in(result)
    flag = verdict.direction(result) if value[0] is None else None
    for analyte in labs.analytes_named(name, None, value[2], result):
        found += labs.read_value(analyte, value, None, None, flag, body)
    vital = vitals.vital_named(name, None)
    if vital is not None and value[0] is not None:
        found += vitals.read_vital(vital, value[0], value[2], value[1], body)
    return found
