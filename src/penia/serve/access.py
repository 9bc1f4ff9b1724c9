"""Who may ask: a bearer token of the operator's, or a JWT that a key of the operator's JWK set has signed."""

from __future__ import annotations

import hmac
import math
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, cast

import jwt
import msgspec

from penia.errors import PeniaError
from penia.serve.answer import Refusal
from penia.serve.replay import Used
from penia.serve.settings import Settings

KINDS = {
    "EC": ("ES256", "ES384", "ES512"),
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "OKP": ("EdDSA",),
}
"""Kind of key → algorithms. Of public keys alone: with a shared secret's among them, a public key would do as
the secret."""
LEEWAY = 10.0
"""Seconds by which two clocks may differ."""
LONGEST = 600.0
"""Seconds for which a client's token may hold at most; CDS Hooks wants minutes."""
FRESH = 300.0
"""Seconds for which a fetched key set is not fetched again."""
PAUSE = 30.0
"""Seconds between two fetches that an unknown key asks for."""

_UNKNOWN = "This service wants a bearer token that it knows; see its operator."


class Door:
    """Lets a request in or raises Refusal 401; which check failed is not told to the caller."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._keys = KeySet(settings.jwks) if settings.jwks else None
        self._used = Used()

    def check(self, headers: Mapping[str, str]) -> None:
        if not self._settings.guarded:
            return
        scheme, _, token = headers.get("authorization", "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise _refusal()
        if any(hmac.compare_digest(token.encode(), known.encode()) for known in self._settings.tokens):
            return
        if self._keys is None or not self._verified(token):
            raise _refusal()

    def _verified(self, token: str) -> bool:
        assert self._keys is not None
        try:
            head = jwt.get_unverified_header(token)
            key = self._keys.key(head.get("kid"))
            if key is None or head.get("alg") not in key.algorithms:
                return False
            claims = jwt.decode(
                token,
                key.public,
                algorithms=[head["alg"]],
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "iss", "aud", "jti"], "verify_aud": False},
            )
        except (jwt.PyJWTError, ValueError, TypeError, KeyError):
            return False
        issued, issuer = self._settings.issuers, claims["iss"]
        lasts = float(claims["exp"]) - float(claims["iat"])
        wanted = lasts <= LONGEST and (not issued or issuer in issued) and self._is_meant(claims["aud"])
        return wanted and self._used.first(issuer, claims["jti"], float(claims["exp"]) + LEEWAY)

    def _is_meant(self, audience: object) -> bool:
        """CDS Hooks clients name the very address that they call, which lies under the one of the service."""
        named = cast("list[object]", audience) if isinstance(audience, list) else [audience]
        own = cast(str, self._settings.audience).rstrip("/")
        return any(isinstance(a, str) and (a.rstrip("/") == own or a.startswith(f"{own}/")) for a in named)


class Key(NamedTuple):
    public: Any
    algorithms: tuple[str, ...]
    """The one that the set names for it, else those of its kind."""


class KeySet:
    """Public keys by their id, from a file or an https address; fetched again where a key is not known."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._keys: dict[str, Key] = {}
        self._at = -math.inf
        if not place.startswith("https://"):
            self._load()

    def key(self, name: object) -> Key | None:
        if not isinstance(name, str):
            return None
        age = time.monotonic() - self._at
        if age > FRESH or (name not in self._keys and age > PAUSE):
            self._at = time.monotonic() - FRESH + PAUSE  # a server that is down is asked again after a pause
            with suppress(PeniaError):
                self._load()
        return self._keys.get(name)

    def _load(self) -> None:
        """Raises PeniaError where there is no key set; keys of shared secrets are left out."""
        try:
            found = cast("dict[str, Any]", msgspec.json.decode(self._bytes()))
            keys = {k["kid"]: _key(k) for k in found["keys"] if k.get("kty") in KINDS and k.get("kid")}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, jwt.PyJWTError) as error:
            raise PeniaError(f"{self._place} holds no JWK set ({type(error).__name__}).") from error
        self._keys = keys
        self._at = time.monotonic()

    def _bytes(self) -> bytes:
        if not self._place.startswith("https://"):
            return Path(self._place).read_bytes()
        from urllib.request import Request, urlopen

        with urlopen(Request(self._place), timeout=5) as answer:
            if not answer.url.startswith("https://"):
                raise ValueError("led away from https")
            return cast(bytes, answer.read(2**20))


def _key(told: dict[str, Any]) -> Key:
    named = told.get("alg")
    kind = KINDS[told["kty"]]
    return Key(jwt.PyJWK.from_dict(told).key, tuple(a for a in kind if named in (None, a)))


def _refusal() -> Refusal:
    return Refusal(401, _UNKNOWN, www_authenticate="Bearer")
