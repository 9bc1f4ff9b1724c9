"""A JWK set at an address, over real TLS: keys come and go while the service runs."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from jwt.algorithms import ECAlgorithm

from penia.errors import PeniaError
from penia.serve import access
from penia.serve.access import KeySet


def key(name: str) -> dict[str, Any]:
    made = ec.generate_private_key(ec.SECP384R1()).public_key()
    return {**json.loads(ECAlgorithm.to_jwk(made)), "kid": name}


class Keys:
    """What the address answers, and how often it was asked."""

    def __init__(self) -> None:
        self.told: list[str] | None = ["first"]
        self.asked = 0
        self.elsewhere = ""
        self.address = ""


def certificate(folder: Path) -> Path:
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, secret.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(secret, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    place = folder / "server.pem"
    place.write_bytes(
        secret.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(pem)
    )
    return place


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Keys]:
    served = Keys()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked += 1
            if served.elsewhere:
                self.send_response(302)
                self.send_header("location", served.elsewhere)
                self.end_headers()
                return
            self.send_response(200 if served.told is not None else 500)
            self.end_headers()
            self.wfile.write(json.dumps({"keys": [key(n) for n in served.told or ()]}).encode())

        def log_message(self, format: str, *args: object) -> None: ...

    place = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(place))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    served.address = f"https://127.0.0.1:{server.server_port}/jwks.json"
    yield served
    server.shutdown()


def test_a_new_key_is_found_and_an_old_one_forgotten(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "PAUSE", 0.0)
    found = KeySet(keys.address)
    assert found.key("first")
    assert keys.asked == 1
    keys.told = ["first", "second"]
    assert found.key("second")
    keys.told = ["second"]
    monkeypatch.setattr(access, "FRESH", 0.0)
    assert not found.key("first")
    assert found.key("second")


def test_unknown_names_do_not_make_it_ask_again_and_again(keys: Keys) -> None:
    found = KeySet(keys.address)
    assert found.key("first")
    assert not any(found.key(f"guess {n}") for n in range(20))
    assert keys.asked == 1


def test_known_keys_hold_while_the_address_does_not_answer(
    keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = KeySet(keys.address)
    assert found.key("first")
    keys.told = None
    monkeypatch.setattr(access, "FRESH", 0.0)
    assert found.key("first")
    assert keys.asked == 2


def test_a_certificate_that_is_not_trusted_brings_no_keys(
    keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert not KeySet(keys.address).key("first")
    assert keys.asked == 0


def test_a_key_set_is_not_taken_from_where_a_plain_address_leads(keys: Keys, tmp_path: Path) -> None:
    class Plain(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"keys": [key("first")]}).encode())

        def log_message(self, format: str, *args: object) -> None: ...

    plain = ThreadingHTTPServer(("127.0.0.1", 0), Plain)
    threading.Thread(target=plain.serve_forever, daemon=True).start()
    keys.elsewhere = f"http://127.0.0.1:{plain.server_port}/"
    assert not KeySet(keys.address).key("first")
    assert keys.asked == 1
    plain.shutdown()


def test_a_file_that_holds_no_keys_is_told_at_once(tmp_path: Path) -> None:
    place = tmp_path / "keys.json"
    place.write_text("[]", encoding="utf-8")
    with pytest.raises(PeniaError, match="holds no JWK set"):
        KeySet(str(place))
