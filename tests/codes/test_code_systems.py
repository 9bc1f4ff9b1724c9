import pytest

from penia.codes import code


@pytest.mark.parametrize(
    ("system", "value", "expected"),
    [
        ("http://loinc.org", "751-8", "loinc:751-8"),
        ("https://loinc.org/", "751-8", "loinc:751-8"),
        ("urn:oid:2.16.840.1.113883.6.1", "751-8", "loinc:751-8"),
        ("http://www.nlm.nih.gov/research/umls/rxnorm", "2626", "rxnorm:2626"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "D61.9", "icd10cm:D61.9"),
        ("http://hl7.org/fhir/sid/icd-10", "D61.9", "icd10cm:D61.9"),
        ("http://hl7.org/fhir/sid/icd-9-cm", "2849", "icd9cm:2849"),
        ("http://snomed.info/sct", "386661006", "snomed:386661006"),
        ("http://snomed.info/sct/731000124108", "386661006", "snomed:386661006"),
        ("http://human-phenotype-ontology.org", "HP:0001945", "hpo:HP:0001945"),
        ("http://www.human-phenotype-ontology.org", "HP:0001945", "hpo:HP:0001945"),
        ("http://purl.obolibrary.org/obo/hp.owl", "HP_0001945", "hpo:HP:0001945"),
        ("https://hpo.jax.org/app/browse/term", "HP:0001945", "hpo:HP:0001945"),
        ("http://www.whocc.no/atc", "N05AH02", "atc:N05AH02"),
        ("http://hl7.org/fhir/sid/ndc", "00409672924", "ndc:00409672924"),
        (
            "http://mimic.mit.edu/fhir/mimic/CodeSystem/mimic-d-labitems",
            "51301",
            "mimic-d-labitems:51301",
        ),
        (
            "http://mimic.mit.edu/fhir/mimic/CodeSystem/mimic-chartevents-d-items",
            "220045",
            "mimic-d-items:220045",
        ),
        ("http://unitsofmeasure.org", "10*3/uL", "ucum:10*3/uL"),
        (" HTTP://LOINC.ORG ", " 751-8 ", "loinc:751-8"),
    ],
)
def test_each_known_code_system_has_its_short_prefix(system: str, value: str, expected: str):
    assert code(system, value) == expected


@pytest.mark.parametrize(
    ("system", "value"),
    [
        ("http://example.org/local", "WBC"),
        ("http://loinc.org.evil.example", "751-8"),
        ("http://hl7.org/fhir/sid/icd-10-pcs", "30233N1"),
        ("http://loinc.org", None),
        ("http://loinc.org", " "),
        (None, "751-8"),
        ("", "751-8"),
    ],
)
def test_an_unknown_system_or_a_missing_code_gives_nothing(system: str | None, value: str | None):
    assert code(system, value) is None
