"""The service: the one Explanation as JSON, page, FHIR and CDS Hooks cards. It keeps nothing of a person."""
