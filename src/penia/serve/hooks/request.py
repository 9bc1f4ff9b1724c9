"""What a client sends: the context and the resources that were prefetched, as one record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import msgspec

from penia.read import read
from penia.record import Record
from penia.serve.answer import Refusal
from penia.serve.hooks.services import NEEDED

Json = dict[str, Any]
_PREFIXES = ("MedicationRequest", "MedicationStatement", "MedicationAdministration")


class Context(msgspec.Struct, frozen=True, rename="camel"):
    patient_id: str
    selections: tuple[str, ...] | None = None
    draft_orders: Json | None = None


class HookRequest(msgspec.Struct, frozen=True, rename="camel"):
    hook: str
    hook_instance: str
    context: Context
    prefetch: dict[str, Json | None] = {}


class Sent(msgspec.Struct, frozen=True):
    record: Record
    drugs: dict[str, Json]
    """``MedicationRequest/7`` → that resource, of those that are in force."""
    drafts: tuple[Json, ...]
    """Orders that are being chosen or signed."""
    person: str


def parsed(body: bytes, hook: str) -> Sent:
    """Raises Refusal 400 where it is no request of the hook, 412 where it lacks what is needed, ReadError
    where the record cannot be read."""
    try:
        asked = msgspec.json.decode(body, type=HookRequest)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Refusal(400, f"This is no CDS Hooks request ({error}).") from error
    if asked.hook != hook:
        raise Refusal(400, f"This service answers the hook {hook}; send it to the one of its own hook.")
    lacking = [name for name in NEEDED if not asked.prefetch.get(name)]
    if lacking:
        raise Refusal(412, f"The prefetch lacks {' and '.join(lacking)}; the discovery tells what to send.")
    resources = [r for sent in asked.prefetch.values() if sent for r in _resources(sent)]
    bundle: dict[str, object] = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": r} for r in resources],
    }
    person = asked.context.patient_id.removeprefix("Patient/")
    return Sent(
        record=read(bundle, person),
        drugs={place: r for r in resources if (place := _place(r)) and r.get("status") in ("active", None)},
        drafts=tuple(_drafts(asked.context)),
        person=person,
    )


def _resources(sent: Json) -> Iterator[Json]:
    """Those of a search's answer, or the one resource."""
    if sent.get("resourceType") != "Bundle":
        yield sent
        return
    entries = sent.get("entry")
    for entry in cast("list[Any]", entries) if isinstance(entries, list) else []:
        resource = cast(Json, entry).get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict) and cast(Json, resource).get("resourceType") != "OperationOutcome":
            yield cast(Json, resource)


def _place(resource: Json) -> str | None:
    kind, name = resource.get("resourceType"), resource.get("id")
    return f"{kind}/{name}" if kind in _PREFIXES and isinstance(name, str) else None


def _drafts(context: Context) -> Iterator[Json]:
    """The drugs among the drafts; of those, the selected where the hook says which."""
    for resource in _resources(context.draft_orders or {}):
        place = _place(resource)
        if place is not None and (context.selections is None or place in context.selections):
            yield resource
