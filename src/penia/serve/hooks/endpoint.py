"""The addresses of CDS Hooks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal, cast

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from penia.knowledge.urgency import urgency
from penia.pipeline import explain
from penia.read import ReadError
from penia.serve.answer import Refusal, as_json
from penia.serve.hooks import cards, orders
from penia.serve.hooks.request import parsed
from penia.serve.hooks.services import SERVICES, discovered
from penia.serve.settings import Settings
from penia.serve.work import Desk, unpacked


class Outcome(msgspec.Struct, frozen=True, rename="camel"):
    card: str
    outcome: Literal["accepted", "overridden"]


class Feedback(msgspec.Struct, frozen=True):
    feedback: tuple[Outcome, ...]


async def discovery(request: Request) -> Response:
    return as_json(discovered())


async def service(request: Request) -> Response:
    settings, desk = cast(Settings, request.app.state.settings), cast(Desk, request.app.state.desk)
    hook, body = _service(request)[0], await request.body()
    try:
        told = await desk.do(lambda: _answered(unpacked(body, settings.unpacked), hook, settings))
    except ReadError as error:
        raise Refusal(422, str(error)) from error
    return as_json({"cards": told})


async def feedback(request: Request) -> Response:
    """Taken and forgotten: what was done with a card tells of a person."""
    _service(request)
    try:
        msgspec.json.decode(await request.body(), type=Feedback)
    except (msgspec.DecodeError, RecursionError):
        raise Refusal(400, "This is no feedback of CDS Hooks; send card and outcome of each card.") from None
    return Response(status_code=200)


def _service(request: Request) -> tuple[str, str, str]:
    try:
        return SERVICES[request.path_params["service"]]
    except KeyError:
        raise Refusal(404, "There is no such service; see /cds-services.") from None


def _answered(body: bytes, hook: str, way: Settings) -> list[cards.Json]:
    """The record is taken as it is known now; a count that no longer tells of now raises no alarm."""
    now, sent = datetime.now(UTC), parsed(body, hook)
    if hook != "patient-view" and not sent.drafts:
        return []
    explanation = explain(sent.record, now)
    if hook == "patient-view":
        fresh = now - timedelta(days=urgency().count_days.value)
        if not any(count.time >= fresh for count in sent.record.counts):
            return []
        return cards.of_person(explanation, sent.drugs, sent.person, way)
    return orders.of_orders(sent, explanation, now, way)
