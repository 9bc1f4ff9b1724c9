"""One language: messages looked up, and sentences with gaps taken apart, told anew and put together again.

The English text is composed once, by whatever part knows the matter. A message of a catalogue may hold
gaps, ``{drug}, day {n} of treatment``; a text that fits it is told by its translation, with what fills the
gaps told in turn. A text that no message fits stays English, and a page marks it so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""Code → its own name; the first is what everything is written in."""
GAP = re.compile(r"\{(\w+)\}")
NUMBER, ANY = r"([<>≤≥+−-]?[\d.,–]+)", r"(.+?)"
HOLDS_NUMBER = re.compile(r"n\d*|n_\w+")
JOINTS = (" · ", "; ", ". ")
"""What joins the parts of a text, each of which is then told by itself."""
THE_SAME = re.compile(
    r"(?:×10⁹/L|\b[mkµ]?g/d?L|\b(?:mg|dB|pH|fL|mm|cm)\b|[^a-z]|(?<![A-Za-z])[a-z](?![a-z]))*"
)
"""Numbers, units and abbreviations, the same in every language."""
TURNING = dict.fromkeys(
    (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\N{REPLACEMENT CHARACTER}"
)
"""Signs that cannot be seen and turn the text after them around, a date beside a drug's name among it."""


class Form:
    """A message with gaps."""

    def __init__(self, message: str, told: str) -> None:
        pieces = GAP.split(message)
        fixed, self.names = pieces[::2], pieces[1::2]
        gaps = (NUMBER if HOLDS_NUMBER.fullmatch(name) else ANY for name in self.names)
        parts = (part for pair in zip(map(re.escape, fixed), (*gaps, ""), strict=True) for part in pair)
        self._pattern = re.compile("".join(parts), re.DOTALL)
        self._told = told
        self._longest = max(fixed, key=len)
        self.size = sum(map(len, fixed))

    def gaps(self, text: str) -> tuple[str, ...] | None:
        """What fills the gaps; None where the text does not fit, which the longest piece mostly tells."""
        found = self._pattern.fullmatch(text) if self._longest in text else None
        return found.groups() if found else None

    def filled(self, gaps: Sequence[str]) -> str:
        return self._told.format(**dict(zip(self.names, gaps, strict=True)))


class Language:
    """``messages``: English → told; none for English itself."""

    def __init__(self, code: str, messages: dict[str, str]) -> None:
        self.code = code
        self.messages = messages
        forms = (Form(message, told) for message, told in messages.items() if GAP.search(message))
        self._forms = sorted(forms, key=lambda form: -form.size)

    def gettext(self, message: str) -> str:
        """A message of the page itself, its gaps left open."""
        return self.messages.get(message, message)

    def told(self, text: str) -> str | None:
        """``text`` in this language; None where a part of it cannot be told."""
        text = text.translate(TURNING)
        if not self.messages or THE_SAME.fullmatch(text):
            return text
        return self._name(text) or self._formed(text) or self._joined(text)

    def said(self, text: str) -> str:
        """``text`` in this language, else as it is."""
        return self.told(text) or text.translate(TURNING)

    def _name(self, text: str) -> str | None:
        """A name has a capital at the head of a sentence and not within one."""
        return self.messages.get(text) or self.messages.get(text[:1].swapcase() + text[1:])

    def _formed(self, text: str) -> str | None:
        for form in self._forms:
            if (gaps := form.gaps(text)) is None:
                continue
            told = [
                gap if name[0] == "_" else self.told(gap) for name, gap in zip(form.names, gaps, strict=True)
            ]
            if (whole := _whole(told)) is not None:
                return form.filled(whole)
        return None

    def _joined(self, text: str) -> str | None:
        if text.endswith("."):
            told = self.told(text[:-1])
            return None if told is None else f"{told}."
        joint = next((j for j in JOINTS if j in text), None)
        whole = None if joint is None else _whole([self.told(part) for part in text.split(joint)])
        return None if whole is None or joint is None else joint.join(whole)


def _whole(told: Sequence[str | None]) -> list[str] | None:
    """None where one of them could not be told."""
    found = [text for text in told if text is not None]
    return found if len(found) == len(told) else None


@cache
def language(code: str) -> Language:
    """That of the catalogues in the folder ``code``; English, which needs none, has no folder."""
    return Language(code, dict(_messages(Path(__file__).parent / code)))


def _messages(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            yield from ((str(m.id), str(m.string)) for m in read_po(file) if m.id and m.string)
