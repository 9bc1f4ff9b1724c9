"""What a reader is told, in their language: catalogues in gettext's form, English as the message itself."""

from penia.report.language.catalogue import LANGUAGES, Language, language

__all__ = ["LANGUAGES", "Language", "language"]
