"""An Explanation as FHIR R4 resources."""

from penia.report.fhir.bundle import bundle, written
from penia.report.fhir.proposals import request

__all__ = ["bundle", "request", "written"]
"""``request``: one ServiceRequest, as a suggestion holds it too."""
