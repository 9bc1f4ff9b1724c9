"""Which test a part of a result speaks of: the one named, another, or the same at another time."""

from __future__ import annotations

import re

from penia.facts import joined, organisms, results, testnames, verdict
from penia.facts.clause import clauses
from penia.facts.statement import Said


def read_parts(name: str, text: str, raw: str, flag: str | None, above: bool | None) -> list[Said]:
    """Each part of the result that names a test of its own, then the test by its name."""
    rows = testnames.rows_named(name)
    whole = {row.key for row in rows if row.result in results.BY_WORDS}
    genes = {row.key for row in rows if row.result == "gene"}
    parts: dict[str, set[bool]] = {}
    told, opened = "", verdict.opens_bare(text)
    for piece, result in joined.name_and_result(text):
        inner = told if _only_a_time(piece) else piece
        if not inner or _doubted(piece, result):
            continue
        told = inner
        own = _of_its_own(name, inner)
        if opened and not own and not _METHODS.search(inner):
            continue
        base = _listed_with(name, inner)
        base = _CLASSES.sub("", base) if _CLASSES.search(inner) else base
        base = "" if organisms.another(name, inner) or own else base
        said = results.read_result(f"{base} {inner}".strip(), result, result, None)
        alone = _LOOKS.fullmatch(inner) is None
        for one in said or (results.read_result(inner, result, result, None) if alone else []):
            if one.key not in whole:
                parts.setdefault(one.key, set()).add(one.present)
    whole_says = results.read_result(name, text, raw, flag, above)
    for one in whole_says:
        if one.present and one.key in genes and one.key in parts:
            parts[one.key].add(True)
    found = [Said(key, True in said, decisive=True) for key, said in parts.items()]
    return found + [one for one in whole_says if one.key not in parts]


def _listed_with(name: str, inner: str) -> str:
    """Of a name that lists tests, the one of which a part of the result speaks."""
    parts = re.split(r",|/|\b(?:and|or)\b", name)
    of_it = [part for part in parts if _share_a_word(part, inner) or organisms.same(part, inner)]
    if len(parts) == 1 or len(of_it) != 1:
        return name
    part = of_it[0].strip()
    if not _METHODS.sub("", part).strip():
        return _CLASSES.sub("", name)
    lent = _LENT.search(parts[-1])
    return part if _METHODS.search(part) or lent is None else f"{part} {lent[1]}"


_LENT = re.compile(r"\w (pcr|rna|dna|antigen|cultures?)\b")
"""What the last test of a list says of all: ``ebv and cmv pcr``."""


def _share_a_word(one: str, other: str) -> bool:
    return not set(one.split()).isdisjoint(other.split())


def _of_its_own(name: str, inner: str) -> bool:
    """A part of the result that names another test says nothing of this one: ``positive, dsdna negative``."""
    own = {row.key for row in testnames.rows_named(inner)}
    return (
        bool(own)
        and not _share_a_word(name, inner)
        and not _METHODS.search(inner)
        and not _LOOKS.search(inner)
        and own.isdisjoint(r.key for r in testnames.rows_named(name))
    )


def _only_a_time(inner: str) -> bool:
    """``normal ten weeks later`` names no other test."""
    return bool(_TIME.search(inner) and not _CLASSES.search(inner) and not testnames.rows_named(inner))


_LOOKS = re.compile(r"\b(?:smears?|films?|stains?|microscopy|biops\w+|scan|sediment)\b")
"""Looks at what the name of the test says: a sputum's smear is none of the blood."""
_METHODS = re.compile(
    r"\b(?:ig[mga]|pcr|rna|(?<!ds )dna|antigen|antibod\w+|cultures?|serolog\w+|screen"
    r"|confirm\w*|blot|immuno ?blot|load)\b"
)
"""Ways of one test: ``positive, viral load undetectable``."""


def _doubted(inner: str, result: str) -> bool:
    """``suspected viremia`` is no viremia, ``without increased blasts`` are none."""
    text = f"{inner} {result}"
    if verdict.word("negative").search(inner):
        return True
    return any(clause.sign(len(inner) + 1, len(text)) != 1 for clause in clauses(text)[:1])


_TIME = re.compile(
    r"\b(?:days?|weeks?|months?|years?|hours?|later|afterwards|repeat\w*|follow ?up|initial(?:ly)?"
    r"|first|second|third|admission|presentation"
    r"|then|again|treatment|therapy|recovery|discharge)\b"
)
_CLASSES = re.compile(r"\big[mga]\b")
"""A part of the result that names a class of antibody stands for that class alone."""
