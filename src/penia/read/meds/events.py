"""One event of MEDS → a fact of the person."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import cast

import msgspec

from penia.codes import local_system
from penia.read import icd
from penia.read.build import RecordBuilder
from penia.read.duck import Row
from penia.read.exposures import Drug, DrugEvent, Evidence
from penia.read.fhir.elements import middle
from penia.read.fhir.person import NO_ANCESTRY, SPECIAL, WORDS
from penia.read.meds.coded import Coded
from penia.read.meds.pairing import infusions, orders, stays
from penia.read.quantity import contradicted, moment, one_unit, said
from penia.record import Condition, Finding, Origin, Person, Procedure, Setting, Sex, Stay, TestResult

SEX: dict[str, Sex] = {"m": "male", "male": "male", "f": "female", "female": "female"}
YEAR_ONLY = "year"
BETWEEN = re.compile(r"\s*[,;]\s*")
"""What stands between several codes of one diagnosis, as eICU writes them."""


class Event(msgspec.Struct, frozen=True):
    coded: Coded
    time: datetime | None
    number: str | None
    text: str | None
    unit: str | None
    end: datetime | None
    place: str
    """MEDS has no ids: an event is where its code is at its time."""

    def origin(self) -> Origin:
        written = said(self.number, None, self.text, self.unit).written
        return Origin(self.place, written or self.coded.name, self.unit, self.coded.code)


class Events:
    """Takes the events of one person in any order."""

    def __init__(self, name: str, builder: RecordBuilder, coded: Mapping[str, Coded], dataset: str) -> None:
        self._name = name
        self._builder = builder
        self._coded = coded
        self._dataset = dataset
        self._orders: dict[str, tuple[list[Event], list[Event]]] = defaultdict(lambda: ([], []))
        self._infusions: dict[str, tuple[list[Event], list[Event]]] = defaultdict(lambda: ([], []))
        self._stays: dict[str, tuple[list[Event], list[Event]]] = defaultdict(lambda: ([], []))

    def read(self, row: Row) -> None:
        time, code, numeric, text, unit, end, _ = row
        coded = self._coded[code or ""]
        when, at = _stamped(time)
        ended = _stamped(end)[0] if end else None
        place = f"{coded.code}{at}" or "?"
        if time and not when:
            self._no_date(coded, time)
        if end and not ended:
            self._no_date(coded, end)
        unit = one_unit(coded.unit, unit) if unit else coded.unit
        if coded.meaning.means == "result":  # most of all rows: no Event is made for them
            self._result(coded, when, place, numeric, text, unit)
        else:
            event = Event(coded, when, numeric, text, unit, ended, place)
            READ[coded.meaning.means](self, event)

    def _no_date(self, coded: Coded, text: str) -> None:
        reason = f"{text[:40]!r} is no date"
        self._builder.problems.add("time-unreadable", coded.code or "?", reason, "write it as a timestamp")

    def finish(self) -> None:
        """Orders, infusions and stays, each start with its stop; called once all events are read."""
        for starts, stops in self._orders.values():
            for start, stop in orders(starts, stops):
                self._drug(start, "order", start.time, stop.time if stop else start.end)
        for starts, stops in self._infusions.values():
            for start, stop in infusions(starts, stops):
                self._drug(start, "administration", start.time, stop.time if stop else start.end)
        for setting, (starts, stops) in self._stays.items():
            for start, stop in stays(starts, stops):
                self._builder.stay(Stay(_setting(start, setting), start.time, stop.time if stop else None))

    def _result(
        self,
        coded: Coded,
        time: datetime | None,
        place: str,
        amount: str | None,
        words: str | None,
        unit: str | None,
    ) -> None:
        told = said(amount, None, words, unit) if words or unit != coded.unit else coded.valued(amount)
        value, comparator, flag, text, written = told
        if words and contradicted(value, words):
            reason = (
                f"numeric_value {value:g} and text_value {words[:40]!r} are two numbers; neither was used"
            )
            self._builder.problems.add("value-contradicts", place, reason, "check which of them holds")
            return
        self._builder.result(
            TestResult(
                name=coded.name,
                time=time,
                kind=coded.kind,
                codes=coded.codes,
                analyte=coded.analyte,
                value=value,
                unit=unit,
                comparator=comparator,
                interpretation=flag,
                text=text,
                origin=Origin(place, written or coded.name, unit, coded.code),
            )
        )

    def order_start(self, event: Event) -> None:
        self._orders[event.coded.name][0].append(event)

    def order_stop(self, event: Event) -> None:
        self._orders[event.coded.name][1].append(event)

    def dose(self, event: Event) -> None:
        told = event.coded.dose
        if told == "given":
            self._drug(event, "administration", event.time, event.end)
        elif told == "started":
            self._infusions[event.coded.name][0].append(event)
        elif told == "stopped":
            self._infusions[event.coded.name][1].append(event)
        else:
            status = event.coded.meaning.fields.get("status")
            reason = f"an administration with status {status!r} gave no dose"
            self._builder.problems.add("not-given", event.place, reason)

    def infusion_start(self, event: Event) -> None:
        self._infusions[event.coded.meaning.fields.get("item", "")][0].append(event)

    def infusion_stop(self, event: Event) -> None:
        self._infusions[event.coded.meaning.fields.get("item", "")][1].append(event)

    def infusion(self, event: Event) -> None:
        self._drug(event, "administration", event.time, event.end)

    def statement(self, event: Event) -> None:
        self._drug(event, "statement", event.time, event.end)

    def _drug(self, event: Event, evidence: Evidence, start: datetime | None, stop: datetime | None) -> None:
        named = event.coded.meaning.means == "infusion" and event.text
        if not (named or event.coded.meaning.fields or event.coded.described.name):
            self._builder.problems.add("drug-not-named", event.place, "a drug has no name")
            return
        drug = Drug.of((named or event.coded.name,), evidence, event.coded.drugs)
        self._builder.drug(DrugEvent(drug, event.place, start, stop))

    def diagnosis(self, event: Event) -> None:
        """Known from the time of the event; it tells neither when the disease began nor that it is over."""
        told = event.coded.meaning.fields.get("code", "")
        codes = [
            icd.code(c, _edition(c, event.coded.meaning.value))
            for c in BETWEEN.split(told.strip().upper())
            if c
        ]
        known = tuple(dict.fromkeys((*(c for c in codes if c), *event.coded.described.codes)))
        name = event.coded.described.name or (known[0].partition(":")[2] if known else event.coded.name)
        self._builder.condition(Condition(name, known, "active", None, None, event.time, event.origin()))

    def term(self, event: Event) -> None:
        """A bare term is a condition; one with a value is a result."""
        if event.number or event.text:
            self._result(event.coded, event.time, event.place, event.number, event.text, event.unit)
        else:
            made = Condition(
                event.coded.name, event.coded.codes, "active", None, None, event.time, event.origin()
            )
            self._builder.condition(made)

    def procedure(self, event: Event) -> None:
        made = Procedure(event.coded.name, event.coded.codes, event.time, event.origin())
        self._builder.procedure(made)

    def allergy(self, event: Event) -> None:
        if event.text:
            made = Finding(event.text, True, "allergy", event.time, (), event.origin())
            self._builder.finding(made)

    def stay_start(self, event: Event) -> None:
        self._stays[event.coded.meaning.value][0].append(event)

    def stay_stop(self, event: Event) -> None:
        self._stays[event.coded.meaning.value][1].append(event)

    def sex(self, event: Event) -> None:
        self._builder.person(
            Person(self._name, sex=SEX.get(event.coded.meaning.fields.get("value", "").casefold()))
        )

    def ancestry(self, event: Event) -> None:
        text = event.coded.meaning.fields.get("value", "")
        if text and not NO_ANCESTRY.match(text):
            self._builder.person(Person(self._name, ancestry=(text,)))

    def birth(self, event: Event) -> None:
        if event.time is None:
            return
        filled = local_system(self._dataset, event.coded.code, f"{event.time:%m-%d}") == YEAR_ONLY
        born = middle(f"{event.time:%Y}") if filled else event.time.date()
        self._builder.person(Person(self._name, birth=born))

    def death(self, event: Event) -> None:
        self._builder.person(Person(self._name, death=event.time))

    def ignored(self, event: Event) -> None:
        pass


READ: dict[str, Callable[[Events, Event], None]] = {
    "order-start": Events.order_start,
    "order-stop": Events.order_stop,
    "dose": Events.dose,
    "infusion": Events.infusion,
    "infusion-start": Events.infusion_start,
    "infusion-stop": Events.infusion_stop,
    "diagnosis": Events.diagnosis,
    "term": Events.term,
    "procedure": Events.procedure,
    "allergy": Events.allergy,
    "stay-start": Events.stay_start,
    "stay-stop": Events.stay_stop,
    "sex": Events.sex,
    "ancestry": Events.ancestry,
    "birth": Events.birth,
    "death": Events.death,
    "ignored": Events.ignored,
    "drug": Events.statement,
}
"""What is done with an event of each meaning but a result."""


@lru_cache(maxsize=200_000)
def _stamped(text: str | None) -> tuple[datetime | None, str]:
    """The time, and as it stands in a place."""
    found = moment(text) if text else None
    return found, f" {found.isoformat()}" if found else ""


def _edition(code: str, said: str) -> str | None:
    """The edition that the form of a code tells; that which the event says, where the form is of both."""
    forms = icd.editions(code)
    return said if said in forms else next(iter(forms), None)


def _setting(event: Event, known: str) -> Setting:
    """A special place in the words of the code, else what the table says."""
    told = (setting for pattern, setting in WORDS if re.search(pattern, event.coded.code, re.IGNORECASE))
    special = next(told, None)
    return special if special and special in SPECIAL else cast(Setting, known)
