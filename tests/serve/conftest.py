# pyright: basic
from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from serve_makers import running, served
from starlette.testclient import TestClient

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module")
def browser() -> Generator[Any]:
    """Not for the session: its loop would stand in the way of tests that run one."""
    if not (CHROMIUM.exists() or os.environ.get("CI")):
        pytest.skip(f"NOT RUN: no {CHROMIUM}, so the page was not tried in a browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    with running(log=tmp_path_factory.mktemp("serve") / "log") as (port, _):
        yield f"http://127.0.0.1:{port}"


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


@pytest.fixture(scope="session")
def client() -> Generator[TestClient]:
    with served() as client:
        yield client
