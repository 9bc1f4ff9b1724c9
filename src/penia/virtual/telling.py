"""How a finding is written into a record so that a reader hears it, and nothing that is not so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from penia.facts import read_facts
from penia.knowledge.schema import FindingKey
from penia.read.case import DAY0, case_record
from penia.read.case_layout import Case, CaseFinding, Measured

Told = CaseFinding | Measured
_heard: dict[tuple[str, bool, int], dict[str, bool] | None] = {}


def told(key: FindingKey, present: bool, truth: dict[str, bool], day: float) -> Told | None:
    """The finding as an entry of a case; None where no wording says it without saying something wrong."""
    for form, entry in enumerate(_forms(key, present, day)):
        heard = _hearing(key, present, form, entry)
        if heard is not None and all(truth.get(k, True) == said for k, said in heard.items()):
            return entry
    return None


def _forms(key: FindingKey, present: bool, day: float) -> Iterator[Told]:
    test = Measured(day=day, name=key.name, result="positive" if present else "negative")
    code = key.key if key.key.startswith("HP:") else None
    sign = CaseFinding(name=key.name, hpo=code, present=present, day=day)
    yield from (test, sign) if key.key.startswith("test:") else (sign, test)


def _hearing(key: FindingKey, present: bool, form: int, entry: Told) -> dict[str, bool] | None:
    """What the reader makes of the entry: key → presence; None where it misses the finding itself, or hears
    a diagnosis."""
    at = (key.key, present, form)
    if at not in _heard:
        reading = read_facts(case_record(with_told(Case("told"), [entry])), DAY0, DAY0)
        said = {fact.key: fact.present for fact in reading.facts}
        wrong = said.get(key.key) is not present or reading.conditions or reading.excluded
        _heard[at] = None if wrong or reading.low_words else said
    return _heard[at]


def with_told(case: Case, entries: Sequence[Told]) -> Case:

    return msgspec.structs.replace(
        case,
        findings=(*case.findings, *(e for e in entries if isinstance(e, CaseFinding))),
        tests=(*case.tests, *(e for e in entries if isinstance(e, Measured))),
    )
