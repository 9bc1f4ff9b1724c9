"""How much a marrow report finds of each kind of cell, whatever the order of its words (marrow.yaml)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from penia.facts import tables
from penia.facts.clause import Clause, clauses
from penia.facts.schema.measured import Amount
from penia.facts.statement import Said

CLOSE = 5
"""Words between a kind of cell and how much there is of it, at most ..."""
BESIDE = 1
"""... and between a word before it that there is none."""
_PIECES = re.compile(r"[,;]|\b(?:but|with|whereas|while|although|except)\b")


def read_cells(text: str) -> list[Said]:
    """``text``: normalised. Of a kind of which the report says two things nothing is said."""
    found: dict[str, set[Amount]] = {}
    for clause in clauses(text):
        for kind, amount in _amounts(clause):
            found.setdefault(kind, set()).add(amount)
    told: dict[str, set[Amount]] = {
        kind: {one for one in said if one != "named"} or said for kind, said in found.items()
    }
    sure: dict[str, Amount] = {kind: next(iter(said)) for kind, said in told.items() if len(said) == 1}
    keys = _keys(sure)
    return [Said(key, present, decisive=True) for key, present in keys.items()]


def _keys(amounts: Mapping[str, Amount]) -> dict[str, bool]:
    table = tables.marrow()
    lines = {line: amounts[line] for line in table.lines if line in amounts}
    low = [line for line, amount in lines.items() if amount in ("none", "few")]
    alone = len(low) == 1
    keys: dict[str, bool] = {}
    for kind, amount in amounts.items():
        if alone or kind not in low:
            keys |= getattr(table.cells[kind], amount)
    if len(low) > 1 and len(low) == len(lines):
        keys[table.empty] = True
    return keys


def _amounts(clause: Clause) -> Iterator[tuple[str, Amount]]:
    start = 0
    for cut in [*(m.span() for m in _PIECES.finditer(clause.text)), (len(clause.text), 0)]:
        piece = clause.text[start : cut[0]]
        for kind, row in tables.marrow().cells.items():
            if row.unless and _pattern(row.unless).search(piece):
                continue
            for names in _pattern(row.names).finditer(piece):
                amount = _nearest(clause, start, piece, names.span())
                if amount is not None:
                    yield kind, amount
        start = cut[1]


def _nearest(clause: Clause, offset: int, piece: str, cells: tuple[int, int]) -> Amount | None:
    """The amount nearest to the cells in its piece, one before them where two are as near; None in doubt."""
    found: list[tuple[int, int, Amount, tuple[int, int]]] = [
        (_words_between(piece, cells, words.span()), words.start(), amount, words.span())
        for amount, pattern in _told().items()
        for words in pattern.finditer(piece)
        if words.end() <= cells[0] or cells[1] <= words.start()
    ]
    far, at, amount, (start, end) = min(found, default=(CLOSE + 1, 0, "named", (0, 0)))
    if far > (BESIDE if amount == "none" and at < cells[0] else CLOSE):
        return "named" if clause.sign(offset + cells[0], offset + cells[1]) > 0 else None
    sign = clause.sign(offset + start, offset + end) if amount != "none" else 1
    return amount if sign > 0 else ("normal" if sign < 0 and amount in ("few", "many") else None)


def _words_between(piece: str, a: tuple[int, int], b: tuple[int, int]) -> int:
    first, second = sorted((a, b))
    return len(piece[first[1] : second[0]].split())


@cache
def _told() -> dict[Amount, re.Pattern[str]]:
    return {amount: _pattern(words) for amount, words in tables.marrow().amounts.items()}


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(words)})(?![a-z0-9])")
