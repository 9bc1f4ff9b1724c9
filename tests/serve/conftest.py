from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
from serve_makers import served
from starlette.testclient import TestClient


@pytest.fixture(scope="module")
def browser() -> Generator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])


@pytest.fixture(scope="session")
def client() -> Generator[TestClient]:
    with served() as client:
        yield client
