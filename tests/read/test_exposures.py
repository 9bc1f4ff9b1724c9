"""When a drug was taken, and when it was not: alike from FHIR, OMOP and MEDS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from fhir_makers import ME, bundle, drug, patient
from omop_makers import csv_folder, given, person, read_csv
from test_meds import meds

from penia.read import read
from penia.record import Exposure, Record


class Ordered(NamedTuple):
    drug: str
    start: str
    stop: str | None = None
    how: str | None = None


class Given(NamedTuple):
    drug: str
    start: str
    stop: str | None = None


Told = Ordered | Given


def fhir(folder: Path, *told: Told) -> Record:
    made: list[Any] = []
    for n, t in enumerate(told):
        period = {"start": t.start, **({"end": t.stop} if t.stop else {})}
        if isinstance(t, Ordered):
            how = {"dosageInstruction": [{"text": t.how}]} if t.how else {}
            about = {"dispenseRequest": {"validityPeriod": period}, "intent": "order", **how}
            made.append(drug("MedicationRequest", t.drug, id=f"{n}", status="completed", **about))
        else:
            about = {"effectivePeriod": period} if t.stop else {"effectiveDateTime": t.start}
            made.append(drug("MedicationAdministration", t.drug, id=f"{n}", status="completed", **about))
    return read(bundle(patient(), *made))


def omop(folder: Path, *told: Told) -> Record:
    """32838 is an order in a hospital's record, 32818 a dose in it."""
    rows = [
        given(
            source=t.drug,
            id=n,
            drug_exposure_start_date=t.start[:10],
            drug_exposure_start_datetime=t.start.replace("T", " ")[:19] if "T" in t.start else None,
            drug_exposure_end_date=(t.stop or t.start)[:10],
            drug_exposure_end_datetime=t.stop.replace("T", " ")[:19] if t.stop and "T" in t.stop else None,
            drug_type_concept_id=32838 if isinstance(t, Ordered) else 32818,
            sig=t.how if isinstance(t, Ordered) else None,
        )
        for n, t in enumerate(told)
    ]
    return read(csv_folder(folder / "cdm", {"person": [person()], "drug_exposure": rows}))


def events(folder: Path, *told: Told) -> Record:
    """An order's words stand in the name of its code."""
    rows: list[Any] = [(7, None, "GENDER//F", None)]
    for t in told:
        if isinstance(t, Ordered):
            name = f"{t.drug} {t.how}" if t.how else t.drug
            rows.append((7, t.start, f"MEDICATION//START//{name}", None))
            rows += [(7, t.stop, f"MEDICATION//STOP//{name}", None)] if t.stop else []
        else:
            rows.append(
                (7, t.start, f"MEDICATION//{t.drug}//{'Started' if t.stop else 'Administered'}", None)
            )
            rows += [(7, t.stop, f"MEDICATION//{t.drug}//Stopped", None)] if t.stop else []
    return read(meds(folder, rows))


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def spans(record: Record) -> list[tuple[str, str | None]]:
    """Day of start and stop of each exposure."""
    return [(f"{e.start:%m-%d}", f"{e.stop:%m-%d}" if e.stop else None) for e in record.exposures if e.start]


def same_in_each(folder: Path, *told: Told) -> tuple[Exposure, ...]:
    """The exposures, which every format gives alike."""
    made: list[Record] = []
    for read_by in (fhir, omop, events):
        (folder / read_by.__name__).mkdir()
        made.append(read_by(folder / read_by.__name__, *told))
    plain = [[(e.ingredient, e.start, e.stop, e.doses, e.as_needed) for e in r.exposures] for r in made]
    assert plain[0] == plain[1] == plain[2]
    return made[0].exposures


def test_an_order_as_needed_neither_bridges_a_pause_nor_lengthens_a_course(tmp_path: Path) -> None:
    made = same_in_each(
        tmp_path,
        Ordered("metamizole", "2024-01-01", "2024-01-05"),
        Ordered("metamizole", "2024-01-04", "2024-02-20", "as needed"),
        Ordered("metamizole", "2024-02-01", "2024-02-05"),
    )
    assert [(e.start, e.stop) for e in made if not e.as_needed] == [
        (day("2024-01-01"), day("2024-01-05")),
        (day("2024-02-01"), day("2024-02-05")),
    ]
    (at_hand,) = [e for e in made if e.as_needed]
    assert (at_hand.start, at_hand.stop) == (day("2024-01-04"), day("2024-02-20"))


def test_of_an_order_as_needed_the_doses_that_were_given_count(tmp_path: Path) -> None:
    made = same_in_each(
        tmp_path,
        Ordered("metamizole", "2024-01-01", "2024-01-30", "PRN"),
        Given("metamizole", "2024-01-10T08:00:00"),
        Given("metamizole", "2024-01-12T08:00:00"),
    )
    (only,) = made
    assert (only.start, only.stop) == (day("2024-01-10T08:00:00"), day("2024-01-12T08:00:00"))
    assert len(only.doses) == 2 and not only.as_needed


def test_a_drug_ordered_once_is_not_taken_until_its_order_ends(tmp_path: Path) -> None:
    (only,) = same_in_each(tmp_path, Ordered("rituximab", "2024-01-01", "2024-01-30", "once only"))
    assert (only.start, only.stop) == (day("2024-01-01"), day("2024-01-01"))


def test_once_daily_is_not_once(tmp_path: Path) -> None:
    (only,) = same_in_each(tmp_path, Ordered("clozapine", "2024-01-01", "2024-01-30", "once daily"))
    assert only.stop == day("2024-01-30")


CYCLES = [f"2024-0{m}-{d:02}T10:00:00" for m, d in ((1, 2), (1, 23), (2, 13), (3, 5))]


def test_doses_in_cycles_are_cycles_though_one_order_spans_them(tmp_path: Path) -> None:
    made = same_in_each(
        tmp_path,
        Ordered("docetaxel", "2024-01-01", "2024-04-01"),
        *(Given("docetaxel", when) for when in CYCLES),
    )
    assert [e.doses for e in made] == [(day(when),) for when in CYCLES]
    assert [e.start for e in made] == [e.stop for e in made] == [day(when) for when in CYCLES]


def test_days_1_8_and_15_are_one_cycle(tmp_path: Path) -> None:
    days = [f"2024-01-{d:02}T09:00:00" for d in (1, 8, 15, 29)] + ["2024-02-05T09:00:00"]
    made = same_in_each(tmp_path, *(Given("gemcitabine", when) for when in days))
    assert [len(e.doses) for e in made] == [3, 2]


def test_an_order_of_a_drug_taken_daily_stands_though_its_doses_pause(tmp_path: Path) -> None:
    (only,) = same_in_each(
        tmp_path,
        Ordered("clozapine", "2024-01-01", "2024-04-01"),
        Given("clozapine", "2024-01-02T08:00:00"),
        Given("clozapine", "2024-03-02T08:00:00"),
    )
    assert (only.start, only.stop) == (day("2024-01-01"), day("2024-04-01"))


def test_a_cytotoxic_by_mouth_is_taken_as_ordered(tmp_path: Path) -> None:
    made = fhir(
        tmp_path,
        Ordered("cyclophosphamide 50 mg tablet", "2024-01-01", "2024-04-01"),
        Given("cyclophosphamide 50 mg tablet", "2024-01-02"),
        Given("cyclophosphamide 50 mg tablet", "2024-03-02"),
    )
    assert spans(made) == [("01-01", "04-01")]


def test_an_infusion_lasts_until_it_is_stopped(tmp_path: Path) -> None:
    (only,) = same_in_each(tmp_path, Given("cytarabine", "2024-01-01T08:00:00", "2024-01-08T08:00:00"))
    assert (only.start, only.stop) == (day("2024-01-01T08:00:00"), day("2024-01-08T08:00:00"))
    assert only.doses == (day("2024-01-01T08:00:00"),)


def test_an_infusion_at_the_bedside_ends_with_its_own_item(tmp_path: Path) -> None:
    rows: list[Any] = [
        (7, None, "GENDER//F", None),
        (7, "2024-01-01", "INFUSION_START//225798", None),
        (7, "2024-01-03", "INFUSION_END//225798", None),
    ]
    folder = meds(tmp_path, rows)
    described = " union ".join(
        f"select 'INFUSION_{way}//225798' as code, 'Vancomycin' as description, []::varchar[] as parent_codes"
        for way in ("START", "END")
    )
    duckdb.execute(f"copy ({described}) to '{folder}/metadata/codes.parquet' (format parquet)")
    made = read(folder)
    assert made.exposures[0].ingredient == "vancomycin" and spans(made) == [("01-01", "01-03")]


def test_a_stop_of_which_no_start_was_written_down_lengthens_no_other_infusion(tmp_path: Path) -> None:
    started, stopped = "MEDICATION//vancomycin//Started", "MEDICATION//vancomycin//Stopped"
    rows: list[Any] = [
        (7, "2024-01-01", started, None),
        (7, "2024-01-02", started, None),
        (7, "2024-01-03", stopped, None),
        (7, "2024-06-03", stopped, None),
        (7, "2024-06-03", "MEDICATION//cefepime//Stopped", None),
    ]
    assert spans(read(meds(tmp_path, rows))) == [("01-01", "01-03")]


def test_the_day_of_a_dose_is_no_end_before_its_hour(tmp_path: Path) -> None:
    made = omop(tmp_path, Given("clozapine", "2024-01-01T22:00:00"))
    assert made.exposures[0].stop == day("2024-01-01T22:00:00") and not made.problems


def test_planned_cycles_of_an_order_are_cycles() -> None:
    repeat = {"count": 4, "period": 3, "periodUnit": "wk", "boundsPeriod": {"start": "2024-01-02"}}
    made = read(
        bundle(
            patient(),
            drug(
                "MedicationRequest",
                "docetaxel",
                intent="order",
                status="completed",
                dosageInstruction=[{"timing": {"repeat": repeat}}],
            ),
        )
    )
    assert [e.start for e in made.exposures] == [day("2024-01-02") + timedelta(weeks=3 * n) for n in range(4)]


@pytest.mark.parametrize(
    ("dosage", "as_needed", "stop"),
    [
        ({"asNeededBoolean": True}, True, "2024-01-31"),
        ({"asNeededCodeableConcept": {"text": "pain"}}, True, "2024-01-31"),
        ({"asNeededBoolean": False}, False, "2024-01-31"),
        ({"timing": {"repeat": {"count": 1}}}, False, "2024-01-01"),
        ({"timing": {"repeat": {"boundsDuration": {"value": 10, "code": "d"}}}}, False, "2024-01-11"),
    ],
)
def test_what_only_a_field_of_fhir_says_counts(dosage: dict[str, Any], as_needed: bool, stop: str) -> None:
    supply = {"expectedSupplyDuration": {"value": 30, "code": "d"}}
    order = drug(
        "MedicationRequest",
        "metamizole",
        intent="order",
        status="completed",
        authoredOn="2024-01-01",
        dispenseRequest=supply,
        dosageInstruction=[dosage],
    )
    (made,) = read(bundle(patient(), order)).exposures
    assert (made.as_needed, made.stop) == (as_needed, day(stop))


def supplied(drug_name: str, *days: str, supply: int) -> Record:
    filled = [
        drug(
            "MedicationDispense",
            drug_name,
            id=when,
            status="completed",
            whenHandedOver=when,
            daysSupply={"value": supply, "unit": "d"},
        )
        for when in days
    ]
    return read(bundle(patient(), *filled))


def test_supplies_for_two_weeks_of_three_are_cycles_and_late_refills_are_none() -> None:
    cycles = supplied("capecitabine 500 mg tablet", "2024-01-01", "2024-01-22", "2024-02-12", supply=14)
    assert spans(cycles) == [("01-01", "01-15"), ("01-22", "02-05"), ("02-12", "02-26")]
    refills = supplied("hydroxycarbamide", "2024-01-01", "2024-02-07", supply=30)
    assert spans(refills) == [("01-01", "03-08")]


def test_intervals_of_a_phenopacket_keep_their_pauses() -> None:
    spells = [("2024-01-01", "2024-01-05"), ("2024-03-01", "2024-03-05")]
    intervals = [{"interval": {"start": f"{a}T00:00:00Z", "end": f"{b}T00:00:00Z"}} for a, b in spells]
    treatment = {"agent": {"id": "DrugCentral:714", "label": "clozapine"}, "doseIntervals": intervals}
    packet: dict[str, object] = {
        "id": "p",
        "subject": {"id": "s"},
        "medicalActions": [{"treatment": treatment}],
        "metaData": {},
    }
    assert spans(read(packet)) == [("01-01", "01-05"), ("03-01", "03-05")]


AT_END = {"resourceType": "Observation", "id": "o", "status": "final", "code": {"text": "weight"}}


def at_end(when: str) -> dict[str, Any]:
    """The last moment of a record."""
    return {**AT_END, "subject": ME, "effectiveDateTime": when, "valueQuantity": {"value": 70, "unit": "kg"}}


@pytest.mark.parametrize("status", ["completed", "stopped", "ended"])
@pytest.mark.parametrize(
    ("kind", "since"),
    [
        ("MedicationRequest", {"authoredOn": "2024-01-01"}),
        ("MedicationStatement", {"effectiveDateTime": "2024-01-01"}),
    ],
)
def test_a_drug_that_is_over_was_so_at_the_last_moment_of_the_record_at_the_latest(
    status: str, kind: str, since: dict[str, Any]
) -> None:
    made = read(bundle(patient(), at_end("2024-05-01"), drug(kind, status=status, **since)))
    (only,) = made.exposures
    assert (only.start, only.stop) == (day("2024-01-01"), day("2024-05-01"))
    assert only.stop_inferred and "end-unknown" in {p.kind for p in made.problems}


def test_a_drug_that_goes_on_or_whose_status_tells_nothing_has_no_stop() -> None:
    for status in ("active", "unknown"):
        told = drug("MedicationStatement", status=status, effectiveDateTime="2024-01-01")
        (only,) = read(bundle(patient(), at_end("2024-05-01"), told)).exposures
        assert only.stop is None and not only.stop_inferred


def test_it_was_over_when_that_was_said_and_when_it_was_begun_again() -> None:
    said = drug(
        "MedicationStatement", status="stopped", effectiveDateTime="2024-01-01", dateAsserted="2024-02-01"
    )
    (only,) = read(bundle(patient(), at_end("2024-05-01"), said)).exposures
    assert only.stop == day("2024-02-01") and only.stop_inferred
    first = drug("MedicationRequest", id="a", status="completed", authoredOn="2024-01-01")
    again = drug("MedicationRequest", id="b", status="active", authoredOn="2024-03-01")
    earlier, later = read(bundle(patient(), at_end("2024-05-01"), first, again)).exposures
    assert (earlier.stop, later.stop) == (day("2024-03-01"), None)


def test_a_stop_that_is_given_stands_though_the_status_says_over() -> None:
    told = drug("MedicationRequest", status="completed", authoredOn="2024-01-01", dispenseRequest=SUPPLY)
    (only,) = read(bundle(patient(), at_end("2024-05-01"), told)).exposures
    assert only.stop == day("2024-01-15") and not only.stop_inferred


SUPPLY = {"expectedSupplyDuration": {"value": 14, "code": "d"}}


def test_before_it_was_over_a_record_that_is_cut_knows_no_stop() -> None:
    told = drug("MedicationStatement", status="completed", effectiveDateTime="2024-01-01")
    (only,) = read(bundle(patient(), at_end("2024-05-01"), told)).until(day("2024-03-01")).exposures
    assert only.stop is None and not only.stop_inferred


@pytest.mark.parametrize(("kind", "stop"), [(38000177, "01-30"), (38000175, "01-30"), (32818, "01-01")])
def test_a_row_of_omop_without_an_end_ends_by_the_convention_of_the_cdm(
    tmp_path: Path, kind: int, stop: str
) -> None:
    row = given(source="clozapine", drug_type_concept_id=kind, drug_exposure_end_date=None)
    made = read_csv(tmp_path, drug_exposure=[row])
    assert spans(made) == [("01-01", stop)]
    assert made.exposures[0].stop_inferred is (stop != "01-01")


def test_a_dispensing_without_a_supply_ends_by_convention_and_it_is_said(tmp_path: Path) -> None:
    handed = drug("MedicationDispense", status="completed", whenHandedOver="2024-01-01")
    row = given(
        source="clozapine",
        drug_type_concept_id=38000175,
        drug_exposure_start_date="2024-01-01",
        drug_exposure_end_date="2024-01-01",
    )
    for made in (read(bundle(patient(), handed)), read_csv(tmp_path, drug_exposure=[row])):
        (only,) = made.exposures
        assert only.stop == day("2024-01-30") and only.stop_inferred
        (problem,) = (p for p in made.problems if p.kind == "end-unknown")
        assert "neither an end nor a supply: 29 days" in problem.reason


def test_an_order_without_a_stop_goes_on_though_an_earlier_one_ended_and_it_is_said() -> None:
    first = drug("MedicationStatement", id="a", effectivePeriod={"start": "2024-01-01", "end": "2024-01-05"})
    after = drug("MedicationStatement", id="b", status="unknown", effectiveDateTime="2024-01-06")
    made = read(bundle(patient(), at_end("2024-05-01"), first, after))
    (only,) = made.exposures
    assert only.stop is None and not only.stop_inferred
    assert ["it counts as going on" in p.reason for p in made.problems if p.kind == "end-unknown"] == [True]


def test_a_dose_after_an_order_without_a_stop_ends_it() -> None:
    order = drug("MedicationRequest", id="a", status="unknown", authoredOn="2024-01-01")
    dose = drug("MedicationAdministration", id="b", status="completed", effectiveDateTime="2024-01-03")
    made = read(bundle(patient(), at_end("2024-05-01"), order, dose))
    assert made.exposures[0].stop == day("2024-01-03") and not made.problems
