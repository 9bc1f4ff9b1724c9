"""Standard output and error as they truly are: closed, full, or unable to show what penia writes."""

from __future__ import annotations

import codecs
import os
import re
import sys
import unicodedata
from pathlib import Path
from typing import TextIO

PLAIN = {
    **{
        "×": "x",
        "·": "-",
        "–": "-",
        "—": "-",
        "−": "-",
        "…": "...",
        "†": "+",
        "≥": ">=",
        "≤": "<=",
        "≈": "~",
    },
    **{"°": "deg ", "µ": "u", "μ": "u", "⁰": "^0", "¹": "^1", "²": "^2", "³": "^3", "⁹": "^9", "⁻": "^-"},
    **dict.fromkeys("█▉▊▋▌", "#"),
    **dict.fromkeys("▍▎▏░", "."),
    **{"▒": ":", "●": "o"},
    **dict.fromkeys("‘’", "'"),
    **dict.fromkeys("“”", '"'),
}
"""What stands for a sign that the terminal lacks: a minus sign must not become a question mark."""
_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of writing around."""


def settle() -> None:
    """Make both streams take any text; a closed one takes it and shows nothing."""
    codecs.register_error("penia", _plain)
    sys.stdout, sys.stderr = _settled(sys.stdout), _settled(sys.stderr)


def _settled(stream: TextIO | None) -> TextIO:
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    if reconfigure := getattr(stream, "reconfigure", None):
        reconfigure(errors="penia")
    return stream


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(PLAIN.get(sign) or _bare(sign) for sign in lacking), error.end


def _bare(sign: str) -> str:
    """The letter without its accent, else a question mark."""
    return unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode() or "?"


def one_line(text: str) -> str:
    """A message that moves no cursor and stays one line, whatever name of a file or person it quotes."""
    return _HIDDEN.sub("\N{REPLACEMENT CHARACTER}", text.replace("\n", " "))
