"""Measured values → keys: the analyte by code or name, the unit, the laboratory's own interval, then ours."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from penia.facts import tables
from penia.facts.limits import Body, Measured, fits, holds, limit_for
from penia.facts.schema.measured import LabRule
from penia.facts.statement import Said

Value = tuple[float | None, str | None, str | None]
"""value, comparator, unit"""


def analytes_named(name: str, code: str | None, unit: str | None, result: str = "") -> list[str]:
    """Analytes of a normalised name or one of our codes that can be given in ``unit`` and as ``result``."""
    rows = tables.labs().analytes
    named = dict.fromkeys([*_by_code().get(code or "", ()), *_by_name(name)])
    found = [a for a in named if not any(word in result for word in rows[a].unless)]
    if unit is None:
        return found
    fitting = [analyte for analyte in found if factor(analyte, unit) is not None]
    return fitting or found


@lru_cache(2048)
def _by_name(name: str) -> tuple[str, ...]:
    bank = tables.index().banks["analytes"]
    bare = strip_fillers(name)
    for text in (name, bare):
        found = tuple(dict.fromkeys(bank.whole(text)))
        if found:
            return found
    for listed in (re.split(r",| and | or ", name), bare.split(" ")):
        parts = [tuple(bank.whole(strip_fillers(part))) for part in listed if part.strip()]
        if all(parts):
            return tuple(dict.fromkeys(a for part in parts for a in part))
    return ()


def strip_fillers(name: str) -> str:
    """A name without the words that do not change which test it is."""
    fillers = _fillers()
    return " ".join(word for word in re.split(r"[ ,]+", name) if word and word not in fillers)


@cache
def _fillers() -> frozenset[str]:
    return frozenset(tables.rules().fillers)


@cache
def _by_code() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, row in tables.labs().analytes.items():
        for code in (name, *row.codes):
            found.setdefault(code, []).append(name)
    return {code: tuple(names) for code, names in found.items()}


@cache
def _rules() -> dict[str, tuple[LabRule, ...]]:
    found: dict[str, list[LabRule]] = {}
    for rule in tables.labs().rules:
        found.setdefault(rule.analyte, []).append(rule)
    return {analyte: tuple(rules) for analyte, rules in found.items()}


@cache
def opposites() -> dict[str, frozenset[str]]:
    """Key of one end of an analyte → the keys of its other end, which it rules out."""
    ends: dict[tuple[str, str], set[str]] = {}
    for rule in tables.labs().rules:
        ends.setdefault((rule.analyte, rule.present[0]), set()).add(rule.key)
    found: dict[str, set[str]] = {}
    for (analyte, end), keys in ends.items():
        for key in keys:
            found.setdefault(key, set()).update(ends.get((analyte, _OTHER.get(end, "")), ()))
    return {key: frozenset(keys) for key, keys in found.items() if keys}


_OTHER = {">": "<", "<": ">"}


def _unit(text: str) -> str:
    bare = text.strip().replace("µ", "u").replace("μ", "u").replace(" ", "").lower().replace("[iu]", "iu")
    return tables.labs().unit_spellings.get(bare, bare)


_PREFIX = {"k": 1e3, "": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12}
_SCALED = re.compile(r"([kmunp]?)(g|mol|iu|u|kat)/([mdu]?)(l)")
_LITER = {"": 1.0, "d": 1e-1, "m": 1e-3, "u": 1e-6}


@cache
def _scale(unit: str) -> tuple[str, float] | None:
    """(what is counted, how much of it per litre one unit is) for an amount per volume."""
    found = _SCALED.fullmatch(unit)
    if found is None:
        return None
    return found[2].replace("iu", "u"), _PREFIX[found[1]] / _LITER[found[3]]


@lru_cache(1024)
def factor(analyte: str, unit: str) -> float | None:
    """What to multiply a value in ``unit`` with; None where the unit is not one of the analyte's."""
    row = tables.labs().analytes[analyte]
    wanted = _unit(unit)
    known = {_unit(spelling): number for spelling, number in (row.units or {row.unit: 1.0}).items()}
    known.setdefault(_unit(row.unit), 1.0)
    if wanted in known:
        return known[wanted]
    scale = _scale(wanted)
    for spelling, number in known.items():
        other = _scale(spelling)
        if scale and other and number is not None and scale[0] == other[0]:
            return number * scale[1] / other[1]
    return None


def read_value(
    analyte: str,
    value: Value,
    low: float | None,
    high: float | None,
    flag: str | None,
    body: Body,
) -> list[Said]:
    """All keys that a value or a flag of one analyte decides."""
    row = tables.labs().analytes[analyte]
    number, comparator, unit = value
    times = 1.0 if not row.unit else (factor(analyte, unit) if unit else None)
    if times is None and (low is not None or high is not None):
        measured = Measured(number, comparator, low, high, flag)
        return _decide(analyte, measured, low, high, body, known_unit=False)
    if number is not None and unit is None and times is None:
        return _in_any_unit(analyte, number, comparator, flag, body)
    if times is None:
        number = None
        times = 1.0
    scaled = [x * times if x is not None else None for x in (number, low, high)]
    measured = Measured(scaled[0], comparator, scaled[1], scaled[2], flag)
    own_low = measured.low if measured.low is not None else limit_for(row.low, body)
    own_high = measured.high if measured.high is not None else limit_for(row.high, body)
    return _decide(analyte, measured, own_low, own_high, body, known_unit=True)


def _in_any_unit(
    analyte: str, number: float, comparator: str | None, flag: str | None, body: Body
) -> list[Said]:
    """What a number without its unit says in each of the units in use, and what its flag says."""
    row = tables.labs().analytes[analyte]
    said = [
        set(read_value(analyte, (number, comparator, unit), None, None, flag, body))
        for unit in dict.fromkeys((row.unit, *row.units))
    ]
    own = _decide(analyte, Measured(None, None, None, None, flag), None, None, body, known_unit=False)
    sure = set[Said].intersection(*said)
    told = {one.key for one in own}
    return [*own, *sorted((one for one in sure if one.key not in told), key=lambda one: one.key)]


def _decide(
    analyte: str, measured: Measured, low: float | None, high: float | None, body: Body, *, known_unit: bool
) -> list[Said]:
    found: list[Said] = []
    for rule in _rules().get(analyte, ()):
        if rule.only and not fits(rule.only, body):
            continue
        verdict = _verdict(rule, measured, low, high, body, known_unit)
        if verdict is not None:
            found.append(Said(rule.key, verdict, decisive=True))
    return found


def _verdict(
    rule: LabRule, measured: Measured, low: float | None, high: float | None, body: Body, known_unit: bool
) -> bool | None:
    """The laboratory's own interval, then its flag, then our limits."""
    if measured.value is None or rule.present.startswith(("flag", "none")):
        return _by_flag(rule, measured.flag)
    own = measured.low is not None or measured.high is not None
    if _plain(rule.present) and not own:
        flagged = _by_flag(rule, measured.flag)
        if flagged or (flagged is False and (rule.absent is None or _plain(rule.absent))):
            return flagged
    if not known_unit and "low" not in rule.present and "high" not in rule.present:
        return None
    if holds(rule.present, measured, low, high, body):
        return True
    if rule.absent is None or rule.absent.startswith("flag"):
        return None
    return False if holds(rule.absent, measured, low, high, body) else None


def _plain(rule: str) -> bool:
    """The limit itself, not a multiple of it or a number."""
    return rule.split()[1:] in (["high"], ["low"])


_ALIKE = {"positive": "high", "negative": "normal"}


def _by_flag(rule: LabRule, flag: str | None) -> bool | None:
    """A flag alone: high speaks of rules up to 1.5 times the limit, normal of all that have an absent."""
    flag = _ALIKE.get(flag or "", flag)
    if flag is None:
        return None
    if rule.present.startswith("flag"):
        wanted = rule.present.removeprefix("flag ")
        if flag == wanted or (wanted == "abnormal" and flag in ("high", "low", "abnormal")):
            return True
        return False if flag == "normal" and rule.absent else None
    upper, lower = "high" in rule.present, "low" in rule.present
    if flag == "normal":
        return False if rule.absent is not None else None
    if flag == "high" and upper:
        return True if not _multiple(rule.present) else None
    if flag == "low" and lower:
        return True
    if flag in ("high", "low") and (upper or lower):
        return False if rule.absent is not None else None
    return None


def _multiple(rule: str) -> bool:
    found = re.search(r"([\d.]+) x", rule)
    return found is not None and float(found[1]) > 1.5


_NUMBER = re.compile(
    r"(?P<sign><=|>=|<|>)?\s*(?<![A-Za-z0-9.])(?P<number>\d+(?:[.,]\d+)?)\s*"
    r"(?P<unit>[^\s\d,;()][^\s,;()]*(?: (?:l|dl|ml|ul|h|hr|min|mm3)\b)?)?"
)


_COMPARED = (
    (
        re.compile(
            r"\b(?:not|no) (?:above|over|more than|exceeding)(?= ?\d)|\bat most(?= ?\d)", re.IGNORECASE
        ),
        "<=",
    ),
    (re.compile(r"\b(?:not|no) (?:below|under|less than)(?= ?\d)|\bat least(?= ?\d)", re.IGNORECASE), ">="),
    (re.compile(r"\b(?:below|under|(?:less|fewer|lower) than)(?= ?\d)", re.IGNORECASE), "<"),
    (re.compile(r"\b(?:above|over|exceeding|(?:more|greater|higher) than)(?= ?\d)", re.IGNORECASE), ">"),
)
"""``below 300`` is no 300: it had been read as not below it."""


_MULTIPLE = re.compile(
    r"[<>~]?\s*\d+(?:[.,]\d+)?\s*(?:x|times|-?\s?fold)\s*(?:the\s)?(?:uln|upper|normal|limit)", re.IGNORECASE
)
"""``5 x ULN`` is no value."""


def value_in(raw: str) -> Value:
    """The first number of a result text with its unit, as written; thousands are joined."""
    text = re.sub(r"(?<=\d)[, ](?=\d{3}\b)", "", raw.replace("×", "x").replace("≥", ">=").replace("≤", "<="))
    text = _MULTIPLE.sub(" ", text)
    for words, sign in _COMPARED:
        text = words.sub(sign, text)
    text = re.sub(r"(?<=\d) per (?=(?:[mcu]l|[mμµ]?l|u?l|mm3|cmm)\b)", " /", text, flags=re.IGNORECASE)
    found = _NUMBER.search(text)
    if not found:
        return None, None, None
    unit = found["unit"].replace(" ", "/") if found["unit"] else None
    return float(found["number"].replace(",", ".")), found["sign"], unit


_BARE = re.compile(
    r"[<>=~≤≥≈ ]*\d+(?:[.,]\d+)*[ ,;]*\(?(?:very |markedly |mildly |slightly )?"
    r"(?:h|l|n|high|low|normal|elevated|raised|increased|decreased|reduced|positive|negative)?\)?\.?",
    re.IGNORECASE,
)


def is_bare(raw: str) -> bool:
    """A number with no word beside it but its flag."""
    return _BARE.fullmatch(raw.strip()) is not None


_INTERVAL = re.compile(
    r"\((?:normal|ref(?:erence|\.)?|range|interval|values?|:|\s)*(\d+(?:[.,]\d+)?)\s*(?:-|–|to)\s*(\d+(?:[.,]\d+)?)(?:\s*[^\s\d()]*/[^\s\d()]*)?\)",
    re.IGNORECASE,
)


def interval_in(raw: str) -> tuple[float | None, float | None]:
    """The laboratory's own interval beside a value: ``340/uL (670-2950)``."""
    found = _INTERVAL.search(re.sub(r"(?<=\d),(?=\d{3}\b)", "", raw))
    if found is None:
        return None, None
    low, high = (float(end.replace(",", ".")) for end in found.groups())
    return (low, high) if low < high else (None, None)


def counted_in(text: str) -> set[str]:
    """Analytes of which a number stands inside words."""
    matches = tables.index().banks["numbers"].matches(text)
    return {tables.labs().numbers[int(owner)].analyte for owner, _, _ in matches}


def numbers_in(name: str, text: str, body: Body) -> list[Said]:
    """Numbers inside words (``spleen 18 cm``), from the normalised name and result of a test."""
    found: list[Said] = []
    text = f"{name} {text}"
    for owner, start, end in tables.index().banks["numbers"].matches(text):
        row = tables.labs().numbers[int(owner)]
        if row.only is not None and not re.search(row.only, name):
            continue
        number = row.value
        if number is None:
            match = re.search(row.words, text[start:end])
            number = float(match[1]) if match else None
        if number is None:
            continue
        unit = row.unit or tables.labs().analytes[row.analyte].unit or None
        found += read_value(row.analyte, (number, None, unit), None, None, None, body)
    return found
