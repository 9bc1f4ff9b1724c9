"""The page in real Chromium: what a user does, with mouse and keyboard, wide and narrow."""

# pyright: basic
from __future__ import annotations

import re
from typing import Any

import pytest
from page_makers import add_count, form, ranked, violations
from serve_makers import EXAMPLE
from starlette.testclient import TestClient


def test_a_file_gives_the_result_with_its_drawing(page: Any) -> None:
    page.set_input_files("#file", str(EXAMPLE))
    assert ranked(page)[0].startswith("clozapine")
    assert "febrile neutropenia" in page.locator("#first .alert").first.inner_text()
    page.locator("#timeline canvas").first.wait_for()
    page.get_by_role("button", name="linear").click()
    assert page.get_by_role("button", name="linear").get_attribute("aria-pressed") == "true"
    assert violations(page) == []


def test_a_file_is_dropped_anywhere_on_the_page(page: Any) -> None:
    dropped = """text => {
      const data = new DataTransfer();
      data.items.add(new File([text], "dropped.json"));
      for (const kind of ["dragover", "drop"])
        document.querySelector("h1").dispatchEvent(
          new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
    }"""
    page.evaluate(dropped, EXAMPLE.read_text())
    assert ranked(page)[0].startswith("clozapine")
    assert page.locator("#entered li").all_text_contents() == ["dropped.jsonRemove"]


def test_what_is_typed_changes_the_result_and_can_be_undone(page: Any) -> None:
    add_count(page)
    without = ranked(page)
    drug = form(page, "drug")
    drug.locator("[name=name]").fill("clozapine")
    drug.locator("[name=start]").fill("2024-03-04")
    drug.get_by_role("button").click()
    page.locator("#result .card h3", has_text="clozapine").first.wait_for()
    assert page.locator("#entered li").count() == 2
    page.get_by_role("button", name="Undo").click()
    page.locator("#result .card h3", has_text="clozapine").first.wait_for(state="detached")
    assert ranked(page) == without
    page.get_by_role("button", name="Start again").click()
    assert page.locator("#result").inner_text() == ""


def test_a_unit_is_chosen_and_never_assumed(page: Any) -> None:
    count = page.locator("#form-count")
    assert count.locator("[name=unit]").input_value() == ""
    count.locator("[name=value]").fill("0.2")
    count.locator("[name=date]").fill("2024-05-20")
    count.get_by_role("button").click()
    assert "unit" in count.get_by_role("alert").inner_text()
    assert page.evaluate("document.activeElement.name") == "unit"
    add_count(page, value="3,200", unit="/uL")
    assert "comma" in count.get_by_role("alert").inner_text()
    assert page.locator("#entered li").count() == 0


def test_what_cannot_wait_stands_above_the_answer_and_the_forms_are_folded(page: Any) -> None:
    page.set_input_files("#file", str(EXAMPLE))
    ranked(page)
    heights = [
        page.locator(place).first.bounding_box()["y"]
        for place in ("#first .alert", "#status", "#entry", "#result .card")
    ]
    assert heights == sorted(heights)
    assert page.locator("#forms form").evaluate_all("fs => fs.every(f => !f.checkVisibility())")
    assert "febrile neutropenia" in page.locator("#status").text_content()
    add = page.get_by_role("button", name="Drugs", exact=True)
    add.click()
    assert page.evaluate("document.activeElement.name") == "name"
    assert add.get_attribute("aria-expanded") == "true"
    add.click()
    assert not page.locator("#form-drug").is_visible()


def test_a_result_that_is_supposed_moves_the_ranking_and_is_taken_back(page: Any) -> None:
    add_count(page)
    add_count(page, "PLT", "40")
    page.locator("#entered li").nth(1).wait_for()
    before = ranked(page)
    page.get_by_text("What each result would do").first.click()
    page.get_by_role("button", name=re.compile("^Suppose so: if ")).first.click()
    page.locator("#status", has_text="before").wait_for()
    assert page.locator("#supposing").inner_text().startswith("Hypothetical:")
    assert page.locator("#result .was").count() >= 1
    assert page.locator("#entered li.supposed").count() >= 1
    assert not page.locator("#saves").is_visible()
    assert not page.locator("#copy").is_visible()
    assert page.evaluate("document.activeElement.id") == "unsuppose"
    assert violations(page) == []
    page.keyboard.press("Enter")
    page.locator("#entered li.supposed").first.wait_for(state="detached")
    page.locator("#result .was").first.wait_for(state="detached")
    assert ranked(page) == before
    assert not page.locator("#supposing").is_visible()


def test_the_result_comes_into_sight_where_it_appears_above_what_is_typed(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("#form-finding [name=name]").scroll_into_view_if_needed()
    add_count(page)
    ranked(page)
    page.wait_for_function("scrollY === 0")
    alarm = page.locator("#first .alert").first.bounding_box()
    assert alarm["y"] + alarm["height"] < 844
    assert page.evaluate("document.activeElement.name") == "value"


def test_where_no_cause_is_ranked_the_reason_is_said_once(page: Any) -> None:
    page.locator("#form-finding [name=name]").fill("Fever")
    page.locator("#form-finding button").click()
    page.locator("#first .headline", has_text="No white count in this record").wait_for()
    assert "Leading" not in page.locator("#status").text_content()
    assert "No white count in this record" in page.locator("#status").text_content()
    assert page.locator("#status > :not(.hidden)").count() == 0
    assert violations(page) == []
    add_count(page, value="4.2")
    page.locator("#first .headline", has_text="lowest was ANC 4.2").wait_for()


def test_what_was_typed_is_not_lost_without_a_question(page: Any) -> None:
    asked = list[str]()

    def answer(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    add_count(page)
    ranked(page)
    page.reload()
    assert asked == ["beforeunload"]
    assert page.locator("#entered li").count() == 0
    page.reload()
    assert asked == ["beforeunload"]


def test_two_tabs_know_nothing_of_each_other(page: Any, address: str) -> None:
    page.set_input_files("#file", str(EXAMPLE))
    other = page.context.new_page()
    other.goto(address)
    add_count(other, value="1.1")
    assert ranked(page)[0].startswith("clozapine")
    ranked(other)
    assert "clozapine" not in other.locator("#result").inner_text()
    assert other.locator("#entered li").count() == page.locator("#entered li").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_needs_no_sideways_scrolling_and_axe_finds_nothing(page: Any, scheme: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme=scheme)
    page.locator("#form-finding [name=name]").press_sequentially("fev")
    page.locator("#findings-list [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    assert violations(page) == []
    page.keyboard.press("Escape")
    assert not page.locator("#findings-list").is_visible()
    add_count(page)
    ranked(page)
    page.locator("#timeline canvas").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []


def test_the_page_in_german_says_the_result_in_german(page: Any, address: str) -> None:
    page.goto(f"{address}/?lang=de")
    finding = form(page, "finding")
    finding.locator("[name=name]").fill("Fieber")
    finding.get_by_role("button").click()
    page.set_input_files("#file", str(EXAMPLE))
    page.locator("#status", has_text="An erster Stelle: Clozapin, Tag 78 der Behandlung").wait_for()
    assert "febrile Neutropenie" in page.locator("#first .alert").first.inner_text()
    assert page.locator("#entered li").first.inner_text().startswith("clozapine.json")
    page.locator("#ahead .arm h3", has_text="Wenn Clozapin abgesetzt wird").wait_for()
    assert page.locator("#first [lang=en], #result [lang=en]").count() <= 3
    assert violations(page) == []


def test_the_source_of_a_figure_is_one_click_away_from_its_row(page: Any) -> None:
    page.set_input_files("#file", str(EXAMPLE))
    ranked(page)
    page.locator("#cause-1 > summary").press("Enter")
    row = page.locator("#cause-1 .waterfall details", has=page.locator("a[href^='https://']")).first
    row.locator("summary").press("Enter")
    assert row.locator("a[href^='https://']").first.is_visible()
    assert row.locator(".figures p").first.inner_text()


def test_the_language_is_the_one_asked_for_else_the_browser_s(client: TestClient) -> None:
    assert '<html lang="de">' in client.get("/", headers={"accept-language": "fr, de-AT;q=0.8"}).text
    assert '<html lang="en">' in client.get("/?lang=en", headers={"accept-language": "de"}).text
    assert '<html lang="en">' in client.get("/", headers={"accept-language": "fr"}).text


def test_no_script_stands_in_the_page_itself(client: TestClient) -> None:
    scripts = re.findall(r"<script([^>]*)>", client.get("/").text)
    assert all("src=" in told or "application/json" in told for told in scripts)
    assert not re.search(r"\son[a-z]+=|javascript:", client.get("/").text)


@pytest.mark.parametrize("name", ["page.css", "page.js", "result.js", "drawing.js", "library.js"])
def test_the_files_of_the_page_are_there(client: TestClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 200


@pytest.mark.parametrize("name", ["page.html", "..%2fapp.py", "../app.py", "%2e%2e/app.py"])
def test_no_other_file_is_served(client: TestClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404
