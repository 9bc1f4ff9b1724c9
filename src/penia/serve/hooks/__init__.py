"""CDS Hooks 2.0: discovery, three services, feedback."""

from penia.serve.hooks.endpoint import discovery, feedback, service

__all__ = ["discovery", "feedback", "service"]
