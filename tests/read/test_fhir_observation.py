from __future__ import annotations

import base64
from typing import Any

import pytest
from fhir_makers import ME, NOON, coded, condition, counts, kinds, observation, patient, percent, record, wbc

SOCIAL = [coded("http://terminology.hl7.org/CodeSystem/observation-category", "social-history")]
VITAL = [coded("http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs")]
EXAM = [coded("http://terminology.hl7.org/CodeSystem/observation-category", "exam")]


def test_a_count_keeps_what_it_came_from() -> None:
    (count,) = record(wbc(3000, "/uL")).counts
    assert (count.lineage, count.value) == ("WBC", 3.0)
    assert count.origin.place == "Observation/WBC"
    assert (count.origin.text, count.origin.unit, count.origin.code) == (
        "3000",
        "/uL",
        "http://loinc.org|6690-2",
    )


def test_a_comparator_makes_the_value_a_limit() -> None:
    low = observation("ANC", "751-8", valueQuantity={"value": 0.1, "comparator": "<", "unit": "10*9/L"})
    (count,) = record(low).counts
    assert (count.value, count.comparator) == (0.1, "<")


def test_a_number_in_a_string_counts_only_with_its_unit() -> None:
    (count,) = record(observation("ANC", "751-8", valueString="<0.1 K/uL")).counts
    assert (count.value, count.comparator) == (0.1, "<")
    bare = record(observation("ANC", "751-8", valueString="0.1"))
    assert not bare.counts
    assert [(t.analyte, t.text) for t in bare.tests] == [("ANC", "0.1")]


def test_a_count_without_unit_is_refused_by_name_and_its_flag_is_kept() -> None:
    low = coded("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "L")
    made = record(wbc(1.2, None, interpretation=[low]))
    assert not made.counts
    assert [(t.analyte, t.interpretation, t.value) for t in made.tests] == [("WBC", "low", None)]
    assert [p.place for p in made.problems if p.kind == "unit-missing"] == ["Observation/WBC"]


def test_a_count_keeps_the_laboratorys_flag_and_its_limits_in_its_own_unit() -> None:
    limits = [{"low": {"value": 4000, "unit": "/uL"}, "high": {"value": 11000, "unit": "/uL"}}]
    (count,) = record(wbc(3000, "/uL", interpretation=[{"text": "low"}], referenceRange=limits)).counts
    assert (count.low, count.high, count.interpretation) == (4.0, 11.0, "low")


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_withdrawn_results_are_dropped_and_counted(status: str) -> None:
    made = record(wbc(status=status), wbc(status=status, id="other"))
    assert not made.counts
    assert [(p.kind, p.count) for p in made.problems] == [(status, 2)]


def test_a_preliminary_result_is_kept() -> None:
    assert record(wbc(status="preliminary")).counts


@pytest.mark.parametrize("more", [{}, {"bodySite": {"text": "arm"}}])
def test_results_without_a_status_are_read_and_said_once(more: dict[str, Any]) -> None:
    made = record(
        *(wbc(3.0, id=f"w{day}", effectiveDateTime=f"2024-03-0{day}", status=None, **more) for day in (1, 2))
    )
    assert len(made.counts) == 2
    assert [(p.kind, p.count) for p in made.problems] == [("status-missing", 2)]


def test_a_missing_value_is_no_fact_but_is_named() -> None:
    made = record(observation("WBC", "6690-2", dataAbsentReason={"text": "clotted"}))
    assert not made.counts and not made.tests and kinds(made) == {"no-value"}


def test_components_are_results_of_their_own() -> None:
    pressure = observation("Blood pressure", "85354-9", category=VITAL)
    pressure["component"] = [
        {"code": coded("http://loinc.org", "8480-6"), "valueQuantity": {"value": 90, "unit": "mm[Hg]"}},
        {"code": coded("http://loinc.org", "8462-4"), "valueQuantity": {"value": 50, "unit": "mm[Hg]"}},
    ]
    made = record(pressure)
    found = {t.analyte: (t.kind, t.value) for t in made.tests}
    assert found == {"systolic-blood-pressure": ("vital", 90.0), "diastolic-blood-pressure": ("vital", 50.0)}
    assert not made.problems


def test_a_panel_lends_its_members_the_time_that_they_lack() -> None:
    member = wbc()
    del member["effectiveDateTime"]
    panel = observation("CBC", "58410-2", hasMember=[{"reference": "Observation/WBC"}])
    (count,) = record(member, panel).counts
    assert count.time.isoformat() == "2024-03-01T12:00:00+00:00"


def test_a_report_lends_its_results_the_specimen_and_gives_its_words() -> None:
    text = base64.b64encode(b"Hypercellular marrow.").decode()
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "status": "final",
        "subject": ME,
        "code": {"text": "Bone marrow"},
        "effectiveDateTime": NOON,
        "specimen": [{"reference": "Specimen/s"}],
        "result": [{"reference": "Observation/WBC"}],
        "conclusion": "No blasts.",
        "presentedForm": [{"contentType": "text/plain", "data": text}],
    }
    made = record(report, wbc())
    assert made.counts[0].specimen == "Specimen/s"
    assert {t.text for t in made.tests if t.kind == "report"} == {"No blasts.", "Hypercellular marrow."}


def test_cells_of_another_fluid_are_no_blood_count() -> None:
    urine = {"resourceType": "Specimen", "id": "s", "subject": ME, "type": {"text": "Urine, midstream"}}
    made = record(urine, wbc(specimen={"reference": "Specimen/s"}))
    assert not made.counts
    assert made.tests[0].name == "WBC in Urine, midstream"


def test_a_contained_or_only_named_specimen_is_looked_at_too() -> None:
    fluid = {"resourceType": "Specimen", "id": "s", "type": {"text": "Cerebrospinal fluid"}}
    inside = record(wbc(contained=[fluid], specimen={"reference": "#s"}))
    named = record(wbc(specimen={"display": "Pleural fluid"}))
    assert not inside.counts and not named.counts


def test_a_unit_that_contradicts_its_code_is_refused() -> None:
    made = record(wbc(valueQuantity={"value": 3.0, "unit": "10*3/uL", "code": "10*6/uL"}))
    assert not made.counts and kinds(made) == {"unit-unknown"}


def test_a_unit_and_its_code_may_be_spelled_differently() -> None:
    made = record(wbc(valueQuantity={"value": 3.0, "unit": "K/uL", "code": "10*9/L"}))
    assert counts(made) == {"WBC": 3.0}


def test_reticulocytes_in_percent_are_counted_with_their_red_cells() -> None:
    made = record(observation("RBC", "789-8", 4.0, "10*12/L"), percent("reticulocytes", "17849-1", 2.0))
    assert counts(made)["RETIC"] == 80.0


def test_more_red_precursors_than_white_cells_are_plausible() -> None:
    made = record(percent("nucleated red cells", "58413-6", 150))
    assert [t.value for t in made.tests] == [150.0] and "implausible" not in kinds(made)


def test_pregnancy_without_a_category_is_understood() -> None:
    assert [f.name for f in record(observation("x", "82810-3", valueString="pregnant")).findings] == [
        "pregnant"
    ]


def test_an_observation_about_someone_else_is_left_out() -> None:
    made = record(wbc(focus=[{"reference": "RelatedPerson/donor"}]))
    assert not made.counts and kinds(made) == {"about-another"}


def test_a_result_in_words_keeps_them_and_says_positive_or_negative() -> None:
    made = record(observation("HIV antibody", valueCodeableConcept={"text": "Not detected"}))
    assert [(t.text, t.interpretation) for t in made.tests] == [("Not detected", "negative")]


def test_a_yes_or_no_of_an_examination_is_a_finding() -> None:
    made = record(observation("Splenomegaly", valueBoolean=False, category=EXAM))
    assert [(f.name, f.present) for f in made.findings] == [("Splenomegaly", False)]


def test_a_note_beside_a_count_is_kept_as_words() -> None:
    made = record(wbc(note=[{"text": "platelet clumps"}]))
    assert [t.text for t in made.tests] == ["platelet clumps"]


def test_an_exposure_keeps_to_what_and_how() -> None:
    made = record(observation("Exposure: benzene", valueString="printer, ten years", category=SOCIAL))
    assert [(e.name, e.kind, e.note) for e in made.exposures] == [
        ("benzene", "chemical", "printer, ten years")
    ]


def test_a_denied_exposure_is_an_absent_piece_of_history() -> None:
    made = record(observation("Exposure: radiation", valueString="none", category=SOCIAL))
    assert not made.exposures
    assert [(f.name, f.present, f.kind) for f in made.findings] == [("radiation", False, "history")]


def test_a_place_is_named_by_its_value() -> None:
    made = record(observation("Travel or residence", "94651-7", valueString="Ghana", category=SOCIAL))
    assert [(f.name, f.kind) for f in made.findings] == [("Ghana", "place")]


@pytest.mark.parametrize(("answer", "present"), [("pregnant", True), ("Not pregnant", False)])
def test_pregnancy_is_present_or_absent(answer: str, present: bool) -> None:
    made = record(observation("Pregnancy status", "82810-3", valueString=answer, category=SOCIAL))
    assert [(f.name, f.present) for f in made.findings] == [("pregnant", present)]


def test_an_unclear_pregnancy_answer_is_no_fact() -> None:
    made = record(observation("Pregnancy status", "82810-3", valueString="unknown", category=SOCIAL))
    assert not made.findings and kinds(made) == {"not-understood"}


def test_a_habit_is_history_with_its_answer() -> None:
    smoking = observation(
        "Tobacco smoking status", valueCodeableConcept={"text": "Former smoker"}, category=SOCIAL
    )
    assert [(f.name, f.kind) for f in record(smoking).findings] == [
        ("Tobacco smoking status: Former smoker", "history")
    ]


def test_a_percentage_becomes_a_count_with_its_own_white_cells() -> None:
    made = record(wbc(2.0), percent("neutrophils", "770-8", 30))
    assert counts(made) == {"WBC": 2.0, "ANC": 0.6}
    assert [c.derived for c in made.counts if c.lineage == "ANC"] == [True]
    assert [(t.analyte, t.value) for t in made.tests] == [("ANC", 30.0)]


def test_a_percentage_of_another_day_stays_a_percentage() -> None:
    made = record(wbc(2.0), percent("neutrophils", "770-8", 30, effectiveDateTime="2024-03-02T12:00:00Z"))
    assert counts(made) == {"WBC": 2.0} and kinds(made) == {"percent-alone"}


def test_a_percentage_of_another_specimen_stays_a_percentage() -> None:
    one, other = ({"specimen": {"reference": f"Specimen/{s}"}} for s in "ab")
    assert counts(record(wbc(2.0, **one), percent("neutrophils", "770-8", 30, **other))) == {"WBC": 2.0}


def test_two_white_counts_of_one_moment_leave_the_percentage_alone() -> None:
    made = record(wbc(2.0), wbc(5.0, id="second"), percent("neutrophils", "770-8", 30))
    assert "ANC" not in counts(made) and "specimen-ambiguous" in kinds(made)


def test_an_absolute_count_goes_before_a_computed_one() -> None:
    made = record(wbc(2.0), percent("neutrophils", "770-8", 30), observation("ANC", "751-8", 0.7, "10*9/L"))
    assert [(c.value, c.derived) for c in made.counts if c.lineage == "ANC"] == [(0.7, False)]


def test_bands_beside_the_neutrophils_are_added() -> None:
    rest = [percent("lymphocytes", "736-9", 50), percent("monocytes", "5905-5", 10)]
    made = record(wbc(2.0), percent("neutrophils", "770-8", 30), percent("bands", "764-1", 10), *rest)
    assert counts(made)["ANC"] == 0.8


def test_bands_within_the_neutrophils_are_not_counted_twice() -> None:
    rest = [percent("lymphocytes", "736-9", 60), percent("monocytes", "5905-5", 10)]
    made = record(wbc(2.0), percent("neutrophils", "770-8", 30), percent("bands", "764-1", 10), *rest)
    assert counts(made)["ANC"] == 0.6


def test_bands_that_may_lie_in_or_beside_are_named_with_both_readings() -> None:
    made = record(wbc(2.0), percent("neutrophils", "770-8", 30), percent("bands", "764-1", 10))
    (problem,) = (p for p in made.problems if p.kind == "bands-ambiguous")
    assert "30 %" in problem.reason and "40 %" in problem.reason


def test_segmented_neutrophils_and_bands_make_the_neutrophils() -> None:
    made = record(wbc(2.0), percent("segs", "769-0", 30), percent("bands", "764-1", 10))
    assert counts(made)["ANC"] == 0.8


def test_segmented_neutrophils_without_bands_are_the_neutrophils_and_it_is_said() -> None:
    made = record(wbc(2.0), percent("segs", "769-0", 30), percent("lymphocytes", "736-9", 40))
    (problem,) = made.problems
    assert counts(made)["ANC"] == 0.6 and "bands were taken as none" in problem.reason
    absolute = record(observation("segs", "30451-9", 0.6, "10*9/L"))
    assert counts(absolute)["ANC"] == 0.6 and kinds(absolute) == {"neutrophils-assumed"}


def test_a_whole_differential_leaves_no_room_for_bands_and_nothing_is_said() -> None:
    cells = percent("segs", "769-0", 30), percent("lymphocytes", "736-9", 60), percent("mono", "5905-5", 10)
    made = record(wbc(2.0), *cells)
    assert counts(made)["ANC"] == 0.6 and not made.problems


def test_granulocytes_alone_bound_the_neutrophils_and_it_is_said() -> None:
    for made in (
        record(wbc(2.0), {**observation("Granulocytes", value=15, unit="%")}),
        record(observation("Granulocytes", value=0.3, unit="10*9/L")),
    ):
        (anc,) = (c for c in made.counts if c.lineage == "ANC")
        assert (anc.value, anc.comparator) == (0.3, "<=") and kinds(made) == {"neutrophils-assumed"}


def test_a_differential_of_180_percent_gives_no_counts() -> None:
    cells = [
        percent("neutrophils", "770-8", 90),
        percent("lymphocytes", "736-9", 60),
        percent("mono", "5905-5", 30),
    ]
    made = record(wbc(2.0), *cells)
    assert counts(made) == {"WBC": 2.0} and kinds(made) == {"differential-sum"}


@pytest.mark.parametrize("lymphocytes", [0.38, None])
def test_percentages_that_may_be_fractions_are_named_with_both_readings(lymphocytes: float | None) -> None:
    cells = [percent("neutrophils", "770-8", 0.55)]
    cells += [] if lymphocytes is None else [percent("lymphocytes", "736-9", lymphocytes)]
    made = record(wbc(3.2), *cells)
    (problem,) = made.problems
    assert counts(made) == {"WBC": 3.2} and problem.kind == "percent-doubtful"
    assert "0.55 %, or 55 %" in problem.reason


@pytest.mark.parametrize("other", [("lymphocytes", "736-9", 92), ("mono", "5905-5", 40)])
def test_half_a_percent_of_neutrophils_beside_another_class_is_agranulocytosis(
    other: tuple[str, str, float],
) -> None:
    made = record(wbc(2.0), percent("neutrophils", "770-8", 0.5), percent(*other))
    assert counts(made)["ANC"] == 0.01 and not made.problems


@pytest.mark.parametrize(
    "impossible",
    [wbc(4500), observation("Hb", "718-7", 1.2, "g/dL"), observation("PLT", "777-3", 150000, "10*9/L")],
)
def test_a_value_that_no_blood_has_is_refused(impossible: dict[str, object]) -> None:
    made = record(impossible)
    assert not made.counts and kinds(made) == {"implausible"}


def test_neutrophils_above_the_white_cells_refuse_both() -> None:
    made = record(wbc(1.5), observation("ANC", "751-8", 4.5, "10*9/L"))
    assert not made.counts and kinds(made) == {"part-above-whole"}


def test_a_result_of_the_future_is_left_out() -> None:
    made = record(
        wbc(),
        wbc(2.9, id="b", effectiveDateTime="2024-03-02"),
        wbc(1, id="c", effectiveDateTime="2999-01-01"),
    )
    assert len(made.counts) == 2 and kinds(made) == {"future-date"}


@pytest.mark.parametrize("year", ["0024", "1024", "1900", "2924", "9999"])
def test_a_result_of_a_year_without_records_is_left_out_even_alone(year: str) -> None:
    made = record(wbc(effectiveDateTime=f"{year}-03-02"))
    assert not made.counts and kinds(made) <= {"date-implausible", "future-date"} and made.problems


def test_facts_of_a_year_without_records_lose_their_date_by_name() -> None:
    made = record(
        patient(birthDate="1024-03-05"),
        wbc(),
        condition("lupus", onsetDateTime="0024-01-01", recordedDate="2024-01-01"),
    )
    assert made.person.birth is None and made.conditions[0].since is None
    assert [p.kind for p in made.problems] == ["date-implausible"] * 2


def test_a_record_shifted_as_a_whole_is_read_and_named() -> None:
    made = record(wbc(effectiveDateTime="2180-01-01"), wbc(2.0, id="b", effectiveDateTime="2181-01-01"))
    assert len(made.counts) == 2 and kinds(made) == {"dates-shifted"}


def test_a_birth_after_the_counts_is_left_out() -> None:
    made = record(wbc(), patient(birthDate="2025-02-01"))
    assert made.person.birth is None and made.counts and kinds(made) == {"before-birth"}


def test_an_unreadable_date_is_named() -> None:
    assert "time-unreadable" in kinds(record(wbc(effectiveDateTime="03/01/2024")))


@pytest.mark.parametrize(
    "told", ["20240301T120000Z", "2024-W09-5T12:00:00Z", "2024-03-01T12:00:00.5000000\n0Z", "2024-03-01T"]
)
def test_a_form_of_time_that_fhir_does_not_have_is_no_date(told: str) -> None:
    assert "time-unreadable" in kinds(record(wbc(effectiveDateTime=told)))


def test_the_same_result_twice_is_one() -> None:
    assert len(record(wbc(), wbc(id="copy")).counts) == 1


@pytest.mark.parametrize("comparator", ["~", "ad"])
def test_a_comparator_that_is_not_known_makes_no_count(comparator: str) -> None:
    made = record(wbc(valueQuantity={"value": 3.0, "unit": "10*9/L", "comparator": comparator}))
    assert not made.counts and kinds(made) == {"value-unreadable"}
    assert f"({comparator})" in made.problems[0].reason


def test_a_value_that_is_said_to_be_in_error_as_well_makes_no_count() -> None:
    made = record(wbc(dataAbsentReason={"coding": [{"code": "error"}]}))
    assert not made.counts and "error" in made.problems[0].reason


@pytest.mark.parametrize("when", ["2024", "2024-03"])
def test_a_result_dated_without_its_day_is_said_to_be(when: str) -> None:
    made = record(wbc(effectiveDateTime=when))
    assert len(made.counts) == 1 and kinds(made) == {"time-imprecise"}


def test_words_with_a_point_that_may_part_thousands_make_no_count_of_cells_per_microlitre() -> None:
    doubtful = {**observation("ANC", "751-8"), "valueString": "4.500 /uL"}
    assert not record(doubtful).counts and "thousands or a decimal" in record(doubtful).problems[0].reason
    assert counts(record({**observation("ANC", "751-8"), "valueString": "4.500 10*9/L"})) == {"ANC": 4.5}
    assert counts(record({**observation("ANC", "751-8"), "valueString": "4.5E3 /uL"})) == {"ANC": 4.5}


@pytest.mark.parametrize("missing", [999, 9999])
def test_a_number_that_stands_for_a_missing_one_is_no_leukaemia(missing: int) -> None:
    made = record(wbc(missing))
    assert not made.counts and kinds(made) == {"implausible"}
