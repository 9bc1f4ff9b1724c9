"""Code systems of hospitals → penia's own names. A code that is not in the tables gives None or ``()``,
never a guess; the licences of the tables stand in NOTICE."""

from penia.codes.analytes import Analyte, analyte
from penia.codes.conditions import ConditionCode, conditions, in_icd10
from penia.codes.dialects import local_system
from penia.codes.drugs import ingredients, parts_of, together, unlisted_name
from penia.codes.findings import hpo_name, hpo_of
from penia.codes.meds import administered, meaning
from penia.codes.omop import concept
from penia.codes.systems import code, vocabulary_code
from penia.codes.tables import site_name, site_rows

__all__ = [
    "Analyte",
    "ConditionCode",
    "administered",
    "analyte",
    "code",
    "concept",
    "conditions",
    "hpo_name",
    "hpo_of",
    "in_icd10",
    "ingredients",
    "local_system",
    "meaning",
    "parts_of",
    "site_name",
    "site_rows",
    "together",
    "unlisted_name",
    "vocabulary_code",
]
