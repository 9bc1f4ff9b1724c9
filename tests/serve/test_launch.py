"""SMART app launch: the page signs in at a FHIR server, reads the record that is open there and explains it.

The FHIR server is another process with the router, search and storage of Medplum. The authorization server
before it is the test's own, written by the specification.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from serve_makers import EXAMPLE, free_port, running, served

from penia.errors import PeniaError
from penia.serve.settings import FhirServer, Settings, checked

HERE = Path(__file__).parent
MODULES = HERE.parents[1] / ".peers" / "node_modules"
CHROMIUM = Path("/usr/bin/chromium")
CLIENT, LAUNCH = "penia-app", "opened-at-the-bedside"
needs_peers = pytest.mark.skipif(
    not ((MODULES.exists() and shutil.which("node") and CHROMIUM.exists()) or os.environ.get("CI")),
    reason="NOT RUN: no FHIR server (tools/peers) or no /usr/bin/chromium, so none started the page",
)

Opened = Callable[..., AbstractContextManager["Scene"]]


class Scene:
    """Our page and a FHIR server; what the browser asked for and what our service logged."""

    def __init__(self, page: Any, ours: str, theirs: str, log: Path) -> None:
        self.page, self.ours, self.iss, self._log = page, ours, f"{theirs}/fhir", log
        self.requests = list[Any]()
        page.on("request", self._requested)

    def _requested(self, request: Any) -> None:
        self.requests.append(request)

    def open(self, query: str) -> None:
        self.page.goto(f"{self.ours}/launch{query}")

    def says(self, text: str) -> None:
        self.page.get_by_text(text).first.wait_for(timeout=90_000)

    def explained(self) -> str:
        self.page.locator("#result .card").first.wait_for(timeout=180_000)
        return self.page.locator("#result .card").first.inner_text()

    def asked(self) -> set[str]:
        return {r.url.split("?")[0] for r in self.requests if not r.url.startswith("data:")}

    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")


@contextmanager
def fhir_server(port: int, redirect: str, hostile: str) -> Generator[str]:
    told = {"port": port, "record": str(EXAMPLE), "client": CLIENT, "redirect": redirect, "launch": LAUNCH}
    command = [
        "node",
        str(HERE / "fhir_server.cjs"),
        json.dumps(told | {"patient": "example", "hostile": hostile}),
    ]
    env = os.environ | {"NODE_PATH": str(MODULES)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=env)
    try:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(30)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[str, int, Path]]:
    """Our service, the port of the one FHIR server that it allows, and its log."""
    port, log = free_port(), tmp_path_factory.mktemp("launch") / "log"
    with running("--fhir-server", f"http://127.0.0.1:{port}/fhir/", CLIENT, log=log) as (own, _):
        yield f"http://127.0.0.1:{own}", port, log


@pytest.fixture
def opened(browser: Any, places: tuple[str, int, Path]) -> Opened:
    ours, port, log = places

    @contextmanager
    def scene(hostile: str = "") -> Generator[Scene]:
        with fhir_server(port, f"{ours}/launch", hostile) as theirs:
            context = browser.new_context(locale="en-GB")
            context.set_default_timeout(90_000)
            yield Scene(context.new_page(), ours, theirs, log)
            context.close()

    return scene


@needs_peers
def test_a_fhir_server_starts_the_page_with_its_record_and_nobody_else_sees_the_token(opened: Opened) -> None:
    with opened() as scene:
        scene.open(f"?iss={scene.iss}&launch={LAUNCH}")
        assert "clozapine" in scene.explained()
        used = [r for r in scene.requests if "secret-" in str(r.headers)]
        assert used
        assert {r.url.startswith(f"{scene.iss}/") for r in used} == {True}
        assert scene.page.url == f"{scene.ours}/launch"
        kept = scene.page.evaluate("JSON.stringify([sessionStorage, localStorage, document.cookie])")
        assert kept == '[{},{},""]'
        assert "secret-" not in scene.log()
        assert LAUNCH not in scene.log()


@needs_peers
def test_every_page_of_a_search_is_read_and_what_is_not_granted_is_named(opened: Opened) -> None:
    with opened() as scene:
        scene.open(f"?iss={scene.iss}&launch={LAUNCH}")
        scene.explained()
        pages = [r for r in scene.requests if "/Observation?" in r.url and "laboratory" in r.url]
        assert len(pages) == 3
        scene.says("doses (403)")


@needs_peers
def test_someone_may_begin_at_the_page_itself(opened: Opened) -> None:
    with opened() as scene:
        scene.open("")
        scene.page.get_by_role("button", name=scene.iss.split("/")[2]).click()
        assert "clozapine" in scene.explained()


@needs_peers
def test_a_server_that_the_operator_did_not_name_is_not_asked(opened: Opened) -> None:
    with opened() as scene:
        for iss in ("http://127.0.0.1:9/fhir", f"{scene.iss}.evil.example", "javascript:alert(1)"):
            scene.open(f"?iss={iss}&launch=x")
            scene.says("not one that the operator allows")
        assert all(url.startswith(scene.ours) for url in scene.asked())


@needs_peers
def test_the_browser_itself_keeps_the_page_from_other_servers(opened: Opened) -> None:
    with opened() as scene:
        scene.open("")
        tried = "fetch('http://127.0.0.1:9/').then(() => 'reached', (e) => e.name)"
        refused = list[str]()

        def listen(message: Any) -> None:
            refused.append(message.text)

        scene.page.on("console", listen)
        assert scene.page.evaluate(tried) == "TypeError"
        assert any("Content Security Policy" in text for text in refused)


@needs_peers
@pytest.mark.parametrize(
    ("hostile", "told"),
    [
        ("state", "was not begun here"),
        ("deny", "Refused by the FHIR server: access_denied"),
        ("next", "laboratory (leads to another server)"),
    ],
)
def test_a_server_that_does_otherwise_is_told_of_and_nothing_is_shown(
    opened: Opened, hostile: str, told: str
) -> None:
    with opened(hostile) as scene:
        scene.open(f"?iss={scene.iss}&launch={LAUNCH}")
        scene.says(told)
        assert scene.page.locator("#result .card").count() == 0
        assert all(url.startswith((scene.ours, scene.iss.removesuffix("/fhir"))) for url in scene.asked())


@needs_peers
def test_a_forged_return_does_nothing(opened: Opened) -> None:
    with opened() as scene:
        scene.open("?code=stolen&state=guessed")
        scene.says("was not begun here")
        assert all(url.startswith(scene.ours) for url in scene.asked())


def test_the_page_may_ask_the_named_servers_alone() -> None:
    servers = (FhirServer("https://ehr.example/fhir", "penia"),)
    with served(fhir_servers=servers, token_origins=("https://login.example",)) as client:
        policy = client.get("/launch").headers["content-security-policy"]
        assert "connect-src 'self' https://ehr.example https://login.example;" in policy
        assert "connect-src 'self';" in client.get("/").headers["content-security-policy"]


def test_without_a_named_server_there_is_nothing_to_start() -> None:
    with served() as client:
        answer = client.get("/launch")
        assert (answer.status_code, answer.json()["error"][-13:]) == (404, "-fhir-server.")


@pytest.mark.parametrize(
    "iss", ["http://ehr.example/fhir", "https://ehr.example; script-src *", "ftp://x", "https://a.example'x"]
)
def test_an_address_that_is_not_safe_is_refused_at_the_start(iss: str) -> None:
    with pytest.raises(PeniaError, match="https"):
        checked(Settings(fhir_servers=(FhirServer(iss, "penia"),)))
