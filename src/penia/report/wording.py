"""Parts of an Explanation in plain words, the medical term beside them; no layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from penia import knowledge
from penia.episode import Measured, measured_lines
from penia.explanation import (
    Candidate,
    CauseSet,
    Citation,
    Episode,
    Explanation,
    LowCount,
    ScoreTotal,
)
from penia.explanation.wording import percent
from penia.record import Record
from penia.units import shown

LINES = {
    "ANC": ("neutrophils", "neutropenia"),
    "WBC": ("white cells", "leukopenia"),
    "ALC": ("lymphocytes", "lymphopenia"),
    "CD4": ("CD4 cells", "CD4 lymphopenia"),
    "AMC": ("monocytes", "monocytopenia"),
    "PLT": ("platelets", "thrombocytopenia"),
    "HB": ("haemoglobin", "anaemia"),
}
LETTERS = {"n": "ANC", "w": "WBC", "l": "ALC", "m": "AMC", "p": "PLT", "e": "HB", "b": "B lymphocytes"}
UNITS = {"HB": "g/L"}
UNREAD = "†"
"""Marks a source in which the figure was not verified."""
UNEXPLAINED = "unexplained"


def day(time: datetime) -> str:
    return time.date().isoformat()


def line_name(line: str) -> str:
    """``neutrophils (neutropenia)``; a line without a plain name by its own."""
    plain, term = LINES.get(line, (line, ""))
    return f"{plain} ({term})" if term else plain


def amount(line: str, value: float, censored: bool = False) -> str:
    return f"{'below ' if censored else ''}{shown(value)} {UNITS.get(line, '×10⁹/L')}"


def who(explanation: Explanation, record: Record) -> str:
    """``example · 32 y, male · emergency · known up to 2024-05-20``"""
    age = record.person.age(explanation.at) if explanation.at else None
    person = ", ".join(w for w in (_age(age), record.person.sex) if w)
    until = f"known up to {day(explanation.at)}" if explanation.at else ""
    return " · ".join(w for w in (explanation.person, person, explanation.setting, until) if w)


def _age(years: float | None) -> str:
    """Years; under two, months; under two months, days."""
    if years is None:
        return ""
    if years < 2 / 12:
        return f"{round(years * 365.25)} d"
    return f"{int(years * 12)} months" if years < 2 else f"{int(years)} y"


def beside_alarms(explanation: Explanation) -> str:
    """The headline without the first alert, which a page shows by itself."""
    first = explanation.urgency[:1]
    return explanation.headline.removeprefix("".join(f"{a.title}. {a.action} " for a in first))


def since(episode: Episode) -> str:
    """When the count fell, in which tempo, and whether it has recovered."""
    if episode.first_low is None:
        return "low in words, without a date"
    if episode.last_normal is None:
        fell = f"since {day(episode.first_low)} or earlier (no normal count before)"
    else:
        fell = f"since between {day(episode.last_normal)} and {day(episode.first_low)}"
    tempo = "" if episode.tempo == "unknown" else f" · {episode.tempo}"
    grades = f" · grades: CTCAE {episode.ctcae}" if any(c.grade for c in episode.lows) else ""
    end = f"normal again on {day(episode.resolved)}" if episode.resolved else "not recovered"
    return f"{fell}{tempo} · {end}{grades}"


def low_lines(episode: Episode, record: Record) -> list[tuple[str, str, str]]:
    """(line, lowest value, grade and day) of each low line, then of those called low in words only."""
    measured = measured_lines(record, episode)
    rows = [_low_line(low, measured.get(low.lineage)) for low in episode.lows]
    words = [line_name(LETTERS[w]) for w in episode.words if w in LETTERS]
    return rows + [(name, "said to be low", "no number") for name in words]


def _low_line(low: LowCount, measured: Measured | None) -> tuple[str, str, str]:
    censored = measured is not None and measured.censored and measured.value == low.value
    value = amount(low.lineage, low.value, censored)
    severity = f"limit {low.limit:g}" if low.grade is None else f"grade {low.grade}"
    return line_name(low.lineage), value, f"{severity} on {day(low.time)}"


def not_low(episode: Episode, record: Record) -> str:
    """The other measured lines with their lowest value in the episode."""
    low = {count.lineage for count in episode.lows}
    lines = (m for line, m in measured_lines(record, episode).items() if line not in low)
    return ", ".join(f"{LINES[m.line][0]} {amount(m.line, m.value, m.censored)}" for m in lines)


def odds(decibans: float) -> str:
    """Odds that a sum of decibans stands for: ``9 to 1``, ``1 to 20``."""
    ratio = 10 ** (abs(decibans) / 10)
    told = f"{ratio:.3g}" if ratio < 1000 else f"{float(f'{ratio:.3g}'):.0f}"
    return f"{told} to 1" if decibans >= 0 else f"1 to {told}"


def short_source(citation: Citation) -> str:
    """``Freifeld et al. 2010``; a source that was not read is marked."""
    head = citation.title
    for mark, kept in ((" et al", " et al."), (". ", ""), (": ", ""), (", no ", "")):
        if mark in head:
            head = head.split(mark, 1)[0] + kept
            break
    head = _shortened(head)
    year = f" {citation.year}" if citation.year and str(citation.year) not in head else ""
    return f"{head}{year}{UNREAD if is_unread(citation) else ''}"


def cited(citations: Sequence[Citation]) -> str:
    """``[Freifeld et al. 2010; NICE CG151 2012]``"""
    return f"[{'; '.join(short_source(c) for c in citations)}]" if citations else ""


def _shortened(text: str, most: int = 40) -> str:
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0].rstrip(',;')} …"


def full_source(citation: Citation) -> str:
    """Title, year and where to open it."""
    year = str(citation.year) if citation.year and str(citation.year) not in citation.title else ""
    return " · ".join(part for part in (citation.title, year, citation.ref) if part)


def is_unread(citation: Citation) -> bool:
    """The figure was not verified in its source; a judgement has no source to verify it in."""
    return not citation.verified and is_published(citation)


def is_published(citation: Citation) -> bool:
    return bool(citation.ref or citation.year)


def cause_names(explanation: Explanation) -> dict[str, str]:
    """Id of each cause that the forecast follows → its name; of a cause with kinds, what is left of it."""
    base, ranked = knowledge.load(), {c.causes[0]: c.name for c in explanation.candidates}
    followed = [cause for cause, _ in explanation.forecast.causes] if explanation.forecast else []
    plain = {**base.causes, **base.drugs, **{id: kind for id, kind in base.rests.items() if kind}}
    return {
        cause: ranked[cause] if cause in ranked and cause not in base.rests else plain[cause].name
        for cause in followed
        if cause in plain or cause in ranked
    }


def off_by(candidate: Candidate) -> str:
    """``if its own figures are off: 71–94 %``; empty where it was not reckoned."""
    if candidate.interval is None:
        return ""
    low, high = (percent(p).removesuffix(" %") for p in candidate.interval)
    return f"if its own figures are off: {low}–{high} %" if low != high else ""


def others(shown: Sequence[Candidate], sets: Sequence[CauseSet]) -> float:
    """P(none of the ``shown`` is at work); what several of them do together counts once."""
    causes = {cause for candidate in shown for cause in candidate.causes}
    twice = sum(max(0, len(causes.intersection(s.causes)) - 1) * s.probability for s in sets)
    return max(0.0, 1 - (sum(c.probability for c in shown) - twice))


def at_once(sets: Sequence[CauseSet], candidates: Sequence[Candidate], most: int = 2) -> list[str]:
    """``methotrexate + trimethoprim at once: 41 % (by itself 12 %, 3 %)``, where a set beats its members."""
    alone = {c.causes[0]: c.alone for c in candidates}
    told = [s for s in sets if s.beats][:most]
    return [f"{s.name} at once: {percent(s.probability)}{_by_itself(s, alone)}" for s in told]


def _by_itself(found: CauseSet, alone: Mapping[str, float | None]) -> str:
    shares = [percent(p) if (p := alone.get(cause)) is not None else "<1 %" for cause in found.causes]
    return f" (each by itself {', '.join(shares)})"


def total(score: ScoreTotal) -> str:
    """``87 to 180 of 337 points``; of criteria, how many are met."""
    points = f"{score.low:g}" if score.low == score.high else f"{score.low:g} to {score.high:g}"
    return f"{points} of {score.most} points" if score.most else f"{points} criteria"
