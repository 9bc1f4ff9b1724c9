"""A clause and what it does to the words in it: affirms, denies, doubts them or speaks of somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from textwrap import wrap

import msgspec

from penia.facts.tables import guard, rules

Span = tuple[int, int]

FAR = 12
"""Words over which a negation reaches at most."""
NEAR = 5
"""Words over which ``not`` and the words after a finding reach."""


class Clause(msgspec.Struct, frozen=True):
    text: str
    before: tuple[tuple[int, int, str], ...]
    """Negations before what they deny, with their word."""
    after: tuple[Span, ...]
    stops: tuple[Span, ...]
    doubts_before: tuple[Span, ...]
    doubts_listed: tuple[Span, ...]
    """These reach over commas."""
    doubts_after: tuple[Span, ...]
    relatives: tuple[Span, ...]
    meetings: tuple[Span, ...]

    def sign(self, start: int, end: int) -> int:
        """What the clause says of the words from ``start`` to ``end``: 1 affirmed, -1 denied, 0 nothing."""
        if self._doubted(start, end):
            return 0
        reach = self.reached(start)
        return self._denied_after(start, end) if reach is None else reach

    def reached(self, start: int) -> int | None:
        """-1 or 0 where a negation before the words at ``start`` reaches them; None where none does."""
        for begin, stop, word in reversed(self.before):
            if begin < start < stop:
                return -1
            if stop <= start:
                reach = self._reaches(stop, word, start)
                if reach is not None:
                    return reach
        return None

    def of_relative(self, start: int, key: str = "", end: int = 0) -> bool:
        """The words from ``start`` to ``end`` are said of a relative or a contact; or of what was only met,
        unless ``key`` means just that. Words that name a relative themselves tell of both."""
        if key not in rules().met and any(stop <= start for _, stop in self.meetings):
            return True
        if _in_relative().match(self.text, max(start, end)):
            return True
        return any(stop <= start and not _tellers().match(self.text, stop) for _, stop in self.relatives)

    def lone(self, start: int, end: int) -> bool:
        """Nothing in the same piece of a list narrows the words: no other that counts stands beside."""
        opening = [stop for _, stop, _ in self.before if stop <= start]
        left = max([0, *(m.end() for m in _CUT.finditer(self.text, 0, start)), *opening])
        cut = _CUT.search(self.text, end)
        right = min([cut.start() if cut else len(self.text), *(at for at, _ in self.after if at >= end)])
        rest = _meetings().sub(" ", self.text[left:start]) + " " + self.text[end:right]
        return all(word in guard() for word in _WORD.findall(rest))

    def _reaches(self, stop: int, word: str, start: int) -> int | None:
        between = self.text[stop:start]
        limit = NEAR if word in rules().negation.short else FAR
        if word == "non" and between.strip():
            return None
        if between.count(" ") > limit or any(stop + 1 < a < start for a, _ in self.stops):
            return None
        if "," in between:
            if word in rules().negation.short:
                return None
            if word in rules().negation.listed and not _LIST_END.search(self.text, stop):
                return 0
        return -1

    def _denied_after(self, start: int, end: int) -> int:
        for at, stop in self.after:
            if at < end:
                continue
            between = self.text[end:at]
            if _CHANGE.search(between):
                continue
            excluded = _EXCLUDED.search(self.text, at, stop) and not _SAYS.search(self.text, start, at)
            if excluded and _is_list(between):
                return -1
            if between.count(" ") > NEAR:
                continue
            if "," not in between:
                return -1
            if stop >= len(self.text.rstrip(" .")) and _closes_list(self.text, at, stop):
                return 0
        return 1

    def _doubted(self, start: int, end: int) -> bool:
        gaps = [self.text[stop:start] for _, stop in self.doubts_before if stop <= start]
        gaps += [self.text[end:at] for at, _ in self.doubts_after if at >= end]
        if any("," not in gap and gap.count(" ") <= NEAR for gap in gaps):
            return True
        return any(
            stop <= start and not any(stop < at < start for at, _ in self.stops)
            for _, stop in self.doubts_listed
        )


_CUT = re.compile(r",|;|\+|\b(?:and|or|with|nor|plus)\b|&")
_WORD = re.compile(r"[a-z][a-z0-9]*")
_LIST_END = re.compile(r"\b(?:or|nor|and)\b")
_CHANGE = re.compile(r"\b(?:with|has|had|who|which|but|then)\b")


_OF_A_TEST = re.compile(
    r"\b(?:stain(?:s|ing)?|cultures?|smears?|tests?|pcr|serolog(?:y|ies)|markers?|studies) $"
)
"""``granulomas, AFB and fungal stains negative`` denies no granulomas."""
_CLOSING = re.compile(r"absent|denied|negative|none|nil|not present")


_EXCLUDED = re.compile(r"\b(?:excluded|ruled out)\b")
_SAYS = re.compile(
    r"\d|\b(?:positive|negative|present|absent|found|normal|high|low|raised|elevated|increased)\b"
)


def _is_list(between: str) -> bool:
    """``tuberculosis, lymphoma and lupus excluded``: every one of them is."""
    return "," in between and between.count(" ") <= FAR and bool(_LIST_END.search(between))


def _closes_list(text: str, at: int, stop: int) -> bool:
    """``fever, cough and rash absent``: it may deny the whole list, so nothing is said of the first items."""
    if _OF_A_TEST.search(text, 0, at):
        return False
    return bool(_CLOSING.search(text, at, stop)) and (
        text.count(",", 0, at) > 1 or bool(_LIST_END.search(text, 0, at))
    )


LONGEST = 1000
"""Characters of a clause: what goes on without an end is cut, as each finding in it looks at the whole."""


@lru_cache(4096)
def clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a normalised text."""
    parts = (part.strip() for part in _ends().split(text))
    return tuple(_clause(piece) for part in parts for piece in _pieces(part))


def _pieces(part: str) -> list[str]:
    return [part] if 0 < len(part) <= LONGEST else wrap(part, LONGEST)


def of_somebody(text: str) -> bool:
    """It names a relative."""
    return _relatives().search(text) is not None


def _clause(text: str) -> Clause:
    exempt = _spans(_no_negation(), text)
    after = tuple(
        span
        for span in _spans(_after(), text)
        if not _touches(span, exempt) and _WORD.search(text[_piece_start(text, span[0]) : span[0]])
    )
    before = tuple(
        (m.start(), m.end(), m[0].split(" ", 1)[0] if m[0] in rules().negation.short else m[0])
        for m in _before().finditer(text)
        if not _touches(m.span(), exempt) and not _touches(m.span(), after)
    )
    return Clause(
        text,
        before,
        after,
        _spans(_stop(), text),
        _spans(_doubt_before(), text),
        _spans(_doubt_listed(), text),
        _spans(_doubt_after(), text),
        _spans(_relatives(), text),
        _spans(_meetings(), text),
    )


def _piece_start(text: str, at: int) -> int:
    return max((m.end() for m in _CUT.finditer(text, 0, at)), default=0)


def _spans(pattern: re.Pattern[str], text: str) -> tuple[Span, ...]:
    return tuple(m.span() for m in pattern.finditer(text))


def _touches(span: Span, others: Iterable[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


def _any(words: Iterable[str]) -> re.Pattern[str]:
    ordered = "|".join(f"(?:{word})" for word in words)
    return re.compile(rf"(?:(?<![a-z0-9])|(?=,))(?:{ordered})(?!(?<=[a-z0-9])[a-z0-9])")


_before = cache(lambda: _any(rules().negation.before))
_after = cache(lambda: _any(rules().negation.after))
_stop = cache(lambda: _any(rules().negation.stop))
_no_negation = cache(lambda: _any(rules().negation.no_negation))
_doubt_before = cache(lambda: _any(rules().uncertain.before))
_doubt_listed = cache(lambda: _any(rules().uncertain.listed))
_doubt_after = cache(lambda: _any(rules().uncertain.after))
_relatives = cache(lambda: _any(rules().relatives))
_meetings = cache(lambda: _any(rules().meetings))
_in_relative = cache(
    lambda: re.compile(
        rf"[^,;]*\b(?:in|of) (?:\w+ ){{0,2}}(?:{'|'.join(rules().relatives)})"
        r"(?= (?:serum|plasma|blood|milk)\b|$)"
    )
)
_tellers = cache(lambda: re.compile(rf"\W*(?:{'|'.join(rules().tellers)})\b"))
_ends = cache(
    lambda: re.compile(
        "|".join(f"(?<![a-z0-9]){e}(?![a-z0-9])" if e[0].isalpha() else e for e in rules().clause_ends)
    )
)
