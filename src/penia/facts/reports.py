"""What a test, a laboratory value, a vital sign or a report says."""

from __future__ import annotations

import re

import msgspec

from penia.facts import (
    diagnoses,
    hpo,
    joined,
    labs,
    organisms,
    parts,
    results,
    tables,
    testnames,
    values,
    verdict,
    vitals,
    words,
)
from penia.facts.limits import Body
from penia.facts.marrow import read_cells
from penia.facts.statement import Heard, Said
from penia.record import Count, TestResult

_FREE_HISTORY = (
    "history:storage-or-portal",
    "history:chronic-liver",
    "history:autoimmune",
    "history:active-cancer",
    "history:cocaine",
    "history:vaccine",
    "history:no-measles",
    "history:sample-older",
)
"""What a report may say of the past; the rest of the history is the person's to tell."""


def read_test(test: TestResult, body: Body) -> Heard:
    if each := _each_with_its_number(test):
        heard = Heard([], [], [], [])
        for one in each:
            heard.add(read_test(one, body))
        return heard
    name, raw = _name(test), test.text or _in_one_word(test)
    if _PRESSURE.fullmatch(name) and (pair := _PAIR.match(raw)):
        name, raw = "systolic blood pressure", f"{pair[1]} mmHg"
    text = tables.normalise(raw)
    heard = Heard([], [], [], [])
    value, interval = (test.value, test.comparator, test.unit), (test.low, test.high)
    if test.value is None and raw:
        value = labs.value_in(raw)
        interval = interval if interval != (None, None) else labs.interval_in(raw)
        if value[2] is None and interval == (None, None) and not labs.is_bare(raw):
            value = (None, None, None)
    flag = test.interpretation or (verdict.opening_direction(text) if value[2] is None else None)
    flags = _flags_of_parts(text) if test.interpretation is None and value[0] is None else {}
    vital = vitals.vital_named(name, test.analyte)
    if vital is not None and value[0] is not None:
        heard.keys += vitals.read_vital(vital, value[0], value[2], value[1], body)
    analytes = labs.analytes_named(name, test.analyte, value[2], text)
    if value[0] is not None and value[2] is None and len(analytes) > 1:
        analytes = [analyte for analyte in analytes if not tables.labs().analytes[analyte].unit]
    for analyte in analytes:
        own = flags.get(analyte, None if flags and len(analytes) > 1 else flag)
        heard.keys += labs.read_value(analyte, value, *interval, own, body)
    above = None if test.value is None or test.high is None else test.value > test.high
    if value[0] is not None and not raw:
        amount = tables.normalise(shown(test))
        counted = organisms.amount(name, amount)
        heard.keys += [Said(key, present, decisive=True) for key, present in counted.items()]
        if test.value and _COPIES.search(test.unit or ""):
            heard.keys += [one for one in results.read_result(name, amount, amount, None) if one.present]
    numbers = labs.numbers_in(name, text, body) if text else []
    rows = parts.read_parts(name, text, raw, test.interpretation, above)
    measured = set[str]() if "marrow" in name else _by_number(name, text)
    heard.keys += _unless_decided(heard, [one for one in rows if one.key not in measured])
    heard.keys += _unless_decided(heard, _report(name, text, test.interpretation) + numbers)
    if any(row.key in _OF_MARROW and row.result in results.BY_WORDS for row in testnames.rows_named(name)):
        heard.keys += _unless_decided(heard, read_cells(text))
    if _PANEL.search(name):
        inner = [said for part in joined.name_and_result(text) for said in values.named(*part, body)]
        heard.keys += _unless_decided(heard, inner)
    heard.low += _called_low(name, test, text)
    heard.keys += _unless_decided(heard, _listed(test, text, flag, body))
    out = diagnoses.read_excluded(f"{name}: {text}")
    heard.keys += _unless_decided(heard, out.keys)
    heard.excluded += out.excluded
    return heard


def _each_with_its_number(test: TestResult) -> list[TestResult]:
    """``AST / ALT: 116 / 88 U/L``: two tests of which each has a number, in the order of the names."""
    names = [name.strip() for name in _PAIRED.split(test.name)]
    told = _NUMBERS.fullmatch(test.text or "")
    values = [] if told is None else [value.strip() for value in _PAIRED.split(told["numbers"])]
    analytes = [labs.analytes_named(tables.normalise(name), None, None) for name in names]
    if told is None or len(names) < 2 or len(names) != len(values) or not all(analytes):
        return []
    unit = told["unit"].strip()
    return [
        msgspec.structs.replace(test, name=name, text=f"{value} {unit}".strip(), analyte=None, codes=())
        for name, value in zip(names, values, strict=True)
    ]


_PAIRED = re.compile(r"\s*(?:/|,|\band\b|&)\s*")
_NUMBERS = re.compile(
    r"\s*(?P<numbers>[<>]?\d+(?:\.\d+)?(?:\s*(?:/|,|\band\b|&)\s*[<>]?\d+(?:\.\d+)?)+)(?P<unit>\s*[^\s\d(),;]*)\s*"
)


def _flags_of_parts(text: str) -> dict[str, str | None]:
    """``PT prolonged, aPTT normal``: the direction of each analyte that a result names."""
    return {
        analyte: verdict.direction(result)
        for inner, result in joined.name_and_result(text)
        for analyte in labs.analytes_named(inner, None, None)
    }


def _in_one_word(test: TestResult) -> str:
    """A flag that is the whole result is the report ``normal``, ``negative``, ``positive`` or ``low``."""
    whole = test.interpretation if test.value is None else None
    return whole if whole in ("normal", "negative", "positive", "low") else ""


_OF_MARROW = ("HP:0005528", "test:marrow-normal")
"""What a report on the marrow as a whole decides."""
_PRESSURE = re.compile(r"(?:arterial )?(?:blood pressure|bp)(?: on (?:arrival|admission))?")
_PAIR = re.compile(r"\s*(\d{2,3})\s*/\s*\d{2,3}\b")
"""Systolic over diastolic pressure."""


_PANEL = re.compile(
    r"\b(?:immunoglobulins?|hemolysis|hemolytic|liver|renal|kidney|thyroid|complement|coagulation|clotting"
    r"|inflammat\w+|bio ?chemistry|chemistry|metabolic|electrolytes|laborator\w+|labs?|blood tests?|vitamins?"
    r"|enzymes|lymphocyte subsets?|iron studies|hlh)\b"
    r"(?!.*\b(?:urine|fluid|csf|marrow|biops\w+|imaging|scan)\b)"
)
"""Names of several tests, whose result gives the value of each."""
_COPIES = re.compile(r"cop(?:y|ies)|\bcp\b|geq", re.IGNORECASE)
_HEAD = re.compile(r"[(:]|\b(?:for|of)\b", re.IGNORECASE)
_LIST = re.compile(r"[,;]| / |\b(?:and|including)\b", re.IGNORECASE)
"""What ends the heading of a list of tests in one name, and what parts the tests."""
_CULTURE = re.compile(r"\bcultures?\b", re.IGNORECASE)
"""A word that the tests of a list share: ``urine and blood culture``."""


_PLACES = frozenset(("bone marrow", "marrow", "blood", "peripheral blood"))
"""``Megakaryocytes, bone marrow`` is one test."""


def _listed(test: TestResult, text: str, flag: str | None, body: Body) -> list[Said]:
    """``Viral serologies (EBV, CMV, HIV): negative`` says so of each; a list that is positive, of none."""
    listed = _HEAD.split(test.name)[-1].strip(" )")
    names = [tables.normalise(part) for part in _LIST.split(listed) if part.strip()]
    names += [f"{part} culture" for part in names[:-1] if _CULTURE.search(listed)]
    whole = verdict.whole_negative(text) if text else flag in ("negative", "normal")
    of_places = not _CULTURE.search(listed) and not _PLACES.isdisjoint(names)
    if len(names) < 2 or not whole or "pcr" in test.name.lower() or of_places:
        return []
    found: list[Said] = []
    for part in names:
        found += results.read_result(part, text, test.text or "", test.interpretation)
        for analyte in labs.analytes_named(part, None, None, text):
            found += labs.read_value(analyte, (None, None, None), None, None, flag, body)
    return [one for one in found if not one.present]


def _name(test: TestResult) -> str:
    """The normalised name; with the specimen before it where that is not blood."""
    name, specimen = tables.normalise(test.name), tables.normalise(test.specimen or "")
    elsewhere = any(word in specimen for word in tables.rules().other_specimens)
    return f"{specimen} {name}" if elsewhere and specimen not in name else name


def _unless_decided(heard: Heard, said: list[Said]) -> list[Said]:
    decided = {one.key for one in heard.keys}
    return [one for one in said if one.key not in decided]


def _by_number(name: str, text: str) -> set[str]:
    """Keys of a test that the number in its result decides, not its words: ``splenomegaly, 12 cm``."""
    rows = [row for row in testnames.rows_named(name) if row.result == "number"]
    counted = labs.counted_in(f"{name} {text}") if rows else set[str]()
    return {row.key for row in rows if row.analyte in counted}


def _report(name: str, text: str, flag: str | None) -> list[Said]:
    """Free words of a result, read as findings; a name that is a finding takes the result's polarity."""
    if not text:
        return _named_after_finding(name, _FLAGGED.get(flag or ""))
    smear = any(word in name for word in ("smear", "film", "picture", "morphology", "differential"))
    marrow = "marrow" in name
    found = [*words.read_words(text, True).keys, *hpo.named_terms(text, True)]
    rules = tables.rules()
    seen = (one for one in found if _allowed(one.key, smear) or (marrow and one.key in rules.of_marrow_too))
    found = [one for one in seen if not (marrow and one.key in rules.not_of_marrow)]
    if organisms.named(name):
        found = [one for one in found if one.key not in rules.not_of_organisms]
    if verdict.whole_negative(text):
        plain = organisms.unnamed(name)
        both = words.read_words(f"normal {plain}; {plain} normal", True).keys
        for searched in _searches(name):
            both += words.read_groups(f"normal {searched}; {searched} normal")
        found += [
            one
            for one in both
            if not one.present
            and _allowed(one.key, smear)
            and (not one.key.startswith("history:") or one.key in rules.partial)
        ]
    if len(text.split()) <= 3:
        found += _named_after_finding(name, verdict.generic(text))
    return [one for one in found if one.present or not _of_a_part(one.key, name)]


_BETWEEN = r"(?:, ?(?:and |or )?| and | or )"
_SEARCHES = re.compile(
    rf"(?P<list>\w[\w ]*(?:{_BETWEEN}\w[\w ]*)+?) "
    r"(?P<head>(?:work ?up|evaluation|screen(?:ing)?|investigations?|causes?|etiolog(?:y|ies)|tests|testing"
    r"|studies)\b.*)"
)


def _searches(name: str) -> list[str]:
    """``Infectious, malignant or immune causes``: each of them, with what they share."""
    found = _SEARCHES.fullmatch(name)
    if found is None:
        return [name]
    each = re.split(_BETWEEN, found["list"])
    return [name, *(f"{one} {found['head']}" for one in each)]


def _of_a_part(key: str, name: str) -> bool:
    """A test of this name sees too little of the person to deny the key: computed tomography of the chest all
    lymph nodes, a colonoscopy any cancer."""
    return any(re.search(part, name) for part in tables.rules().partial.get(key, ()))


_FLAGGED = {"positive": True, "abnormal": True, "negative": False}


def _named_after_finding(name: str, verdict: bool | None) -> list[Said]:
    """``Schistocytes: present``: the name of the test is itself the finding."""
    if verdict is None:
        return []
    said = words.read_words(organisms.unnamed(name), verdict).keys
    known = tables.rules().partial
    return [
        one for one in said if not one.key.startswith("history:") or (not one.present and one.key in known)
    ]


def _allowed(key: str, smear: bool) -> bool:
    if key.startswith("history:"):
        return key.startswith(_FREE_HISTORY)
    return smear or not key.startswith("smear:")


_LINES = {"WBC": "w", "ANC": "n", "ALC": "l", "AMC": "m", "PLT": "p", "HB": "e"}


def _called_low(name: str, test: TestResult, text: str) -> list[tuple[str, bool]]:
    """A count called low, or not low, without a number."""
    if test.value is not None:
        return []
    flag = test.interpretation or verdict.direction(text)
    if flag is None and verdict.word("falling").search(text) and labs.value_in(text)[0] is None:
        flag = "low"
    said = words.read_words(text, True).low
    letter, named = _LINES.get(test.analyte or ""), list[tuple[str, bool]]()
    if letter and flag in ("low", "normal", "high"):
        named = [(letter, flag == "low")]
    elif flag in ("low", "normal") and (not said or verdict.direction(text.split(maxsplit=1)[0]) == flag):
        for called in (name, labs.strip_fillers(name)):
            said_of = words.read_words(f"low {called}", True).low
            named = named or [(line, flag == "low") for line, _ in said_of]
    own = {line for line, _ in named}
    return named + [one for one in said if one[0] not in own]


def read_count(count: Count, body: Body) -> list[Said]:
    value = (count.value, count.comparator, "10*9/L")
    found: list[Said] = []
    for analyte in labs.analytes_named("", count.lineage, value[2]):
        found += labs.read_value(analyte, value, count.low, count.high, None, body)
    return found


def shown(test: TestResult) -> str:
    if test.text:
        return test.text
    if test.value is None:
        return test.interpretation or ""
    return f"{test.comparator or ''}{test.value:g} {test.unit or ''}".strip()
