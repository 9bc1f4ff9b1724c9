"""Records and names that mean ill, and files that are no records, on the page in real Chromium."""

# pyright: basic
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from page_makers import add_count, form, ranked, violations
from serve_makers import EXAMPLE

RIGHT_TO_LEFT = "\u202e"
NAMES = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    f"clozapine{RIGHT_TO_LEFT}",
    "clo\u200bzapine",
    "\uff43lozapine",
    "clozapine" + "\u0301" * 300,
    "{{7*7}} ${7*7} {n}",
    "A" * 3000,
    "<!--",
)


def shown(page: Any) -> None:
    """What a hostile name must not do."""
    assert page.locator("#first img, #result img, #entered img, #result script:not([type])").count() == 0
    assert RIGHT_TO_LEFT not in page.locator("main").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_names_in_a_record_are_shown_as_text_whatever_they_hold(page: Any, tmp_path: Path) -> None:
    told = json.loads(EXAMPLE.read_bytes())
    for number, name in enumerate(NAMES):
        condition = {"resourceType": "Condition", "id": f"c{number}", "code": {"text": name}}
        drug = {
            "resourceType": "MedicationStatement",
            "id": f"m{number}",
            "status": "active",
            "medicationCodeableConcept": {"text": name},
            "effectivePeriod": {"start": "2024-01-01"},
        }
        told["entry"] += [{"resource": condition}, {"resource": drug}]
    source = tmp_path / "evil.json"
    source.write_text(json.dumps(told))
    page.set_viewport_size({"width": 390, "height": 844})
    page.set_input_files("#file", str(source))
    ranked(page)
    page.evaluate("document.querySelectorAll('#result details').forEach(d => { d.open = true; })")
    page.locator("#timeline canvas").first.wait_for()
    shown(page)


def test_names_that_are_typed_are_shown_as_text_whatever_they_hold(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    add_count(page)
    ranked(page)
    drug = form(page, "drug")
    for number, name in enumerate(NAMES, 2):
        drug.locator("[name=name]").fill(name)
        drug.get_by_role("button").click()
        page.wait_for_function(f"document.querySelectorAll('#entered li').length === {number}")
    page.locator("main:not(.busy)").wait_for()
    ranked(page)
    assert NAMES[0] in page.locator("#entered").inner_text()
    shown(page)


def test_a_file_that_is_too_large_is_refused_in_a_sentence(page: Any, tmp_path: Path) -> None:
    source = tmp_path / "large.json"
    source.write_bytes(b"x" * 45_000_000)
    page.set_input_files("#file", str(source))
    page.locator("#status", has_text="larger than 8 MiB").wait_for(timeout=60_000)


def test_an_error_is_told_at_once_and_axe_finds_nothing(page: Any, tmp_path: Path) -> None:
    unreadable = tmp_path / "empty.json"
    unreadable.write_text("")
    page.set_input_files("#file", str(unreadable))
    page.locator("#status.wrong", has_text="is empty").wait_for()
    assert page.locator("#status").get_attribute("role") == "status"
    assert page.locator("#form-count").is_visible()
    assert violations(page) == []


def test_where_the_service_is_gone_the_page_says_so(page: Any) -> None:
    page.route("**/explain?*", lambda route: route.abort())
    add_count(page)
    page.locator("#status.wrong", has_text="No answer from the service").wait_for()
    page.unroute("**/explain?*")
    page.get_by_role("button", name="Undo").click()
    add_count(page, value="0.3")
    assert ranked(page)
    page.route("**/explain?*", lambda route: route.abort())
    page.get_by_role("button", name="Save as JSON").click()
    page.locator("#status.wrong", has_text="No answer from the service").wait_for()


def test_of_several_people_one_is_chosen(page: Any, tmp_path: Path) -> None:
    people = [{"resource": {"resourceType": "Patient", "id": name}} for name in ("anna", "ben")]
    source = tmp_path / "two.json"
    source.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": people}))
    page.set_input_files("#file", str(source))
    page.locator("#status", has_text="name one of them").wait_for()
    page.locator("#person").select_option("ben")
    page.locator("#first .headline").wait_for()
    assert page.locator("#first .who").inner_text().startswith("ben")


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
