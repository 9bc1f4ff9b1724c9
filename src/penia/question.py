"""What a record asks: which low count, where, and all that the record says about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from penia.episode import (
    Measured,
    deep_since,
    episodes,
    find_episode,
    limit,
    lineage_states,
    measured_lines,
    onset_interval,
    series_of,
)
from penia.episode.runs import Series
from penia.explanation import Episode, Tempo
from penia.facts import Reading, read_facts
from penia.infer import LowCounts
from penia.infer.background import Passed
from penia.infer.counts import LINEAGE
from penia.knowledge.limits import limits
from penia.knowledge.schema import Lineage
from penia.record import Record


class Question(msgspec.Struct, frozen=True):
    record: Record
    """As it was known at ``at``."""
    at: datetime | None
    setting: str | None
    reading: Reading
    episode: Episode | None
    """None: no count is low."""
    low: LowCounts | None


def question(record: Record, at: datetime | None = None, setting: str | None = None) -> Question:
    """The latest low count of ``record`` as known at ``at``; ``setting`` overrides the one that it states."""
    known = record if at is None else record.until(at)
    cut = at or newest(known)
    series = series_of(known)
    episode, reading = _episode_and_facts(known, cut, series)
    return _asked(known, cut, setting, episode, reading, series)


def about(record: Record, first_low: datetime, at: datetime) -> Question:
    """The episode that began with the low count at ``first_low``, as known at ``at``; none where no episode
    of the record so cut begins there."""
    known = record.until(at)
    series = series_of(known)
    episode = next((e for e in episodes(known, series=series) if e.first_low == first_low), None)
    last_low, last_normal = (episode.last_low, episode.last_normal) if episode else (None, None)
    reading = read_facts(known, at, first_low, last_low, last_normal)
    return _asked(known, at, None, episode, reading, series)


def _asked(
    known: Record,
    cut: datetime | None,
    setting: str | None,
    episode: Episode | None,
    reading: Reading,
    series: Series,
) -> Question:
    return Question(
        record=known,
        at=cut,
        setting=setting or _setting(known, episode),
        reading=reading,
        episode=episode,
        low=_low_counts(known, episode, reading, cut, series) if episode else None,
    )


def newest(record: Record) -> datetime | None:
    """The latest time of any count or test; of any fact where there is none."""
    times = [c.time for c in record.counts] + [t.time for t in record.tests if t.time is not None]
    times = times or [f.time for f in record.findings if f.time is not None]
    times = times or [c.recorded for c in record.conditions if c.recorded is not None]
    return max(times, default=None)


def _episode_and_facts(
    record: Record, cut: datetime | None, series: Series
) -> tuple[Episode | None, Reading]:
    """The facts name low counts that stand in words only; the first low count dates the facts."""
    numbers = find_episode(record, series=series)
    low = (numbers.first_low, numbers.last_low, numbers.last_normal) if numbers else ()
    reading = read_facts(record, cut, *low)
    return find_episode(record, reading.low_words, series=series), reading


def _setting(record: Record, episode: Episode | None) -> str | None:
    """Where the person was when the count fell: the last stay begun by then."""
    first = episode.first_low if episode else None
    begun = [
        s for s in record.stays if first is None or s.start is None or s.start <= first + timedelta(days=1)
    ]
    return begun[-1].setting if begun else None


def _low_counts(
    record: Record, episode: Episode, reading: Reading, cut: datetime | None, series: Series
) -> LowCounts:
    measured = {**_in_words(record, reading), **measured_lines(record, episode, series)}
    words = {**reading.low_words, **lineage_states(record, episode, series)}
    rest = _other_than_lymphocytes(measured, record, episode)
    if rest is not None and rest.value < rest.limit:
        measured["ANC"] = rest
    elif rest is not None and rest.value * limits().episode.neutrophils_of_rest.value >= rest.limit:
        words["n"] = False
    return LowCounts(
        onset=onset_interval(record, episode),
        seen=episode.first_low or reading.low_said or cut,
        dated=episode.first_low is not None or reading.low_said is not None,
        deep=deep_since(record, episode, series),
        measured=measured,
        words=words,
        tempo=_tempo(episode, reading),
        said=_said_before(episode, reading),
        passed=_passed(episode),
        earlier=_earlier(record, episode, series),
    )


def _other_than_lymphocytes(
    measured: Mapping[str, Measured], record: Record, episode: Episode
) -> Measured | None:
    """Neutrophils that were not counted, where white cells and lymphocytes were: no more than the rest."""
    white, lymphocytes = measured.get("WBC"), measured.get("ALC")
    if "ANC" in measured or white is None or lymphocytes is None or episode.first_low is None:
        return None
    lower = limit("ANC", record.person, episode.first_low)
    return lower and Measured(
        "ANC", max(white.value - lymphocytes.value, 0.0), lower.value, True, white.place
    )


def _said_before(episode: Episode, reading: Reading) -> datetime | None:
    """When words placed the low count that the first low count shows later only."""
    said = reading.white_low_said
    return said[0] if said and episode.first_low and said[0] < episode.first_low else None


def _tempo(episode: Episode, reading: Reading) -> Tempo:
    """Of the counts; where these are too few, recurrent if by words it came and went, chronic if they place a
    low count that long before."""
    said = reading.white_low_said
    if episode.tempo != "unknown" or said is None:
        return episode.tempo
    if reading.white_low_again:
        return "recurrent"
    first, last = said
    last = max(last, episode.last_low or last)
    return "chronic" if last - first > timedelta(days=limits().episode.chronic.value) else episode.tempo


def _passed(episode: Episode) -> bool:
    """From the last normal count before it to the first one after it there was no time for a chronic one."""
    before, after = episode.last_normal, episode.resolved
    least = timedelta(days=limits().episode.chronic.value)
    return before is not None and after is not None and after - before <= least


def _earlier(record: Record, episode: Episode, series: Series) -> tuple[Passed, ...]:
    """Each episode that was over before this one."""
    first = episode.first_low
    return tuple(
        Passed(e.first_low, e.resolved, _white_cells(lineage_states(record, e, series)))
        for e in episodes(record, series=series)
        if first is not None and e.first_low is not None and e.resolved is not None and e.resolved <= first
    )


def _white_cells(low: Mapping[str, bool]) -> frozenset[Lineage]:
    neutrophils = low.get("n", low.get("w", False))
    found: tuple[tuple[Lineage, bool], ...] = (("n", neutrophils), ("l", low.get("l", False)))
    return frozenset(lineage for lineage, fell in found if fell)


def _in_words(record: Record, reading: Reading) -> dict[str, Measured]:
    """Lines that words place below a limit: an agranulocytosis is by definition a count below 0.5."""
    found: dict[str, Measured] = {}
    for line, letter in LINEAGE.items():
        bound = reading.low_bounds.get(letter)
        when = bound and (bound.fact.time or newest(record))
        lower = limit(line, record.person, when) if when else None
        if bound and lower:
            found[line] = Measured(line, bound.below, lower.value, True, bound.fact.place)
    return found
