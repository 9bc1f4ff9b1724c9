"""Classes of the namespace ``penia``: what a Record holds and a Phenopacket has no place for.

``penia.write`` writes them and this reader reads them; the labels are true for any other reader too.
"""

from __future__ import annotations

from typing import cast, get_args

from penia.read.build import RecordBuilder
from penia.read.phenopacket.layout import Feature
from penia.read.phenopacket.times import Clock
from penia.record import Exposure, ExposureKind, Finding, FindingKind, Origin, Person, Setting, Stay

TEXT = "penia:text"
"""A class that only its label tells."""
PAST = "penia:past"
ENDED = "penia:ended"
"""Of a course of a drug that is followed by another, where no stop is known."""
INFERRED = "penia:inferred"
"""Of a course whose end the record did not give."""
COURSE = "penia:course"
"""Of a course that begins and ends at one time, which would else be a dose."""
REPORT = "penia:report"
RESULT = "result: "
"""Before the flag of a test that has no words of its own."""
CIRCUMSTANCE = "penia:stated"
STATED = {
    "history": "history: ",
    "family": "family history: ",
    "place": "place: ",
    "allergy": "allergy: ",
    "ancestry": "ancestry: ",
    "setting": "contact with care: ",
}
"""Kinds of a stated circumstance, and what stands before its words."""
EXPOSED: dict[ExposureKind, str] = {
    "radiation": "exposure to radiation: ",
    "chemical": "exposure to a chemical: ",
    "vaccine": "vaccination: ",
    "other": "exposure: ",
}


def stated(feature: Feature, when: Clock, place: str, codes: tuple[str, ...], builder: RecordBuilder) -> None:
    """A circumstance as the kind of fact that the beginning of its label names; a finding where none does."""
    label, time, end = feature.type.label, when.at(feature.onset), when.at(feature.resolution)
    origin = Origin(place, label, code=feature.type.id)
    for kind, before in EXPOSED.items():
        if label.startswith(before):
            name, note = label.removeprefix(before), feature.description or None
            doses = (time,) if kind == "vaccine" and time else ()
            builder.exposure(
                Exposure(name, kind, start=time, stop=end, doses=doses, note=note, origins=(origin,))
            )
            return
    kind = next((k for k, before in STATED.items() if label.startswith(before)), "finding")
    text = label.removeprefix(STATED.get(kind, ""))
    if kind == "setting" and text in get_args(Setting):
        builder.stay(Stay(cast(Setting, text), time, end))
    elif kind == "ancestry":
        builder.person(Person(builder.name, ancestry=(text,)))
    elif kind in get_args(FindingKind):
        builder.finding(Finding(text, not feature.excluded, cast(FindingKind, kind), time, codes, origin))
