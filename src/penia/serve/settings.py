"""What an operator may set. Every bound has a default that a small machine can bear."""

from __future__ import annotations

import re

import msgspec

from penia.errors import PeniaError

SAFE = re.compile(r"""(https://[^/\s;,'"]+|http://(127\.0\.0\.1|localhost)(:\d+)?)(/[^\s;,'"]*)?""")


class FhirServer(msgspec.Struct, frozen=True):
    """One that may start the page by SMART app launch, and whose records the page may read."""

    iss: str
    """Its address, without a slash at the end."""
    client: str
    """Id under which the page is registered there."""


class Settings(msgspec.Struct, frozen=True):
    body: int = 8 * 2**20
    """Bytes of a request."""
    unpacked: int = 64 * 2**20
    """Bytes that a packed body may become."""
    receive: float = 15.0
    """Seconds in which a request must have arrived."""
    seconds: float = 30.0
    """Seconds after which an answer is given up, waiting for a place included."""
    threads: int = 2
    """Explanations at once, of one worker."""
    memory: int = 512 * 2**20
    """Bytes that a worker may take for each of them, beyond what it holds at the start."""
    in_flight: int = 64
    """Requests at once, of one worker."""
    per_client: int = 32
    """Requests at once of one address."""
    tokens: tuple[str, ...] = ()
    """Bearer tokens, any of which opens the service."""
    jwks: str | None = None
    """Address or file of a JWK set whose keys sign the clients' JWTs."""
    audience: str | None = None
    """What ``aud`` of a JWT must name; on CDS Hooks the address of the service is what clients send."""
    issuers: tuple[str, ...] = ()
    """``iss`` that are let in; empty: any whose key is in the set."""
    origins: tuple[str, ...] = ()
    """Origins of other pages that may call the service from a browser; none by default."""
    base: str = ""
    """Address under which browsers reach the service; links in cards start with it."""
    fhir_servers: tuple[FhirServer, ...] = ()
    """Those that the page may sign in at and read from; none by default."""
    token_origins: tuple[str, ...] = ()
    """Origins of their token endpoints, where these are not the servers' own."""

    @property
    def launch(self) -> str:
        """Where a FHIR server starts the page with its open record; empty where none may, or can."""
        return f"{self.base}/launch" if self.base and self.fhir_servers else ""

    @property
    def guarded(self) -> bool:
        return bool(self.tokens or self.jwks)


def checked(settings: Settings) -> Settings:
    """Raises PeniaError where a setting would leave a door open unnoticed."""
    if settings.jwks and not settings.audience:
        raise PeniaError("--jwks needs --audience: without it a token made for another service would do.")
    if settings.audience and not settings.jwks:
        raise PeniaError("--audience needs --jwks, the keys with which tokens are verified.")
    if any(len(token) < 16 for token in settings.tokens):
        raise PeniaError("A token of less than 16 characters can be guessed; use openssl rand -hex 32.")
    if "*" in settings.origins:
        raise PeniaError("--origin * would let every page in; name the origins one by one.")
    if settings.jwks and settings.jwks.startswith("http://"):
        raise PeniaError("--jwks must be a file or an https address, else anyone on the way can add a key.")
    if not all(map(_is_safe, [*(s.iss for s in settings.fhir_servers), *settings.token_origins])):
        raise PeniaError("A FHIR server must have an https address: the token of its user goes there.")
    return settings


def _is_safe(address: str) -> bool:
    """Addresses stand in a header of the page, and plain http is for this machine alone."""
    return SAFE.fullmatch(address) is not None
