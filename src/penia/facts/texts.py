"""What the words of a finding, a diagnosis, an exposure or a procedure say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from penia.facts import (
    circumstances,
    diagnoses,
    hpo,
    joined,
    moments,
    organisms,
    results,
    tables,
    testnames,
    values,
    words,
)
from penia.facts.clause import clauses
from penia.facts.limits import Body
from penia.facts.statement import Heard, Said
from penia.record import Condition, Exposure, Finding, Procedure

_DAY = timedelta(days=1)


def read_finding(finding: Finding, body: Body) -> Heard:
    text = tables.normalise(finding.name, True)
    if finding.kind == "family":
        return Heard(words.family_keys(text), [], [], [])
    if finding.kind == "place":
        return Heard(circumstances.read_place(text) + circumstances.read_origin(text), [], [], [])
    if finding.kind == "allergy":
        return Heard([], [], [], [])
    heard = Heard([], [], [], [])
    for term in _hpo_ids(finding.codes):
        heard.keys += hpo.hpo_keys(term, finding.present)
        heard.low += hpo.hpo_lineages(term, finding.present)
    heard.add(_words_beside(heard, _text(text, finding.present, body)))
    named = diagnoses.read_diagnosis(text, (), "active" if finding.present else "refuted")
    if finding.kind == "history":
        heard.add(_words_beside(heard, named))
        heard.keys += circumstances.read_exposure(text if finding.present else f"no {text}")
    else:
        known = {one.key for one in heard.keys}
        heard.keys += [one for one in named.keys if one.key not in known]
    heard.excluded += diagnoses.read_excluded(text).excluded if finding.present else []
    heard.keys += circumstances.read_origin(text)
    if finding.present:
        heard.keys += circumstances.read_journey(text)
    elif not heard:
        heard.keys += _by_two_names(finding, body)
    return heard


_TWO_NAMES = re.compile(r"([^()]+)\(([^()]+)\)\s*")


def _by_two_names(finding: Finding, body: Body) -> list[Said]:
    """Of ``relative bradycardia (Faget sign)``: what both names deny. ``Diarrhea (bloody)`` denies less than
    its first word."""
    names = _TWO_NAMES.fullmatch(finding.name)
    if names is None:
        return []
    first, second = (
        read_finding(msgspec.structs.replace(finding, name=n.strip()), body) for n in names.groups()
    )
    return [one for one in first.keys if one in second.keys]


def _text(text: str, present: bool, body: Body) -> Heard:
    """A text that may be a finding, an HPO name, a test with its result or a value."""
    heard = words.read_words(text, present)
    barred = words.barred(text)
    heard.keys += [one for one in hpo.named_terms(text, present) if one.key not in barred]
    tested = list(_inline(text, present, body))
    if tested:
        decided = {one.key for one in tested}
        heard.keys = [one for one in heard.keys if one.key not in decided] + tested
    return heard


def _inline(text: str, present: bool, body: Body) -> Iterator[Said]:
    """Name and result in one text; a name under a negation is left to the words."""
    for clause in clauses(text) if present else ():
        for name, result in joined.name_and_result(clause.text):
            at = clause.text.find(name)
            if clause.reached(at) is None and not clause.of_relative(at):
                said = results.read_result(name, result, result, None)
                yield from (one for one in said if one.key != results.EARLIER)
                yield from values.named(name, result, body)
        yield from (Said(key, True, decisive=True) for key, rise in organisms.risen(clause).items() if rise)
    if not present and testnames.rows_named(text):
        yield from results.read_denied(text)


def _words_beside(known: Heard, heard: Heard) -> Heard:
    """Words give what the code cannot, never the contrary of the code."""
    decided = {one.key for one in known.keys}
    heard.keys = [one for one in heard.keys if one.key not in decided]
    return heard


def _hpo_ids(codes: tuple[str, ...]) -> Iterator[str]:
    for code in codes:
        if "HP:" in code:
            yield code[code.index("HP:") :]


def read_condition(condition: Condition, body: Body) -> Heard:
    text = tables.normalise(condition.name, True)
    heard = diagnoses.read_diagnosis(text, condition.codes, condition.status)
    if condition.status == "suspected":
        return heard
    present = condition.status != "refuted"
    for term in _hpo_ids(condition.codes):
        heard.keys += hpo.hpo_keys(term, present)
    heard.add(_words_beside(heard, _text(text, present, body)))
    return heard


def read_any_exposure(exposure: Exposure, anchor: datetime | None) -> Heard:
    text = tables.normalise(f"{exposure.name} {exposure.note}" if exposure.note else exposure.name, True)
    if exposure.kind != "drug" and exposure.note and _not_exposed(tables.normalise(exposure.note, True)):
        listed = exposure.name.replace(",", " or")
        text = tables.normalise(f"no {listed}; {exposure.note}", True)
    if exposure.kind == "drug":
        said = circumstances.read_drug(exposure, anchor)
        known = {one.key for one in said}.union(_OF_ITSELF if _raises_counts(exposure) else ())
        ended = f"{text}; stopped" if exposure.stop is not None else text
        said += [
            one
            for one in circumstances.read_exposure(ended)
            if one.key in _DRUG_WORDS and one.key not in known
        ]
    else:
        said = circumstances.read_exposure(text) + circumstances.read_journey(text, whereabouts=True)
        if exposure.note and _JOURNEY.search(exposure.name):
            said += circumstances.read_journey(tables.normalise(f"{exposure.name} to {exposure.note}", True))
        decided = {one.key for one in said}
        said += [
            one
            for one in words.read_words(text, True).keys
            if one.key.startswith("history:") and one.key not in decided
        ]
        if exposure.note and not moments.of_now(exposure.note, None, anchor):
            said = [one for one in said if one.key not in tables.rules().over]
    return Heard(said, [], [], [])


def _not_exposed(note: str) -> bool:
    """``no known bite``, ``denied; lives in town``: the first piece of the note says no more than no; or one
    that there was none: ``gardener, uses none``."""
    first, *others = (piece.strip() for piece in re.split(r"[,;.]", note))
    rules = tables.rules()
    return any(re.fullmatch(words, first) for words in rules.not_exposed) or any(
        re.fullmatch(words, piece) for words in rules.none_used for piece in (first, *others)
    )


_JOURNEY = re.compile(r"\b(?:travel|trip|journey|holiday|residence)\b", re.IGNORECASE)
"""What is noted on such an exposure begins with the place."""
_DRUG_WORDS = (
    "history:interacting-drug-or-dosing-error",
    "history:colchicine-or-toxic-plant",
    "history:previous-chemotherapy-or-radiotherapy",
    "history:new-drug-in-3-months",
    "history:zinc-excess",
    "history:parenteral-or-tube-feeding",
    "test:recovery-within-3-weeks",
    "test:falls-on-rechallenge",
    "test:gcsf-rapid-response",
)
"""What the name or the note of a drug may say beside the lists."""
_OF_ITSELF = {"test:recovery-within-3-weeks", "test:falls-on-rechallenge"}
"""What is said of a drug as the suspected cause."""


def _raises_counts(exposure: Exposure) -> bool:
    """A drug that is given for low counts: a recovery under it, or after it, clears or blames no drug."""
    return (exposure.ingredient or tables.normalise(exposure.name)) in tables.rules().raising


def read_procedure(procedure: Procedure, anchor: datetime | None) -> Heard:
    text = tables.normalise(procedure.name, True)
    heard = words.read_words(text, True)
    heard.keys += circumstances.read_exposure(text)
    time = procedure.time
    recent = time is not None and anchor is not None and timedelta(0) <= anchor - time <= 7 * _DAY
    heard.keys = [one for one in heard.keys if recent or not one.key.endswith("within-7-days")]
    return heard
