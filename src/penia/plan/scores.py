"""Clinical scores (data/scores.yaml) from what is known; what is not known makes the total a range."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from penia.explanation import Citation, Episode, ScoreTotal
from penia.facts import Reading
from penia.knowledge.scores import Band, ClinicalScore, ScoreItem, scores
from penia.plan.conditions import Verdict, judge
from penia.plan.scene import Scene, scene
from penia.record import Record


class _Judged(msgspec.Struct, frozen=True):
    item: ScoreItem
    least: float
    most: float
    because: tuple[str, ...]

    @property
    def open(self) -> bool:
        return self.most > self.least


def clinical_scores(
    record: Record, episode: Episode, reading: Reading, probable: Mapping[str, float], least: float
) -> tuple[ScoreTotal, ...]:
    """Those that answer a question of this record: one of their causes has a probability (``probable``, by
    cause id) of ``least`` or more, or the people for whom they were made are such as this one."""
    here = scene(record, episode, reading)
    return tuple(
        _total(score, here)
        for score in scores().scores
        if any(probable.get(cause, 0.0) >= least for cause in score.causes)
        or (score.when is not None and judge(score.when, here).holds)
    )


def _total(score: ClinicalScore, here: Scene) -> ScoreTotal:
    judged = [_item(item, here) for item in score.items]
    low, high = sum(j.least for j in judged), sum(j.most for j in judged)
    band = _criteria if score.combine == "criteria" else _sum
    meant = [band(score, judged, lambda j: j.least), band(score, judged, lambda j: j.most)]
    found = meant[:1] if meant[0] is meant[1] else meant
    return ScoreTotal(
        id=score.id,
        name=score.name,
        answers=score.answers,
        applies_to=score.for_,
        low=low,
        high=high,
        most=score.most,
        meaning=", or up to: ".join(b.meaning for b in found),
        action=_sentence(found[0].action) if len(found) == 1 else "",
        probability=_curve(score, low, high),
        because=tuple(dict.fromkeys(text for j in judged for text in j.because)),
        unknown=tuple(j.item.asked or j.item.name for j in judged if j.open),
        citations=tuple(
            Citation(title=source.title, ref=source.ref, year=source.year, verified=read)
            for key, read in score.sources.items()
            for source in [scores().sources[key]]
        ),
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _item(item: ScoreItem, here: Scene) -> _Judged:
    """The points that are known, and the most that are possible."""
    tiers: list[tuple[float, Verdict]] = [(tier.points, judge(tier.when, here)) for tier in item.tiers]
    known = next(((n, points, v) for n, (points, v) in enumerate(tiers) if v.holds), None)
    least = known[1] if known else 0.0
    possible = [points for points, v in tiers[: known[0] if known else None] if v.holds is None]
    return _Judged(item, least, max(least, *possible, 0.0), known[2].because if known and least else ())


def _sum(score: ClinicalScore, judged: Sequence[_Judged], points: Callable[[_Judged], float]) -> Band:
    total = sum(points(j) for j in judged)
    return next(
        b for b in score.bands if b.from_ is not None and b.to is not None and b.from_ <= total <= b.to
    )


def _criteria(score: ClinicalScore, judged: Sequence[_Judged], points: Callable[[_Judged], float]) -> Band:
    """The first band whose criteria are met."""
    met = {j.item.id for j in judged if points(j)}
    return next(
        b
        for b in score.bands
        if met.issuperset((*b.needs, *b.with_)) and sum(i in met for i in b.least_of) >= b.least
    )


def _curve(score: ClinicalScore, low: float, high: float) -> tuple[float, float] | None:
    if score.curve is None:
        return None
    at = [
        max((i for i, p in enumerate(score.curve.points) if p <= total), default=0) for total in (low, high)
    ]
    return score.curve.value[at[0]], score.curve.value[at[1]]
