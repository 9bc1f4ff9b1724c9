"""The second language: every message of the page, nearly all of the knowledge, and sentences with gaps."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import msgspec
import pytest

import penia
from penia import knowledge
from penia.forecast import Wish
from penia.knowledge.investigations import investigations
from penia.report import html
from penia.report.html.page import WORDS
from penia.report.language import LANGUAGES, Language, language
from penia.report.language.catalogue import GAP

SOURCE = Path(__file__).parents[2] / "src" / "penia"
TEMPLATES = (
    *(SOURCE / "report" / "html" / "templates").glob("*.[ht]*"),
    *(SOURCE / "serve" / "static").glob("*.html"),
)
OTHERS = [code for code in LANGUAGES if code != "en"]
TOLD = Language(
    "xx",
    {
        "{drug}, day {n} of treatment": "{drug}, Tag {n} der Behandlung",
        "{what} (“{_text}”)": "{what} („{_text}“)",
        "clozapine": "Clozapin",
        "Fever": "Fieber",
    },
)


def messages() -> set[str]:
    """All that the templates and the script of the page say."""
    environment: Any = jinja2.Environment(extensions=["jinja2.ext.i18n"])
    found = (environment.extract_translations(path.read_text()) for path in TEMPLATES)
    return {str(message) for each in found for _, _, message in each} | set(WORDS.values())


def test_a_sentence_with_gaps_is_told_with_what_fills_them() -> None:
    assert TOLD.told("clozapine, day 78 of treatment") == "Clozapin, Tag 78 der Behandlung"
    assert TOLD.told("clozapine · fever.") == "Clozapin · Fieber."
    assert TOLD.told("ANC 0.1 ×10⁹/L") == "ANC 0.1 ×10⁹/L"


def test_a_number_fits_only_a_gap_for_numbers() -> None:
    assert TOLD.told("clozapine, day after of treatment") is None


def test_words_of_the_record_are_repeated_as_they_are() -> None:
    assert TOLD.told("Fever (“clozapine fever {n}”)") == "Fieber („clozapine fever {n}“)"


def test_a_text_of_which_a_part_cannot_be_told_stays_english() -> None:
    assert TOLD.told("warfarin, day 3 of treatment") is None
    assert TOLD.said("warfarin, day 3 of treatment") == "warfarin, day 3 of treatment"


def test_english_says_everything_as_it_is() -> None:
    assert language("en").told("anything at all") == "anything at all"


@pytest.mark.parametrize("code", OTHERS)
def test_every_message_of_the_page_is_told(code: str) -> None:
    untold = {m for m in messages() if language(code).gettext(m) == m and re.search("[a-z]{2}", m)}
    assert untold - {"linear", " "} == set()


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_has_the_gaps_of_its_message(code: str) -> None:
    pairs = language(code).messages.items()
    assert [m for m, told in pairs if sorted(GAP.findall(m)) != sorted(GAP.findall(told))] == []


@cache
def named() -> dict[str, list[str]]:
    base = knowledge.load()
    entries = (*base.causes.values(), *base.finer.values(), *base.patterns.values())
    return {
        "causes": [entry.name for entry in entries],
        "plain words": [entry.plain for entry in entries],
        "actions": [a.text for entry in (*entries, *base.drugs.values(), *base.pairs) for a in entry.actions],
        "findings": [finding.name for finding in base.findings.values()],
        "drugs": [drug.name for drug in base.drugs.values()],
        "tests": [test.name for test in investigations().investigations],
    }


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("kind", ["causes", "plain words", "actions", "findings", "drugs", "tests"])
def test_nearly_all_of_the_knowledge_is_told(code: str, kind: str) -> None:
    """Not all: who adds a cause need not speak every language. What is not told is marked as English."""
    texts = named()[kind]
    told = [text for text in texts if not text or language(code).told(text) is not None]
    assert len(told) >= 0.9 * len(texts)


@pytest.mark.parametrize("code", OTHERS)
def test_the_page_of_the_example_has_hardly_any_english_left(code: str) -> None:
    record = penia.read(SOURCE / "examples" / "clozapine.json")
    explanation = penia.explain(record, ahead=Wish(each=True))
    page = html.render(explanation, record, code)
    assert f'<html lang="{code}">' in page
    assert len(re.findall(r'<span lang="en">.*?</span>', page)) <= 3, "words of the knowledge to be told"
    assert "Clozapin, Tag 78 der Behandlung" in page
    chances = r'<span class="chance">(.*?)</span>'
    assert re.findall(chances, page) == re.findall(chances, html.render(explanation, record))


def test_what_is_not_told_is_marked_as_english() -> None:
    record = penia.read(SOURCE / "examples" / "clozapine.json")
    explanation = penia.explain(record)
    headline = "Something that nobody has translated"
    strange = msgspec.structs.replace(explanation, headline=headline, urgency=(), thin=False)
    assert f'<span lang="en">{headline}</span>' in html.part(strange, record, "de")
