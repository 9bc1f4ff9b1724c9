"""Test results → keys: what the words of a result say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from penia.facts import organisms, tables
from penia.facts.clause import clauses
from penia.facts.schema.measured import TestRow
from penia.facts.statement import Said
from penia.facts.testnames import rows_named
from penia.facts.verdict import found_once, generic, opening, whole_negative, word
from penia.knowledge.bank import searches, spans

EARLIER = "history:normal-count-in-last-year"
"""A test says so only where it is of a time before."""
_FLAGS = {"positive": True, "high": True, "abnormal": True, "negative": False, "normal": False}


def read_result(name: str, result: str, raw: str, flag: str | None, high: bool | None = None) -> list[Said]:
    """Keys of the test rows that ``name`` means. ``result``: normalised; ``raw``: as written;
    ``high``: the value against the laboratory's own upper limit, where it gave one."""
    told = organisms.told(name, result, raw)
    found = [Said(key, present, decisive=True) for key, present in told.items() if present is not None]
    for row in rows_named(name):
        if row.key in told:
            continue
        verdict = _verdict(row, result, raw)
        if verdict is None and not result.strip():
            verdict = _flagged(row, flag, high)
        if verdict is not None:
            found.append(Said(row.key, verdict, decisive=True))
    return found


def read_denied(name: str) -> list[Said]:
    """Keys of a finding told as absent whose ``name`` means a test: the test was negative; where a result is
    read by its words, only the words of the name are denied."""
    found: list[Said] = []
    for row in rows_named(name):
        text = f"no {name}" if row.result in BY_WORDS else "negative"
        verdict = _verdict(row, text, text)
        if verdict is not None:
            found.append(Said(row.key, verdict, decisive=True))
    return found


def _flagged(row: TestRow, flag: str | None, high: bool | None) -> bool | None:
    if _any(row.unknown, flag or ""):
        return None
    if row.result == "low":
        return {"low": True, "normal": False, "high": False}.get(flag or "")
    if row.result in ("words", "high", "abnormal", "titer", "variant", "clonal", "culture"):
        return _FLAGS.get(flag or "", high)
    return _verdict(row, flag, flag) if flag in ("negative", "normal") else None


def _verdict(row: TestRow, text: str, raw: str) -> bool | None:
    if row.result != "named":
        text = _of_now(text)
    if not text.strip():
        return False if raw.strip() in ("-", "(-)", "--") else None
    if _any(row.unknown, text):
        return None
    if word("unknown").search(_without(row.present, text)):
        return True if row.result == "text" and _text(row, _certain(text), raw) else None
    return _READERS.get(row.result, _words)(row, text, raw)


def _of_now(text: str) -> str:
    """Without the pieces that tell of the time after the illness or the drug."""
    if not word("afterwards").search(text):
        return text
    return ", ".join(piece for piece in re.split(r"[,;]", text) if not word("afterwards").search(piece))


def _certain(text: str) -> str:
    """Without the pieces of a list that nobody is sure of."""
    return ", ".join(piece for piece in re.split(r"[,;]|\bwith\b", text) if not word("unknown").search(piece))


def _words(row: TestRow, text: str, raw: str) -> bool | None:
    if _any(row.absent, text):
        return False
    if _any(row.present, text) and not _denied(row.present, text):
        return generic(_without(row.present, text)) is not False
    return generic(text)


def _without(patterns: Iterable[str], text: str) -> str:
    found = {span for pattern in patterns for span in spans(pattern, text)}
    for start, end in sorted(found, reverse=True):
        text = text[:start] + " " + text[end:]
    return text


def _text(row: TestRow, text: str, raw: str) -> bool | None:
    """The words themselves must stand there; a whole that is normal says absent."""
    signs = set(_signs(row.present, text))
    if 1 in signs:
        return True
    if -1 in signs or _any(row.absent, text) or whole_negative(text):
        return False
    return None


_MARKER = (
    r"(?:cd ?\d+\w?|tdt|mpo|myeloperoxidase|hla ?dr|fmc ?7|flaer|bcl ?\d"
    r"|(?:surface |cytoplasmic )?(?:ig[mgad]?|mu|kappa|lambda)\b)"
)
_MARKERS = rf"{_MARKER}(?:(?:,| and| or)? {_MARKER})*"
_LACKING = re.compile(
    rf"\b{_MARKERS} (?:negative|absent)\b"
    rf"|\b(?:negative for|no|without|lack(?:s|ing)?(?: of)?)(?: expression of)? {_MARKERS}\b"
)
_MINUS = re.compile(r"\b(CD\s?\d+\w?|TdT|MPO|HLA-?DR)\s?[-\u2212\u2013](?=[\s,;/.)]|$)", re.IGNORECASE)
"""``CD34-``, of which the sign goes when the text is normalised."""


def _phenotype(row: TestRow, text: str, raw: str) -> bool | None:
    """A report on cells by their antigens: one that they lack denies nothing."""
    if _MINUS.search(raw):
        text = tables.normalise(_MINUS.sub(r"\1 negative", raw))
    return _text(row, _LACKING.sub(" ", text), raw)


def _named(row: TestRow, text: str, raw: str) -> bool | None:
    """The words themselves must stand there: that the rest is normal does not say that they were sought."""
    if 1 in set(_signs(row.present, text)):
        return True
    return False if _any(row.absent, text) else None


def _whole(row: TestRow, text: str, raw: str) -> bool | None:
    """The whole is normal by its words, if nothing that stands there is not."""
    if 1 in set(_signs(row.absent, text)):
        return False
    return True if 1 in set(_signs(row.present, text)) else None


def _culture(row: TestRow, text: str, raw: str) -> bool | None:
    if word("negative").search(text):
        return found_once(text)
    return True if re.search(r"[a-z]{4}", text) or word("positive").search(text) else None


_VARIANT = re.compile(
    r"zygous|biallelic|monoallelic|pathogenic|mutat|variant|delet|duplicat|insert|frame ?shift|nonsense"
    r"|missense|splic|truncat|\bloss\b"
    r"|\bc ?\.|\bp ?\.|\bp [a-z]{3}\d|\bexon|[acgt]>[acgt]|fs\b|\bdel\b|\b[a-z]\d{2,4}[a-z]\b|\bvaf\b|carrier"
)


def _variant(row: TestRow, text: str, raw: str) -> bool | None:
    if _any(row.absent, text):
        return False
    if re.search(
        r"\b(?:no|without|not)\b[^,;]*(?:variant|mutation|deletion|loss|rearrang|detected|found|identified|pathogenic|abnormal)|\bbenign\b",
        text,
    ):
        return False
    if _any(row.present, text) or _VARIANT.search(text):
        return True
    return generic(text)


def _gene(row: TestRow, text: str, raw: str) -> bool | None:
    """A variant in the part of the result that names one of the row's genes."""
    found = {
        _variant(row, clause.text, raw)
        for clause in clauses(text)
        if any(next(spans(pattern, clause.text), None) for pattern in row.genes)
    }
    return True if True in found else (False if False in found else None)


_NONE_FOUND = re.compile(
    r"(?:negative|normal|unremarkable|non ?contributory"
    r"|no (?:\w+ ){0,4}?(?:variants?|mutations?|abnormalit(?:y|ies)|defects?|diagnosis))"
    r"(?: (?:was |were |has been |have been )?(?:found|identified|detected|seen|result|reported))?"
    r"(?: in (?:\w+ ){0,6}genes?)?"
)


def _panel(row: TestRow, text: str, raw: str) -> bool | None:
    """A test of many genes that found nothing at all."""
    return False if _NONE_FOUND.fullmatch(text) else None


_TITER = re.compile(r"1\s*(?::|/|in )\s*(\d{1,6})\b")


def _titer(row: TestRow, text: str, raw: str) -> bool | None:
    numbers = [int(n) for n in _TITER.findall(re.sub(r"(?<=\d),(?=\d{3})", "", raw))]
    if numbers and row.value is not None:
        below = re.search(r"<\s*1\s*[:/]", raw)
        return max(numbers) >= row.value if not below else (False if max(numbers) <= row.value else None)
    if _any(row.absent, text) or word("negative").search(text):
        return False
    return True if _any(row.present, text) else None


def _high(row: TestRow, text: str, raw: str) -> bool | None:
    text = opening(text)
    if _any(row.absent, text) or word("normal").search(text):
        return False
    return True if _any(row.present, text) or word("high").search(text) else None


def _low(row: TestRow, text: str, raw: str) -> bool | None:
    text = opening(text)
    if _any(row.absent, text) or word("normal").search(text):
        return False
    return True if _any(row.present, text) or word("low").search(text) else None


def _number(row: TestRow, text: str, raw: str) -> bool | None:
    """Words that stand for the number; numbers themselves are read by the rules of the analyte."""
    if _any(row.absent, text) or whole_negative(text):
        return False
    return True if _any(row.present, text) and not _denied(row.present, text) else None


_LESION = re.compile(r"\b(?:t|del|inv|der|i|dup|add|r)\s?\(|(?<=[,;\s])[+-]\d{1,2}\b|-[xy7]\b", re.IGNORECASE)


_DENIED = re.compile(r"(?:negative for|no|without)\b[^;]*$")
"""It denies the changes that it lists."""


def _karyotype(row: TestRow, text: str, raw: str) -> bool | None:
    signs = set(_signs(row.present, text))
    if 1 in signs:
        return True
    if _LESION.search(raw):
        return _DENIED.match(text) is None
    return False if -1 in signs or _any(row.absent, text) or whole_negative(text) else None


def _clonal(row: TestRow, text: str, raw: str) -> bool | None:
    if _any(row.absent, text):
        return False
    return True if _any(row.present, text) else generic(text)


_NULL = re.compile(r"fy\s?\(?\s?a\s?[-−–]\s?,?\s?b\s?[-−–]", re.IGNORECASE)
_NOT_NULL = re.compile(r"fy\s?\(?\s?(?:a\s?\+|a\s?[-−–]\s?,?\s?b\s?\+)", re.IGNORECASE)


def _duffy(row: TestRow, text: str, raw: str) -> bool | None:
    if _NULL.search(raw):
        return True
    if _NOT_NULL.search(raw) or _any(row.absent, text):
        return False
    return True if _any(row.present, text) else None


BY_WORDS = ("culture", "text", "named", "phenotype", "whole", "karyotype", "number")
"""Results that are read as a whole by their words, not part by part."""
_READERS = {
    "words": _words,
    "text": _text,
    "named": _named,
    "phenotype": _phenotype,
    "culture": _culture,
    "variant": _variant,
    "gene": _gene,
    "panel": _panel,
    "whole": _whole,
    "titer": _titer,
    "high": _high,
    "low": _low,
    "number": _number,
    "karyotype": _karyotype,
    "clonal": _clonal,
    "abnormal": _words,
    "duffy": _duffy,
}


def _signs(patterns: Iterable[str], text: str) -> Iterator[int]:
    for clause in clauses(text):
        for pattern in patterns:
            for start, end in spans(pattern, clause.text):
                yield clause.sign(start, end)


def _denied(patterns: Iterable[str], text: str) -> bool:
    signs = set(_signs(patterns, text))
    return bool(signs) and 1 not in signs


def _any(patterns: Iterable[str], text: str) -> bool:
    return any(searches(pattern, text) for pattern in patterns)
