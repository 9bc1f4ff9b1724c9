from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from fhir_makers import NOON, drug, kinds, record

from penia.record import Exposure


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def order(start: str, stop: str | None = None, **fields: Any) -> dict[str, Any]:
    validity = {"start": start, **({"end": stop} if stop else {})}
    known = {"id": f"o{start}", "status": "completed", "dispenseRequest": {"validityPeriod": validity}}
    return drug("MedicationRequest", **{**known, **fields})


def dose(when: str, **fields: Any) -> dict[str, Any]:
    return drug(
        "MedicationAdministration",
        **{"id": f"d{when}", "status": "completed", "effectiveDateTime": when, **fields},
    )


def only(*resources: dict[str, Any]) -> Exposure:
    (exposure,) = record(*resources).exposures
    return exposure


def test_renewed_orders_are_one_exposure_with_its_true_start_and_stop() -> None:
    made = only(order("2024-01-01", "2024-01-10"), order("2024-01-11", "2024-01-20"))
    assert (made.ingredient, made.start, made.stop) == ("clozapine", day("2024-01-01"), day("2024-01-20"))


def test_a_drug_given_again_after_a_stated_stop_is_another_exposure() -> None:
    made = record(order("2024-01-01", "2024-01-10"), order("2024-01-20", "2024-01-30"))
    assert [e.start for e in made.exposures] == [day("2024-01-01"), day("2024-01-20")]


def test_order_and_doses_of_one_drug_are_one_exposure_that_keeps_the_doses() -> None:
    made = only(order("2024-01-01", "2024-01-05"), dose("2024-01-02"), dose("2024-01-01"))
    assert made.doses == (day("2024-01-01"), day("2024-01-02"))
    assert made.stop == day("2024-01-05")
    assert {o.place for o in made.origins} == {
        "MedicationRequest/o2024-01-01",
        "MedicationAdministration/d2024-01-01",
    }


def test_weekly_doses_are_one_course_and_three_weekly_cycles_are_not() -> None:
    assert len(record(dose("2024-01-01"), dose("2024-01-08"), dose("2024-01-15")).exposures) == 1
    assert len(record(dose("2024-01-01"), dose("2024-01-22")).exposures) == 2


def test_refills_are_joined_by_their_days_of_supply() -> None:
    def filled(when: str) -> dict[str, Any]:
        supply = {"value": 30, "unit": "days"}
        return drug("MedicationDispense", id=when, status="completed", whenHandedOver=when, daysSupply=supply)

    made = only(filled("2024-01-01"), filled("2024-02-15"))
    assert (made.start, made.stop) == (day("2024-01-01"), day("2024-03-16"))


def test_a_statement_without_end_goes_on() -> None:
    made = only(
        drug(
            "MedicationStatement", effectivePeriod={"start": "2024-01-01"}, dosage=[{"text": "300 mg daily"}]
        )
    )
    assert (made.start, made.stop, made.note) == (day("2024-01-01"), None, "300 mg daily")


@pytest.mark.parametrize("kind", ["MedicationRequest", "MedicationStatement", "MedicationAdministration"])
@pytest.mark.parametrize("status", ["not-done", "not-taken", "entered-in-error", "cancelled", "draft"])
def test_a_drug_that_was_not_taken_is_no_exposure(kind: str, status: str) -> None:
    made = record(drug(kind, status=status))
    assert not made.exposures and kinds(made) == {status}


def test_a_plan_and_a_prohibition_are_no_exposure() -> None:
    plan, ban = drug("MedicationRequest", intent="plan"), drug("MedicationRequest", id="b", doNotPerform=True)
    made = record(plan, ban)
    assert not made.exposures and kinds(made) == {"not-ordered"}


def test_contained_and_referenced_medications_are_followed() -> None:
    medication = {"resourceType": "Medication", "id": "m", "code": {"text": "methotrexate"}}
    inside = drug(
        "MedicationStatement", None, id="a", contained=[medication], medicationReference={"reference": "#m"}
    )
    apart = drug("MedicationStatement", None, id="b", medicationReference={"reference": "Medication/m"})
    assert [e.ingredient for e in record(inside).exposures] == ["methotrexate"]
    assert [e.ingredient for e in record(apart, medication).exposures] == ["methotrexate"]


def test_a_reference_to_nothing_is_named() -> None:
    made = record(drug("MedicationStatement", None, medicationReference={"reference": "Medication/none"}))
    assert not made.exposures and kinds(made) == {"drug-not-named"}


def test_a_drug_that_no_table_knows_is_kept_and_named() -> None:
    made = record(drug("MedicationStatement", "zzyzxine"))
    assert [(e.name, e.ingredient) for e in made.exposures] == [("zzyzxine", None)]
    assert kinds(made) == {"drug-unknown"}


def test_a_combination_is_an_exposure_to_each_of_its_ingredients() -> None:
    made = record(drug("MedicationStatement", "carbidopa / levodopa", effectiveDateTime=NOON))
    assert len({e.ingredient for e in made.exposures}) == len(made.exposures) >= 1
    assert all(e.ingredient for e in made.exposures)


def test_an_end_before_the_start_is_left_out() -> None:
    made = record(drug("MedicationStatement", effectivePeriod={"start": "2024-02-01", "end": "2023-02-01"}))
    assert made.exposures[0].stop is None and kinds(made) == {"period-reversed", "end-unknown"}


def test_the_year_9999_is_no_end() -> None:
    assert only(order("2024-01-01", "9999-12-31")).stop is None


def test_a_dispensing_that_was_declined_is_no_exposure() -> None:
    made = record(drug("MedicationDispense", status="declined", whenHandedOver="2024-01-01"))
    assert not made.exposures and kinds(made) == {"declined"}
