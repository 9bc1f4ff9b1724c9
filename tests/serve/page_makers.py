"""What the tests of the page do again and again."""

# pyright: basic
from __future__ import annotations

from typing import Any


def add_count(
    page: Any, line: str = "ANC", value: str = "0.2", unit: str = "10*9/L", day: str = "2024-05-20"
) -> None:
    count = form(page, "count")
    count.locator("[name=line]").select_option(line)
    count.locator("[name=value]").fill(value)
    count.locator("[name=unit]").select_option(unit)
    count.locator("[name=date]").fill(day)
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


def tab_to(page: Any, selector: str) -> None:
    """Presses the Tab key until the first such element has the focus."""
    for _ in range(250):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement === document.querySelector(s)", selector):
            return
    raise AssertionError(f"the Tab key does not reach {selector}")


def violations(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in Axe().run(page).response["violations"]]
