"""One record → its Reading: every fact is read by all that may understand it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from penia.facts import circumstances, diagnoses, labs, results, tables, vitals, words
from penia.facts.limits import Body
from penia.facts.resolve import Source, resolve
from penia.facts.statement import Heard, Reading, Said
from penia.record import Condition, Count, Exposure, Finding, Record, TestResult

_DAY = timedelta(days=1)
_FREE_HISTORY = (
    "history:storage-or-portal",
    "history:chronic-liver",
    "history:autoimmune",
    "history:active-cancer",
    "history:cocaine",
    "history:vaccine",
    "history:no-measles",
)
"""What a report may say of the past; the rest of the history is the person's to tell."""


class _Read:
    """Gathers what the parts of one record say."""

    def __init__(self) -> None:
        self.said: list[tuple[Said, Source]] = []
        self.low: dict[str, bool] = {}
        self.conditions: dict[str, None] = {}
        self.excluded: dict[str, None] = {}
        self.unread: list[tuple[str, str, str]] = []

    def take(self, heard: Heard, source: Source, kind: str) -> None:
        if not heard:
            self.unread.append((source.text, source.place, kind))
            return
        self.said += [(one, source) for one in heard.keys]
        for letter, low in heard.low:
            self.low[letter] = self.low.get(letter, False) or low
        self.conditions |= dict.fromkeys(heard.conditions)
        self.excluded |= dict.fromkeys(heard.excluded)


def read_facts(record: Record, at: datetime | None = None, first_low: datetime | None = None) -> Reading:
    """All finding keys that ``record`` (already cut at ``at``) decides.

    ``first_low`` is the time of the first low count, from which the windows of drugs and values are measured;
    without it ``at`` stands in, then the newest time in the record.
    """
    anchor = first_low or at or _newest(record)
    years = record.person.age(anchor) if anchor else None
    body = Body(years, record.person.sex)
    read = _Read()
    read.take(
        Heard(circumstances.read_person(record.person, anchor), [], [], []), Source(place="person"), "person"
    )
    for finding in record.findings:
        if _in_window("absent", finding.time, anchor) or finding.present:
            read.take(
                _finding(finding, body),
                _source(finding.name, finding.time, finding.origin.place),
                finding.kind,
            )
    for condition in record.conditions:
        time = condition.since or condition.recorded
        read.take(
            _condition(condition, body), _source(condition.name, time, condition.origin.place), "condition"
        )
    for exposure in record.exposures:
        place = exposure.origins[0].place if exposure.origins else ""
        read.take(_exposure(exposure, anchor), _source(exposure.name, exposure.start, place), exposure.kind)
    for procedure in record.procedures:
        text = tables.normalise(procedure.name, True)
        source = _source(procedure.name, procedure.time, procedure.origin.place)
        read.take(_procedure(text, procedure.time, anchor), source, "procedure")
    for test in record.tests:
        window = "vital" if test.kind == "vital" else "laboratory"
        if not _in_window(window, test.time, anchor) and not _timeless(test):
            continue
        shown = f"{test.name}: {_shown(test)}"
        read.take(_test(test, body), _source(shown, test.time, test.origin.place), test.kind)
    _slow_pulse(read, record, body)
    for count in record.counts:
        if _in_window("laboratory", count.time, anchor):
            said = _count(count, body)
            source = _source(f"{count.lineage} {count.value:g}", count.time, count.origin.place)
            read.said += [(one, source) for one in said]
    for stay in record.stays:
        key = tables.person().setting.get(stay.setting)
        if key:
            read.said.append((Said(key, True), Source(stay.start, stay.setting, "stay")))
    return Reading(
        facts=resolve(read.said),
        low_words=read.low,
        conditions=tuple(read.conditions),
        excluded=tuple(c for c in read.excluded if c not in read.conditions),
        unread=tuple(entry for entry in read.unread if entry[0]),
    )


def _source(text: str, time: datetime | None, place: str) -> Source:
    return Source(time, text, place)


def _newest(record: Record) -> datetime | None:
    times = [
        *(c.time for c in record.counts),
        *(t.time for t in record.tests if t.time),
        *(f.time for f in record.findings if f.time),
    ]
    return max(times, default=None)


def _in_window(kind: str, time: datetime | None, anchor: datetime | None) -> bool:
    if time is None or anchor is None:
        return True
    window = tables.rules().windows[kind]
    return -window.before * _DAY <= time - anchor <= window.after * _DAY


def _timeless(test: TestResult) -> bool:
    """Words of an old test still count where they are not a plain number: a gene, a biopsy, an infection."""
    return test.kind != "vital" and test.value is None and test.interpretation not in ("normal", "negative")


def _finding(finding: Finding, body: Body) -> Heard:
    text = tables.normalise(finding.name, True)
    if finding.kind == "family":
        return Heard(words.family_keys(text), [], [], [])
    if finding.kind == "place":
        return Heard(circumstances.read_place(text) + circumstances.read_origin(text), [], [], [])
    if finding.kind == "allergy":
        return Heard([], [], [], [])
    heard = Heard([], [], [], [])
    for term in _hpo_ids(finding.codes):
        heard.keys += words.hpo_keys(term, finding.present)
        heard.low += words.hpo_lineages(term, finding.present)
    heard.add(_words_beside(heard, _text(text, finding.present, body)))
    named = diagnoses.read_diagnosis(text, (), "active" if finding.present else "refuted")
    if finding.kind == "history":
        heard.add(_words_beside(heard, named))
        if finding.present:
            heard.keys += circumstances.read_exposure(text)
    else:
        known = {one.key for one in heard.keys}
        heard.keys += [one for one in named.keys if one.key not in known]
    heard.keys += circumstances.read_origin(text)
    return heard


def _text(text: str, present: bool, body: Body) -> Heard:
    """A text that may be a finding, an HPO name, a test with its result or a value."""
    heard = words.read_words(text, present)
    heard.keys += words.named_terms(text, present)
    tested = list(_inline(text, present, body))
    if tested:
        decided = {one.key for one in tested}
        heard.keys = [one for one in heard.keys if one.key not in decided] + tested
    return heard


def _inline(text: str, present: bool, body: Body) -> Iterator[Said]:
    """Name and result in one text."""
    for name, result in results.name_and_result(text):
        said = results.read_result(name, result, result, None) + _value_in_words(name, result, body)
        yield from (one for one in said if present)
    if not present and results.rows_named(text):
        yield from results.read_result(text, "negative", "negative", None)


def _value_in_words(name: str, result: str, body: Body) -> list[Said]:
    found: list[Said] = []
    value = labs.value_in(result)
    flag = results.direction(result) if value[0] is None else None
    for analyte in labs.analytes_named(name, None, value[2]):
        found += labs.read_value(analyte, value, None, None, flag, body)
    vital = vitals.vital_named(name, None)
    if vital is not None and value[0] is not None:
        found += vitals.read_vital(vital, value[0], value[2], value[1], body)
    return found


def _words_beside(known: Heard, heard: Heard) -> Heard:
    """Words give what the code cannot, never the contrary of the code."""
    decided = {one.key for one in known.keys}
    heard.keys = [one for one in heard.keys if one.key not in decided]
    return heard


def _hpo_ids(codes: tuple[str, ...]) -> Iterator[str]:
    for code in codes:
        if "HP:" in code:
            yield code[code.index("HP:") :]


def _condition(condition: Condition, body: Body) -> Heard:
    text = tables.normalise(condition.name, True)
    heard = diagnoses.read_diagnosis(text, condition.codes, condition.status)
    if condition.status == "suspected":
        return heard
    present = condition.status != "refuted"
    for term in _hpo_ids(condition.codes):
        heard.keys += words.hpo_keys(term, present)
    heard.add(_words_beside(heard, _text(text, present, body)))
    return heard


def _exposure(exposure: Exposure, anchor: datetime | None) -> Heard:
    text = tables.normalise(f"{exposure.name} {exposure.note}" if exposure.note else exposure.name, True)
    if exposure.kind == "drug":
        said = circumstances.read_drug(exposure, anchor)
        known = {one.key for one in said}
        said += [
            one
            for one in circumstances.read_exposure(text)
            if one.key in _DRUG_WORDS and one.key not in known
        ]
    else:
        said = circumstances.read_exposure(text)
        decided = {one.key for one in said}
        said += [
            one
            for one in words.read_words(text, True).keys
            if one.key.startswith("history:") and one.key not in decided
        ]
    return Heard(said, [], [], [])


_DRUG_WORDS = (
    "history:interacting-drug-or-dosing-error",
    "history:colchicine-or-toxic-plant",
    "history:previous-chemotherapy-or-radiotherapy",
    "history:new-drug-in-3-months",
    "history:zinc-excess",
)
"""What the name or the note of a drug may say beside the lists."""


def _procedure(text: str, time: datetime | None, anchor: datetime | None) -> Heard:
    heard = words.read_words(text, True)
    heard.keys += circumstances.read_exposure(text)
    recent = time is not None and anchor is not None and timedelta(0) <= anchor - time <= 7 * _DAY
    heard.keys = [one for one in heard.keys if recent or not one.key.endswith("within-7-days")]
    return heard


def _test(test: TestResult, body: Body) -> Heard:
    name, raw = tables.normalise(test.name), test.text or ""
    text = tables.normalise(raw)
    heard = Heard([], [], [], [])
    value = (test.value, test.comparator, test.unit)
    if test.value is None and raw:
        value = labs.value_in(raw)
    flag = test.interpretation or (results.direction(text) if value[0] is None else None)
    vital = vitals.vital_named(name, test.analyte)
    if vital is not None and value[0] is not None:
        heard.keys += vitals.read_vital(vital, value[0], value[2], value[1], body)
    for analyte in labs.analytes_named(name, test.analyte, value[2]):
        heard.keys += labs.read_value(analyte, value, test.low, test.high, flag, body)
    above = None if test.value is None or test.high is None else test.value > test.high
    heard.keys += _unless_decided(heard, _rows(name, text, raw, test.interpretation, above))
    heard.keys += _unless_decided(heard, _report(name, text, body))
    heard.low += _called_low(name, test, text)
    return heard


def _unless_decided(heard: Heard, said: list[Said]) -> list[Said]:
    decided = {one.key for one in heard.keys}
    return [one for one in said if one.key not in decided]


def _rows(name: str, text: str, raw: str, flag: str | None, above: bool | None) -> list[Said]:
    """Each part of the result that names a test of its own, then the test by its name."""
    whole = {row.key for row in results.rows_named(name) if row.result in _WHOLE}
    parts: dict[str, set[bool]] = {}
    for inner, result in results.name_and_result(text):
        said = results.read_result(f"{name} {inner}", result, result, None)
        for one in said or results.read_result(inner, result, result, None):
            if one.key not in whole:
                parts.setdefault(one.key, set()).add(one.present)
    found = [Said(key, True in said, decisive=True) for key, said in parts.items()]
    return found + [one for one in results.read_result(name, text, raw, flag, above) if one.key not in parts]


_WHOLE = ("culture", "text", "karyotype", "number")
"""Results that are read as a whole, not part by part."""


def _report(name: str, text: str, body: Body) -> list[Said]:
    """Free words of a result, read as findings; a name that is itself a finding takes the result's polarity."""
    if not text:
        return []
    smear = any(word in name for word in ("smear", "film", "morphology", "differential"))
    found = [one for one in words.read_words(text, True).keys if _allowed(one.key, smear)]
    found += [one for one in words.named_terms(text, True) if _allowed(one.key, smear)]
    found += labs.numbers_in(f"{name} {text}", marrow="marrow" in name, body=body)
    if results.whole_negative(text):
        both = words.read_words(f"normal {name}; {name} normal", True).keys
        found += [one for one in both if not one.present]
    verdict = results.generic(text)
    if verdict is not None and len(text.split()) <= 3:
        found += [one for one in words.read_words(name, verdict).keys if not one.key.startswith("history:")]
    return found


def _allowed(key: str, smear: bool) -> bool:
    if key.startswith("history:"):
        return key.startswith(_FREE_HISTORY)
    return smear or not key.startswith("smear:")


_LINES = {"WBC": "w", "ANC": "n", "ALC": "l", "AMC": "m", "PLT": "p", "HB": "e"}


def _called_low(name: str, test: TestResult, text: str) -> list[tuple[str, bool]]:
    """A count called low, or not low, without a number."""
    if test.value is not None:
        return []
    flag = test.interpretation or results.direction(text)
    letter = _LINES.get(test.analyte or "")
    if letter and flag in ("low", "normal", "high"):
        return [(letter, flag == "low")]
    if flag in ("low", "normal"):
        return [(letter, flag == "low") for letter, _ in words.read_words(f"low {name}", True).low]
    return words.read_words(text, True).low


def _count(count: Count, body: Body) -> list[Said]:
    value = (count.value, count.comparator, "10*9/L")
    found: list[Said] = []
    for analyte in labs.analytes_named("", count.lineage, value[2]):
        found += labs.read_value(analyte, value, count.low, count.high, None, body)
    return found


def _slow_pulse(read: _Read, record: Record, body: Body) -> None:
    readings: list[tuple[str, float, datetime | None]] = []
    for test in record.tests:
        vital = (
            vitals.vital_named(tables.normalise(test.name), test.analyte) if test.value is not None else None
        )
        if vital is not None and test.value is not None:
            value = vitals.in_own_unit(vital, test.value, test.unit)
            if value is not None:
                readings.append((vital.vital, value, test.time))
    read.said += [
        (one, Source(text="pulse against temperature")) for one in vitals.slow_for_fever(readings, body)
    ]


def _shown(test: TestResult) -> str:
    if test.text:
        return test.text
    if test.value is None:
        return test.interpretation or ""
    return f"{test.comparator or ''}{test.value:g} {test.unit or ''}".strip()
