"""What the record leaves unsaid: signs that are usual under a cause and that nobody mentions.

A record tells of some of the signs that are there, and of few of those that are not. How much this one tells
is judged by the signs that it tells in words: where n are told as there it is taken to tell the share
``spoken`` × n / (n + ``reserved``) of all that are there, and to deny others as often as it does. A record
without words, of counts and codes alone, says nothing by its silence. Only signs count that a person has or
shows, none that an investigation decides: what was not done is silent for another reason. Of several causes
either may be the one whose signs are told. C hypotheses, K signs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from penia.facts import Fact
from penia.infer.bundles import Bundled, clusters
from penia.infer.counts import Evidence
from penia.infer.derived import derived
from penia.infer.findings import brings
from penia.infer.hypotheses import Tried
from penia.infer.posterior import Array
from penia.infer.rates import backgrounds, listed
from penia.infer.weights import Weights
from penia.knowledge.investigations import investigations
from penia.knowledge.schema import FindingKey, Place
from penia.record import Record


def silence(
    tried: Tried,
    shares: Array,
    record: Record,
    facts: Iterable[Fact],
    vocabulary: dict[str, FindingKey],
    place: Place | None,
    brought: Mapping[str, float],
    fitted: Weights,
) -> Evidence | None:
    """log P(nobody mentions them | hypothesis) against one that lists none of them; arguments as of
    ``findings.told``. None where the record tells of no sign in words."""
    signs = _spoken_of(vocabulary)
    said = {fact.key: fact for fact in facts}
    words = {finding.name for finding in record.findings}
    heard = [fact.present for key in signs if (fact := said.get(key)) and fact.text in words]
    there = sum(heard)
    silent = tuple(vocabulary[key] for key in signs if key not in said)
    if not there or not silent:
        return None
    told = fitted.spoken.value * there / (there + fitted.reserved.value)
    denied = min((len(heard) - there) / len(signs), told)

    keys = [vocabulary[key] for key in signs]
    rates = listed(tried, keys)
    background = backgrounds(keys, rates, shares, place, fitted)
    own = brings(tried, rates)
    every = np.log1p([-brought.get(key, 0.0) for key in signs]) + own.sum(axis=0)
    met = 1 - (1 - rates.p) * np.exp(every - own)
    usual = 1 - (1 - background) * np.exp(every)
    logs = np.log((1 - denied - (told - denied) * met) / (1 - denied - (told - denied) * usual))
    unsaid = np.array([key not in said for key in signs])
    counts = rates.listed & ~(rates.anchor & tried.anchored[:, None]) & unsaid
    thinned = np.where(counts, logs, 0.0).T.copy()
    _bundles(vocabulary, fitted).thin(thinned)
    return Evidence("silence", "signs that nobody mentions", thinned.sum(axis=0), unsaid=silent)


@derived
def _spoken_of(vocabulary: dict[str, FindingKey]) -> tuple[str, ...]:
    """Keys of signs that a person has or shows and that no investigation decides."""
    decided = {result.key for one in investigations().investigations for result in one.results}
    return tuple(
        key
        for key, finding in vocabulary.items()
        if key.startswith("HP:") and finding.derived is None and key not in decided
    )


@derived
def _bundles(vocabulary: dict[str, FindingKey], fitted: Weights) -> Bundled:
    return Bundled.of(clusters([vocabulary[key] for key in _spoken_of(vocabulary)], fitted))
