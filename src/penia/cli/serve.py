"""``penia serve``: the page, JSON, FHIR and CDS Hooks over HTTP."""

from __future__ import annotations

import os
from pathlib import Path

import click

HELP = """Serve the page, and the same result as JSON, FHIR and CDS Hooks cards.

It listens on this machine alone unless --host says otherwise, and stores and logs nothing of a person.

\b
  penia serve                                        then open http://127.0.0.1:8080
  curl --data-binary @record.json http://127.0.0.1:8080/explain
  penia serve --workers 4 --host 0.0.0.0 --token-file token.txt
  penia serve --jwks https://ehr.example/jwks.json --audience https://penia.example/cds-services
  penia serve --fhir-server https://ehr.example/fhir penia-app

Behind anything but this machine put a proxy that speaks TLS in front, and give --token-file or --jwks.
docs/service.md tells of sizing, limits and logs.
"""


@click.command(help=HELP)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0: any free one."
)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes.")
@click.option(
    "--token", envvar="PENIA_TOKEN", multiple=True, help="Let in who sends it; better in PENIA_TOKEN, unseen."
)
@click.option(
    "--token-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="One token a line."
)
@click.option("--jwks", metavar="URL_OR_FILE", help="Keys that sign the clients' JWTs.")
@click.option("--audience", help="What those JWTs must be made for: the address of this service.")
@click.option("--issuer", multiple=True, help="Let in these issuers alone; may be repeated.")
@click.option("--origin", multiple=True, help="Let this other web page call the service; may be repeated.")
@click.option("--base", default="", help="Address by which browsers reach it, for links in cards.")
@click.option(
    "--fhir-server",
    type=(str, str),
    metavar="URL CLIENT_ID",
    multiple=True,
    help="Let this FHIR server start the page (SMART app launch); may be repeated.",
)
@click.option(
    "--token-origin", multiple=True, help="Where its token endpoint has another origin; may be repeated."
)
@click.option("--max-mib", type=click.IntRange(1, 512), default=8, show_default=True, help="Largest request.")
@click.option("--seconds", type=click.IntRange(1, 600), default=30, show_default=True, help="Longest answer.")
@click.option(
    "--threads", type=click.IntRange(1, 64), default=2, show_default=True, help="At once, a worker."
)
@click.option(
    "--memory-mib",
    type=click.IntRange(64, 65536),
    default=512,
    show_default=True,
    help="Most memory of one explanation.",
)
@click.option("--open-to-all", is_flag=True, help="Listen beyond this machine although anyone may then ask.")
def command(
    host: str,
    port: int,
    workers: int,
    token: tuple[str, ...],
    token_file: Path | None,
    jwks: str | None,
    audience: str | None,
    issuer: tuple[str, ...],
    origin: tuple[str, ...],
    base: str,
    fhir_server: tuple[tuple[str, str], ...],
    token_origin: tuple[str, ...],
    max_mib: int,
    seconds: int,
    threads: int,
    memory_mib: int,
    open_to_all: bool,
) -> None:
    from penia.serve.settings import FhirServer, Settings, checked

    settings = checked(
        Settings(
            body=max_mib * 2**20,
            seconds=float(seconds),
            threads=threads,
            memory=memory_mib * 2**20,
            tokens=(*token, *_tokens(token_file)),
            jwks=jwks,
            audience=audience,
            issuers=issuer,
            origins=origin,
            base=base.rstrip("/"),
            fhir_servers=tuple(FhirServer(url.rstrip("/"), client) for url, client in fhir_server),
            token_origins=tuple(origin.rstrip("/") for origin in token_origin),
        )
    )
    local = host in ("localhost", "::1") or host.startswith("127.")
    if not (local or settings.guarded or open_to_all):
        raise click.UsageError(
            f"On {host} anyone who reaches this machine may ask; give --token-file or --jwks, "
            f"or --open-to-all where a proxy in front checks who asks."
        )
    os.environ.pop("PENIA_TOKEN", None)

    from penia.serve.address import taken, url

    with taken(host, port) as address:
        from penia.serve.run import run

        run(
            settings,
            address,
            workers,
            lambda: click.echo(f"penia is ready at {url(address)} (Ctrl+C ends it)"),
        )


def _tokens(path: Path | None) -> tuple[str, ...]:
    lines = path.read_text(encoding="utf-8").splitlines() if path else []
    return tuple(line.strip() for line in lines if line.strip())
