"""POST /explain: a record in any format that ``penia.read`` takes, the Explanation out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Literal, cast, get_args

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from penia.explanation import Explanation
from penia.forecast import Wish
from penia.pipeline import explain
from penia.read import ReadError, read
from penia.record import Record, Setting
from penia.report import fhir
from penia.report.language import LANGUAGES
from penia.serve.answer import Refusal, refused
from penia.serve.facts import FACTS, record_of
from penia.serve.settings import Settings
from penia.serve.work import Desk, unpacked

Form = Literal["json", "html", "part", "ahead", "fhir"]
KINDS: dict[Form, str] = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "part": "text/html; charset=utf-8",
    "ahead": "text/html; charset=utf-8",
    "fhir": "application/fhir+json",
}
PERSON = "penia-person"
"""Header that names one of several people: an address would be logged by whatever stands in between."""


class Asked(msgspec.Struct, frozen=True):
    """How a record is to be explained."""

    form: Form = "json"
    at: datetime | None = None
    setting: str | None = None
    person: str | None = None
    lang: str = "en"
    ahead: bool = False
    """With the forecast, which takes some seconds."""


async def handle(request: Request) -> Response:
    settings, desk = cast(Settings, request.app.state.settings), cast(Desk, request.app.state.desk)
    asked, body = _asked(request), await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        return await desk.do(lambda: answered(unpacked(body, settings.unpacked), kind, asked))
    except ReadError as error:
        return refused(Refusal(422, str(error)), request.scope["query_string"], error.people)


def answered(body: bytes, kind: str, asked: Asked) -> Response:
    record = record_of(body) if kind == FACTS else one_record(body, asked.person)
    try:
        wish = Wish(each=True) if asked.ahead or asked.form == "ahead" else None
        explanation = explain(record, asked.at, asked.setting, ahead=wish)
    except OverflowError as error:
        raise ReadError(
            "A date of this record is too far from the others to reckon with; mend it."
        ) from error
    return Response(_written(explanation, record, asked), media_type=KINDS[asked.form])


def one_record(body: bytes, person: str | None = None) -> Record:
    """Raises Refusal where there is no body, ReadError where it cannot be read."""
    if not body.strip():
        raise Refusal(400, "The body is empty; send a record, such as a FHIR R4 Bundle in JSON.")
    return read(body, person)


def _written(explanation: Explanation, record: Record, asked: Asked) -> bytes:
    if asked.form == "json":
        return explanation.to_json()
    if asked.form == "fhir":
        return fhir.written(explanation)
    from penia.report import html

    if asked.form == "ahead":
        return html.ahead(explanation, asked.lang).encode()
    return (html.part if asked.form == "part" else html.render)(explanation, record, asked.lang).encode()


def _asked(request: Request) -> Asked:
    """Raises Refusal 400 with the parameter that cannot be used."""
    query = request.query_params
    for name in query:
        if name not in ("format", "at", "setting", "lang", "ahead"):
            told = "Only format, at, setting, lang and ahead can be asked for; the person goes in a header."
            raise Refusal(400, told)
    form = query.get("format", "json")
    if form not in get_args(Form):
        raise Refusal(400, f"format must be one of {', '.join(get_args(Form))}.")
    return Asked(
        cast(Form, form),
        moment(query.get("at")),
        _one_of("setting", get_args(Setting), query.get("setting")),
        request.headers.get(PERSON),
        _one_of("lang", tuple(LANGUAGES), query.get("lang")) or "en",
        _one_of("ahead", ("true", "false"), query.get("ahead")) == "true",
    )


def checked_setting(text: str | None) -> str | None:
    return _one_of("setting", get_args(Setting), text)


def _one_of(name: str, known: Sequence[str], text: str | None) -> str | None:
    if text is not None and text not in known:
        raise Refusal(400, f"{name} must be one of {', '.join(known)}.")
    return text


def moment(text: str | None) -> datetime | None:
    """A date alone means all of that day; a time without a zone is UTC."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(400, "at must be a date or a time, such as 2024-05-20T08:30Z.") from None
    if len(text) <= len("2024-05-20"):
        found = datetime.combine(found, time.max)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
