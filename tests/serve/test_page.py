"""The page in real Chromium: what a user does, with mouse and keyboard, wide and narrow."""

# pyright: basic
from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from serve_makers import EXAMPLE, free_port, wait_until_ready
from starlette.testclient import TestClient

CHROMIUM = Path("/usr/bin/chromium")
needs_chromium = pytest.mark.skipif(
    not (CHROMIUM.exists() or os.environ.get("CI")),
    reason="NOT RUN: no /usr/bin/chromium, so the page was not tried in a browser",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    port = free_port()
    command = [sys.executable, "-m", "penia", "serve", "--port", str(port)]
    with (tmp_path_factory.mktemp("serve") / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=dict(os.environ))
        try:
            wait_until_ready(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="module")
def browser() -> Generator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])


@pytest.fixture
def page(browser: Any, address: str) -> Generator[Any]:
    """A fresh page; an error in a script, a refused script or a request to elsewhere fails the test."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    page, wrong = context.new_page(), list[str]()
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("console", lambda m: wrong.append(m.text) if "Content Security" in m.text else None)
    page.on(
        "request",
        lambda r: None if r.url.startswith((address, "data:", "blob:")) else wrong.append(f"asked {r.url}"),
    )
    page.goto(address)
    yield page
    context.close()
    assert wrong == []


def add_count(page: Any, line: str = "ANC", value: str = "0.2", unit: str = "10*9/L") -> None:
    count = form(page, "count")
    count.locator("[name=line]").select_option(line)
    count.locator("[name=value]").fill(value)
    count.locator("[name=unit]").select_option(unit)
    count.locator("[name=date]").fill("2024-05-20")
    count.get_by_role("button").click()


def form(page: Any, name: str) -> Any:
    """The form; beside a result it is opened first."""
    found = page.locator(f"#form-{name}")
    if not found.is_visible():
        page.locator(f"#adds [aria-controls=form-{name}]").click()
    return found


def ranked(page: Any) -> list[str]:
    page.locator("#status", has_text="Leading").wait_for(state="attached")
    return page.locator("#result .card h3").all_text_contents()


def violations(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in Axe().run(page).response["violations"]]


@needs_chromium
def test_a_file_gives_the_result_with_its_drawing(page: Any) -> None:
    page.set_input_files("#file", str(EXAMPLE))
    assert ranked(page)[0].startswith("clozapine")
    assert "febrile neutropenia" in page.locator("#first .alert").first.inner_text()
    page.locator("#timeline canvas").first.wait_for()
    page.get_by_role("button", name="linear").click()
    assert page.get_by_role("button", name="linear").get_attribute("aria-pressed") == "true"
    assert violations(page) == []


@needs_chromium
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


@needs_chromium
def test_a_unit_is_chosen_and_never_assumed(page: Any) -> None:
    count = page.locator("#form-count")
    assert count.locator("[name=unit]").input_value() == ""
    count.locator("[name=value]").fill("0.2")
    count.locator("[name=date]").fill("2024-05-20")
    count.get_by_role("button").click()
    assert "unit" in page.locator("#status").inner_text()
    add_count(page, value="3,200", unit="/uL")
    assert "comma" in page.locator("#status").inner_text()
    assert page.locator("#entered li").count() == 0


@needs_chromium
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


@needs_chromium
def test_stopping_and_going_on_stand_side_by_side_and_in_the_drawing(page: Any) -> None:
    page.set_input_files("#file", str(EXAMPLE))
    ranked(page)
    arms = page.locator("#ahead .arm")
    arms.first.wait_for()
    assert arms.locator("h3").all_text_contents() == ["If you stop clozapine", "If you go on as now"]
    stop, go_on = (arm.bounding_box() for arm in arms.all())
    assert stop["y"] == go_on["y"]
    shown = "Bokeh.documents[0].get_model_by_name('fan').data.median[13]"
    page.wait_for_function(f"{shown} > 0")
    stopped = page.evaluate(shown)
    page.get_by_role("button", name="Show it in the drawing").nth(1).click()
    assert page.evaluate(shown) < stopped
    assert page.locator("[data-arm][aria-pressed=true]").get_attribute("data-arm") == "1"


@needs_chromium
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


@needs_chromium
def test_the_keyboard_alone_is_enough(page: Any) -> None:
    def tab_to(selector: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"the Tab key does not reach {selector}")

    tab_to("#form-count [name=line]")
    tab_to("#form-count [name=value]")
    page.keyboard.type("0.2")
    tab_to("#form-count [name=unit]")
    page.keyboard.press("ArrowDown")
    tab_to("#form-count [name=date]")
    page.keyboard.type("05052024")  # the same day in either order
    page.keyboard.press("Enter")
    assert ranked(page)
    assert page.evaluate("document.activeElement.name") == "value"
    tab_to("#result .card summary")
    page.keyboard.press("Enter")


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_needs_no_sideways_scrolling_and_axe_finds_nothing(page: Any, scheme: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme=scheme)
    assert violations(page) == []
    add_count(page)
    ranked(page)
    page.locator("#timeline canvas").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []


@needs_chromium
def test_on_paper_the_result_stands_without_the_forms(page: Any) -> None:
    add_count(page)
    ranked(page)
    page.emulate_media(media="print")
    assert not page.locator("#form-count").is_visible()
    assert page.locator("#result .card").first.is_visible()


@needs_chromium
def test_two_sheets_of_paper_hold_the_result(page: Any) -> None:
    page.set_input_files("#file", str(EXAMPLE))
    ranked(page)
    page.locator("#ahead .arm").first.wait_for()
    page.emulate_media(media="print")
    page.wait_for_timeout(800)  # as the button "Print" does, for the drawing to be laid out anew
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) <= 2


@needs_chromium
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


@needs_chromium
def test_an_error_is_told_at_once_and_axe_finds_nothing(page: Any, tmp_path: Path) -> None:
    unreadable = tmp_path / "empty.json"
    unreadable.write_text("")
    page.set_input_files("#file", str(unreadable))
    page.locator("#status", has_text="is empty").wait_for()
    assert page.locator("#status").get_attribute("role") == "status"
    assert page.locator("#form-count").is_visible()
    assert violations(page) == []


@needs_chromium
def test_the_source_of_a_figure_is_one_click_away_from_its_row(page: Any) -> None:
    page.set_input_files("#file", str(EXAMPLE))
    ranked(page)
    page.locator("#cause-1 > summary").press("Enter")
    row = page.locator("#cause-1 .waterfall details", has=page.locator("a[href^='https://']")).first
    row.locator("summary").press("Enter")
    assert row.locator("a[href^='https://']").first.is_visible()
    assert row.locator(".figures p").first.inner_text()


@needs_chromium
def test_of_several_people_one_is_chosen(page: Any, tmp_path: Path) -> None:
    people = [{"resource": {"resourceType": "Patient", "id": name}} for name in ("anna", "ben")]
    source = tmp_path / "two.json"
    source.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": people}))
    page.set_input_files("#file", str(source))
    page.locator("#status", has_text="name one of them").wait_for()
    page.locator("#person").select_option("ben")
    page.locator("#first .headline").wait_for()


@needs_chromium
def test_nothing_of_one_person_stays_beside_the_file_of_another(page: Any, tmp_path: Path) -> None:
    page.set_input_files("#file", str(EXAMPLE))
    ranked(page)
    finding = form(page, "finding")
    finding.locator("[name=name]").fill("splenomegaly")
    finding.get_by_role("button").click()
    page.locator("#entered li", has_text="splenomegaly").wait_for()
    unreadable = tmp_path / "empty.json"
    unreadable.write_text("")
    page.set_input_files("#file", str(unreadable))
    page.locator("#status", has_text="is empty").wait_for()
    assert page.locator("#result *").count() == 0
    assert page.locator("#entered li").all_text_contents() == ["empty.jsonRemove"]
    assert page.locator("#saves").is_hidden()
    page.get_by_role("button", name="Undo").click()
    assert ranked(page)[0].startswith("clozapine")
    assert "before" not in page.locator("#status").inner_text()


@needs_chromium
def test_hostile_text_in_a_record_stays_text(page: Any, tmp_path: Path) -> None:
    evil = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
    told = json.loads(EXAMPLE.read_bytes())
    told["entry"].append({"resource": {"resourceType": "Condition", "id": "x", "code": {"text": evil}}})
    source = tmp_path / "evil.json"
    source.write_text(json.dumps(told))
    page.set_input_files("#file", str(source))
    ranked(page)
    assert page.locator("#result img").count() == 0


def test_the_language_is_the_one_asked_for_else_the_browser_s(client: TestClient) -> None:
    assert '<html lang="de">' in client.get("/", headers={"accept-language": "fr, de-AT;q=0.8"}).text
    assert '<html lang="en">' in client.get("/?lang=en", headers={"accept-language": "de"}).text
    assert '<html lang="en">' in client.get("/", headers={"accept-language": "fr"}).text


def test_no_script_stands_in_the_page_itself(client: TestClient) -> None:
    scripts = re.findall(r"<script([^>]*)>", client.get("/").text)
    assert all("src=" in told or "application/json" in told for told in scripts)
    assert not re.search(r"\son[a-z]+=|javascript:", client.get("/").text)


@pytest.mark.parametrize("name", ["page.css", "page.js", "drawing.js", "library.js"])
def test_the_files_of_the_page_are_there(client: TestClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 200


@pytest.mark.parametrize("name", ["page.html", "..%2fapp.py", "../app.py", "%2e%2e/app.py"])
def test_no_other_file_is_served(client: TestClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404
