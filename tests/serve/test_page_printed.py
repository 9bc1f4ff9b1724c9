"""The page on paper."""

# pyright: basic
from __future__ import annotations

import re
from typing import Any

from page_makers import add_count, ranked
from serve_makers import EXAMPLE


def test_the_sheet_says_whose_result_it_is_and_of_which_versions(page: Any) -> None:
    page.set_input_files("#file", str(EXAMPLE))
    ranked(page)
    assert (
        page.locator("#first .who").inner_text()
        == "example · 32 y, male · emergency · known up to 2024-05-20"
    )
    assert "penia" in page.locator("#result .versions").inner_text()


def test_on_paper_the_result_stands_without_the_forms(page: Any) -> None:
    add_count(page)
    ranked(page)
    page.emulate_media(media="print")
    assert not page.locator("#form-count").is_visible()
    assert page.locator("#result .card").first.is_visible()


def test_two_sheets_of_paper_hold_the_result(page: Any) -> None:
    page.set_input_files("#file", str(EXAMPLE))
    ranked(page)
    page.locator("#ahead .arm").first.wait_for()
    page.emulate_media(media="print")
    page.wait_for_timeout(800)  # as the button "Print" does, for the drawing to be laid out anew
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) <= 2
