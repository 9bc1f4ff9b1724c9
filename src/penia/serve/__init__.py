"""The service: the one Explanation as JSON, page, FHIR and CDS Hooks cards. It keeps nothing of a person."""

from penia.serve.app import application
from penia.serve.settings import Settings

__all__ = ["Settings", "application"]
