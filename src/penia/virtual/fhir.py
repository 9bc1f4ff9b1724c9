"""A virtual patient as a FHIR R4 Bundle: what the Record of the case holds, resource by resource."""

from __future__ import annotations

from penia.read.case import case_record
from penia.read.case_layout import Case
from penia.write import fhir


def bundle(case: Case) -> fhir.Resource:
    """A collection; ids follow from the name of the case, so that the same case gives the same Bundle."""
    return fhir.bundle(case_record(case))
