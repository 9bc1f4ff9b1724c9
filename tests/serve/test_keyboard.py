"""Each path of a user on the page, without a mouse."""

# pyright: basic
from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from page_makers import add_count, ranked, tab_to
from serve_makers import EXAMPLE


def type_count(page: Any, value: str = "0.2") -> None:
    tab_to(page, "#form-count [name=line]")
    tab_to(page, "#form-count [name=value]")
    page.keyboard.type(value)
    tab_to(page, "#form-count [name=unit]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#form-count [name=date]")
    page.keyboard.type("05052024")  # the same day in either order
    page.keyboard.press("Enter")
    ranked(page)


def open_form(page: Any, name: str) -> None:
    tab_to(page, f"#adds [aria-controls=form-{name}]")
    page.keyboard.press("Enter")


def with_file(page: Any) -> None:
    page.set_input_files("#file", str(EXAMPLE))
    ranked(page)


def entered(page: Any) -> list[str]:
    return [text.removesuffix("Remove") for text in page.locator("#entered li").all_text_contents()]


def complete(page: Any, form: str, beginning: str) -> None:
    """The first of what the vocabulary offers for it."""
    open_form(page, form)
    page.keyboard.type(beginning)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def test_a_file_is_chosen(page: Any) -> None:
    with page.expect_file_chooser() as chooser:
        tab_to(page, "#file")
        page.keyboard.press("Enter")
    chooser.value.set_files(str(EXAMPLE))
    assert ranked(page)[0].startswith("clozapine")


def test_a_count_is_typed_with_its_unit_and_the_next_can_follow(page: Any) -> None:
    type_count(page)
    assert entered(page) == ["ANC 0.2 ×10⁹/L, 2024-05-05"]
    assert page.evaluate("document.activeElement.name") == "value"
    page.keyboard.type("0.3")
    page.keyboard.press("Enter")
    page.locator("#entered li").nth(1).wait_for()
    assert entered(page)[1] == "ANC 0.3 ×10⁹/L, 2024-05-05"


def test_a_drug_is_completed_from_the_vocabulary(page: Any) -> None:
    type_count(page)
    complete(page, "drug", "clozap")
    assert page.evaluate("document.activeElement.value") == "clozapine"
    page.keyboard.press("Enter")
    page.locator("#result .card h3", has_text="clozapine").first.wait_for()
    assert entered(page)[1] == "clozapine ? – "


def test_a_finding_is_completed_from_the_vocabulary_and_may_be_absent(page: Any) -> None:
    type_count(page)
    complete(page, "finding", "splenom")
    tab_to(page, "#form-finding [name=present]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#form-finding button")
    page.keyboard.press("Enter")
    page.locator("#entered li").nth(1).wait_for()
    assert re.fullmatch("splenomegaly: absent", entered(page)[1], re.IGNORECASE)


def test_the_person_is_told(page: Any) -> None:
    type_count(page)
    open_form(page, "who")
    page.keyboard.type("45")
    tab_to(page, "#form-who [name=sex]")
    page.keyboard.press("ArrowDown")
    page.locator("#first .who", has_text="45 y, female").wait_for()


def test_a_fact_is_removed_undone_and_all_started_again(page: Any) -> None:
    type_count(page)
    tab_to(page, "#entered button")
    page.keyboard.press("Enter")
    page.locator("#entered li").wait_for(state="detached")
    assert page.evaluate("document.activeElement.id") == "undo"
    page.keyboard.press("Enter")
    page.locator("#entered li").wait_for()
    ranked(page)
    tab_to(page, "#reset")
    page.keyboard.press("Enter")
    page.locator("#result .card").first.wait_for(state="detached")
    assert entered(page) == []


def test_scale_lines_and_time_of_the_drawing_are_switched(page: Any) -> None:
    with_file(page)
    page.locator("#timeline canvas").first.wait_for()
    for selector in ("[data-line=PLT]", "[data-scale=linear]", "[data-span=quarter]"):
        before = page.locator(selector).get_attribute("aria-pressed")
        tab_to(page, selector)
        page.keyboard.press("Space")
        assert page.locator(selector).get_attribute("aria-pressed") != before
    model = "Bokeh.documents[0].get_model_by_name"
    assert page.evaluate(f"[{model}('log').visible, {model}('linear').visible]") == [False, True]


def test_the_waterfall_of_a_cause_and_the_source_of_a_figure_are_opened(page: Any) -> None:
    with_file(page)
    tab_to(page, "#cause-1 > summary")
    page.keyboard.press("Enter")
    row = "#cause-1 .waterfall li:has(a[href^='https://']) "
    tab_to(page, f"{row}summary")
    page.keyboard.press("Enter")
    tab_to(page, f"{row}a[href^='https://']")
    assert page.locator(f"{row}.figures").first.is_visible()


def test_a_result_is_supposed_the_ranking_moves_and_goes_back(page: Any) -> None:
    add_count(page)
    add_count(page, "PLT", "40")
    page.locator("#entered li").nth(1).wait_for()
    before = ranked(page)
    tab_to(page, ".next details.sources:has([data-effect]) > summary")
    page.keyboard.press("Enter")
    tab_to(page, "[data-effect] button")
    page.keyboard.press("Enter")
    page.locator("#result .was").first.wait_for()
    place = page.locator("#causes-head").bounding_box()
    assert 0 < place["y"] < 900, "the ranking that moved is in sight"
    assert place["y"] >= page.locator("#supposing").bounding_box()["height"]
    page.keyboard.press("Enter")  # the focus is on the way back
    page.locator("#result .was").first.wait_for(state="detached")
    assert ranked(page) == before


def test_another_forecast_is_shown_in_the_drawing(page: Any) -> None:
    with_file(page)
    page.locator("#ahead .arm").first.wait_for()
    tab_to(page, "[data-arm='1']")
    page.keyboard.press("Enter")
    assert page.locator("[data-arm][aria-pressed=true]").get_attribute("data-arm") == "1"


def test_the_language_is_switched_and_what_is_entered_stays(page: Any) -> None:
    type_count(page)
    open_form(page, "finding")
    page.keyboard.type("fever")
    page.keyboard.press("Enter")
    page.locator("#entered li").nth(1).wait_for()
    english = ranked(page)
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    tab_to(page, ".brand a")
    page.keyboard.press("Enter")
    page.locator("#status", has_text="An erster Stelle").wait_for(state="attached")
    assert page.evaluate("document.documentElement.lang") == "de"
    assert [text.removesuffix("Entfernen") for text in page.locator("#entered li").all_text_contents()] == [
        "ANC 0.2 ×10⁹/L, 2024-05-05",
        "Fieber: vorhanden",
    ]
    page.locator("#timeline canvas").first.wait_for()
    page.keyboard.press("Enter")  # back: the focus is on the link to the other language
    assert ranked(page) == english


def test_it_is_printed_copied_and_saved(page: Any) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("window.print = () => { window.printed = true; }")
    with_file(page)
    tab_to(page, "#copy")
    page.keyboard.press("Enter")
    page.locator("#copied", has_text="Copied").wait_for()
    assert "1. clozapine, day 78 of treatment" in page.evaluate("navigator.clipboard.readText()")
    tab_to(page, "#print")
    page.keyboard.press("Enter")
    page.wait_for_function("window.printed === true")
    for kind, begins in (("html", b"<!doctype html>"), ("fhir", b'{"'), ("json", b'{"')):
        tab_to(page, f"[data-save={kind}]")
        with page.expect_download() as saved:
            page.keyboard.press("Enter")
        assert Path(saved.value.path()).read_bytes().lstrip().lower().startswith(begins)
