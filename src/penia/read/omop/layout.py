"""Tables and columns of the OMOP CDM 5.3 and 5.4 that are read.

The two versions differ in none of these columns; one that a source lacks reads as empty.
"""

from __future__ import annotations

from typing import NamedTuple


class Table(NamedTuple):
    name: str
    columns: tuple[str, ...]
    """In the order in which a reader of the table takes them."""
    needs: tuple[tuple[str, ...], ...] = ()
    """Of each of these groups a table must have one column, or nothing of it can be read."""

    @property
    def concepts(self) -> tuple[int, ...]:
        """Places of the columns that hold concept ids."""
        return tuple(i for i, name in enumerate(self.columns) if name.endswith("_concept_id"))


PERSON = Table(
    "person",
    (
        "gender_concept_id",
        "gender_source_value",
        "year_of_birth",
        "month_of_birth",
        "day_of_birth",
        "birth_datetime",
        "race_concept_id",
        "race_source_value",
        "ethnicity_concept_id",
        "ethnicity_source_value",
    ),
)
DEATH = Table("death", ("death_date", "death_datetime"), (("death_date", "death_datetime"),))
VISIT = Table(
    "visit_occurrence",
    (
        "visit_occurrence_id",
        "visit_concept_id",
        "visit_source_concept_id",
        "visit_source_value",
        "visit_start_date",
        "visit_start_datetime",
        "visit_end_date",
        "visit_end_datetime",
        "care_site_id",
    ),
)
DETAIL = Table(
    "visit_detail",
    ("visit_detail_id", *(c.replace("visit_", "visit_detail_") for c in VISIT.columns[1:])),
)
CONDITION = Table(
    "condition_occurrence",
    (
        "condition_occurrence_id",
        "condition_concept_id",
        "condition_source_concept_id",
        "condition_source_value",
        "condition_start_date",
        "condition_start_datetime",
        "condition_end_date",
        "condition_end_datetime",
        "condition_type_concept_id",
        "condition_status_concept_id",
        "visit_occurrence_id",
    ),
    (("condition_concept_id", "condition_source_concept_id", "condition_source_value"),),
)
DRUG = Table(
    "drug_exposure",
    (
        "drug_exposure_id",
        "drug_concept_id",
        "drug_source_concept_id",
        "drug_source_value",
        "drug_exposure_start_date",
        "drug_exposure_start_datetime",
        "drug_exposure_end_date",
        "drug_exposure_end_datetime",
        "verbatim_end_date",
        "drug_type_concept_id",
        "days_supply",
        "quantity",
        "sig",
        "route_concept_id",
        "route_source_value",
        "dose_unit_source_value",
    ),
    (("drug_concept_id", "drug_source_concept_id", "drug_source_value"),),
)
ERA = Table(
    "drug_era",
    ("drug_era_id", "drug_concept_id", "drug_era_start_date", "drug_era_end_date"),
    (("drug_concept_id",),),
)
MEASUREMENT = Table(
    "measurement",
    (
        "measurement_id",
        "measurement_concept_id",
        "measurement_source_concept_id",
        "measurement_source_value",
        "measurement_date",
        "measurement_datetime",
        "operator_concept_id",
        "value_as_number",
        "value_as_concept_id",
        "unit_concept_id",
        "unit_source_value",
        "range_low",
        "range_high",
        "value_source_value",
    ),
    (
        ("measurement_concept_id", "measurement_source_concept_id", "measurement_source_value"),
        ("value_as_number", "value_as_concept_id", "value_source_value"),
    ),
)
OBSERVATION = Table(
    "observation",
    (
        "observation_id",
        "observation_concept_id",
        "observation_source_concept_id",
        "observation_source_value",
        "observation_date",
        "observation_datetime",
        "value_as_number",
        "value_as_string",
        "value_as_concept_id",
        "unit_concept_id",
        "unit_source_value",
    ),
    (("observation_concept_id", "observation_source_concept_id", "observation_source_value"),),
)
PROCEDURE = Table(
    "procedure_occurrence",
    (
        "procedure_occurrence_id",
        "procedure_concept_id",
        "procedure_source_concept_id",
        "procedure_source_value",
        "procedure_date",
        "procedure_datetime",
    ),
    (("procedure_concept_id", "procedure_source_concept_id", "procedure_source_value"),),
)

COUNTED = (PERSON, DEATH, VISIT, MEASUREMENT)
"""What holds people and counts."""
CLINICAL = (PERSON, DEATH, VISIT, DETAIL, CONDITION, DRUG, ERA, MEASUREMENT, OBSERVATION, PROCEDURE)
"""Every table that hangs on a person; visits stand before what happened in them."""
UNREAD = ("note", "note_nlp", "device_exposure", "episode", "survey_conduct", "payer_plan_period")
"""Tables whose rows are counted only."""

SHARED: dict[str, tuple[str, ...]] = {
    "care_site": ("care_site_id", "care_site_name"),
    "cdm_source": ("cdm_source_name", "cdm_source_abbreviation"),
    "concept": ("concept_id", "concept_name", "vocabulary_id", "concept_class_id", "concept_code"),
    "concept_ancestor": ("ancestor_concept_id", "descendant_concept_id"),
    "specimen": ("specimen_id", "specimen_concept_id", "specimen_source_value"),
    "fact_relationship": ("domain_concept_id_1", "fact_id_1", "domain_concept_id_2", "fact_id_2"),
}
"""Tables that hang on no person, or are joined to others, with the columns read."""

NAMES = frozenset({*(t.name for t in CLINICAL), *SHARED, *UNREAD})
