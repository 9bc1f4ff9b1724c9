"""The drawing of the page in real Chromium: points, forecasts, and many counts."""

# pyright: basic
from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from page_makers import ranked
from serve_makers import EXAMPLE


def test_a_tap_on_a_point_says_its_value_as_received_and_its_source(page: Any) -> None:
    page.set_input_files("#file", str(EXAMPLE))
    ranked(page)
    page.locator("#timeline canvas").first.wait_for()
    last = """() => {
      const plot = Bokeh.documents[0].get_model_by_name("log"), view = Bokeh.index.find_one(plot);
      const { data } = Bokeh.documents[0].get_model_by_name("log-ANC").data_source, n = data.x.length - 1;
      const box = view.el.getBoundingClientRect(), { x_scale, y_scale } = view.frame;
      return [box.x + x_scale.compute(data.x[n]), box.y + y_scale.compute(data.log[n])];
    }"""
    page.locator("#timeline").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    page.mouse.click(*page.evaluate(last))
    page.locator("#picked", has_text="as received").wait_for()
    assert re.match(
        r"ANC 0\.1 .*on 2024-05-20.*as received: .*from Observation/", page.locator("#picked").inner_text()
    )


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


def test_ten_thousand_counts_are_drawn_within_two_seconds_of_their_answer(page: Any, tmp_path: Path) -> None:
    rows = [
        f"{datetime(1990, 1, 1) + timedelta(days=day):%Y-%m-%d},{line},{4 + (day * 7 % 30) / 10:.1f},10*9/L"
        for day in range(5000)
        for line in ("ANC", "WBC")
    ]
    source = tmp_path / "long.csv"
    source.write_text("\n".join(["time,analyte,value,unit", *rows, "2003-09-10,ANC,0.2,10*9/L"]))
    page.evaluate("""() => {
      const draw = drawPenia;
      drawPenia = () => {
        const began = performance.now();
        draw();
        const look = () => {
          if (Bokeh.documents[0]?.is_idle) window.drawn = performance.now() - began;
          else requestAnimationFrame(look);
        };
        look();
      };
    }""")
    page.set_default_timeout(90_000)
    page.set_input_files("#file", str(source))
    ranked(page)
    page.wait_for_function("window.drawn")
    print(f"drawn in {page.evaluate('window.drawn'):.0f} ms")
    assert page.evaluate("window.drawn") < 2000
