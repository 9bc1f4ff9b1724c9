"""Texts that would steer a terminal, turn the writing around, or take minutes to read."""

from __future__ import annotations

import base64
from time import monotonic

from fhir_makers import ME, NOON, condition, kinds, patient, record

from penia.pipeline import explain
from penia.read import read


def test_characters_that_steer_a_terminal_or_turn_the_writing_are_left_out() -> None:
    (found,) = record(condition("lu\x1b[31mpus\u202e\x07\x9b, Müller 狼")).conditions
    assert found.name == "lu[31mpus, Müller 狼"


def test_new_lines_of_a_note_stay() -> None:
    (found,) = record(condition("lupus", note=[{"text": "mild\u200e\nsince\t1990"}])).conditions
    assert found.origin.text == "mild\nsince\t1990"


def test_a_backslash_before_a_u_is_no_character() -> None:
    (found,) = record(condition("lupus \\u001b \x1b")).conditions
    assert found.name == "lupus \\u001b"


def test_a_text_of_millions_of_characters_is_cut_by_name_and_soon_read() -> None:
    start = monotonic()
    made = record(condition("a" * 3_000_000))
    explain(made)
    assert [len(c.name) for c in made.conditions] == [20_000] and "text-cut" in kinds(made)
    assert monotonic() - start < 20


def test_a_long_document_in_base64_is_read_whole() -> None:
    text = "well " * 10_000
    form = {"contentType": "text/plain", "data": base64.b64encode(text.encode()).decode()}
    report = {"resourceType": "DiagnosticReport", "id": "d", "status": "final", "subject": ME}
    report |= {"code": {"text": "letter"}, "effectiveDateTime": NOON, "presentedForm": [form]}
    (found,) = record(report).tests
    assert found.text == text.strip()


def test_a_record_without_such_texts_stays_as_it_is() -> None:
    assert read(patient(gender="female")).problems == ()
