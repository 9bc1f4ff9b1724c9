"""Who is let in, and which forged tokens are not."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from serve_makers import LOW, ask, served
from starlette.testclient import TestClient

from penia.serve import replay
from penia.serve.replay import Used

KEY = ec.generate_private_key(ec.SECP384R1())
OTHER = ec.generate_private_key(ec.SECP384R1())
RSA = rsa.generate_private_key(65537, 2048)
AUDIENCE = "https://penia.example/cds-services"
TOKEN = "0123456789abcdef0123456789abcdef"


def public(key: Any, algorithm: Any, name: str) -> dict[str, Any]:
    return {**json.loads(algorithm.to_jwk(key.public_key())), "kid": name}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Generator[TestClient]:
    place: Path = tmp_path_factory.mktemp("keys") / "jwks.json"
    secret = {"kty": "oct", "kid": "secret", "k": base64.urlsafe_b64encode(b"s" * 32).decode().rstrip("=")}
    keys = [
        public(KEY, ECAlgorithm, "ec"),
        public(RSA, RSAAlgorithm, "rsa"),
        secret,
    ]
    place.write_text(json.dumps({"keys": keys}), encoding="utf-8")
    with served(
        jwks=str(place), audience=AUDIENCE, issuers=("https://ehr.example",), tokens=(TOKEN,)
    ) as client:
        yield client


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    told = {"iss": "https://ehr.example", "aud": AUDIENCE, "iat": now, "exp": now + 300, "jti": str(uuid4())}
    return {k: v for k, v in (told | changed).items() if v is not None}


def signed(key: Any = KEY, algorithm: str = "ES384", kid: str | None = "ec", **changed: Any) -> str:
    return jwt.encode(claims(**changed), key, algorithm, headers={"kid": kid} if kid else None)


def part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def with_public_key_as_secret() -> str:
    """The classic confusion: the public key, which everyone has, as the secret of an HMAC."""
    import hashlib
    import hmac

    pem = KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    text = f"{part({'alg': 'HS256', 'kid': 'ec', 'typ': 'JWT'})}.{part(claims())}"
    mac = hmac.new(pem, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def asks(client: TestClient, token: str | None) -> int:
    headers = {"authorization": f"Bearer {token}"} if token is not None else {}
    return client.post(
        "/cds-services/penia-patient-view/feedback", json={"feedback": []}, headers=headers
    ).status_code


@pytest.mark.parametrize(
    "token",
    [
        signed,
        lambda: signed(RSA, "RS384", "rsa"),
        lambda: signed(aud=[f"{AUDIENCE}/penia-patient-view", "x"]),
        lambda: TOKEN,
    ],
)
def test_a_true_token_is_let_in(guarded: TestClient, token: Callable[[], str]) -> None:
    assert asks(guarded, token()) == 200


FORGED: dict[str, Callable[[], str | None]] = {
    "none at all": lambda: None,
    "empty": lambda: "",
    "no token": lambda: "hello",
    "another bearer token": lambda: TOKEN[:-1] + "0",
    "not signed": lambda: f"{part({'alg': 'none', 'kid': 'ec'})}.{part(claims())}.",
    "signed with the public key as a secret": with_public_key_as_secret,
    "signed with a shared secret of the set": lambda: signed("s" * 32, "HS256", "secret"),
    "signed by another key": lambda: signed(OTHER),
    "of an unknown key": lambda: signed(kid="unknown"),
    "of no key": lambda: signed(kid=None),
    "under the name of a key of another kind": lambda: signed(RSA, "RS384", "ec"),
    "expired": lambda: signed(iat=int(time.time()) - 900, exp=int(time.time()) - 600),
    "without an end": lambda: signed(exp=None),
    "that holds for days": lambda: signed(exp=int(time.time()) + 86_400),
    "not yet issued": lambda: signed(iat=int(time.time()) + 600, exp=int(time.time()) + 900),
    "for another service": lambda: signed(aud="https://other.example"),
    "for a service with a longer name": lambda: signed(aud=f"{AUDIENCE}.evil.example/"),
    "for nobody": lambda: signed(aud=None),
    "of another issuer": lambda: signed(iss="https://evil.example"),
    "of no issuer": lambda: signed(iss=None),
    "without an id": lambda: signed(jti=None),
}


@pytest.mark.parametrize("token", FORGED.values(), ids=list(FORGED))
def test_a_token_is_refused_that_is(guarded: TestClient, token: Callable[[], str | None]) -> None:
    assert asks(guarded, token()) == 401


def test_a_changed_claim_breaks_the_signature(guarded: TestClient) -> None:
    head, _, signature = signed().split(".")
    assert asks(guarded, f"{head}.{part(claims(iss='https://ehr.example', sub='x'))}.{signature}") == 401


def test_a_token_is_good_for_one_request_and_its_id_for_one_issuer() -> None:
    used, soon = Used(), time.time() + 60
    assert [used.first(issuer, "1", soon) for issuer in ("a", "a", "b", "b")] == [True, False, True, False]
    assert used.first("a", "2", time.time() - 1)
    assert used.first("a", "2", soon), "the first has expired"


def test_where_no_id_can_be_remembered_any_more_none_is_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "TRIES", 1)
    monkeypatch.setattr(replay, "SLOTS", 1)
    used, soon = Used(), time.time() + 60
    assert used.first("a", "1", soon)
    assert not used.first("a", "2", soon)


def test_an_overheard_token_does_not_open_a_second_time(guarded: TestClient) -> None:
    token = signed()
    assert [asks(guarded, token), asks(guarded, token)] == [200, 401]


def test_a_guarded_service_explains_nothing_to_strangers_and_shows_its_health(guarded: TestClient) -> None:
    answer = ask(guarded, LOW)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert guarded.get("/health").status_code == 200
    assert guarded.get("/cds-services").status_code == 200
