from __future__ import annotations

from collections.abc import Generator

import pytest
from serve_makers import served
from starlette.testclient import TestClient


@pytest.fixture(scope="session")
def client() -> Generator[TestClient]:
    with served() as client:
        yield client
