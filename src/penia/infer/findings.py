"""What findings and tests say: log P(finding | cause) against its rate under causes that do not list it.

Unknown contributes nothing here (what a record leaves unsaid: ``silence``). A cause that lists no rate for a
finding takes the background: the base rate less what the causes that do list it put into it. A disease that
the record already states brings its findings with it whatever lowered the count, less of them while it rests,
and so does the low count itself (fever, bleeding): they are joined to every hypothesis by a noisy or.
Findings of one cluster move together: for each cause the strongest counts whole, the rest in part; a finding
that another one implies counts only where the other has no rate. A test that is sent on suspicion is sent
more often where it would be positive, so that a positive one says more than its rates; negative ones come
mostly from batteries and say no less. Several causes at once are joined by a noisy or with the background as
its leak.

C hypotheses, F facts, R sets of n hypotheses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.facts import Fact
from penia.infer.bundles import Bundle, Bundled, Chain, chains, clusters, leave_implied
from penia.infer.hypotheses import Tried
from penia.infer.posterior import Array, Indices, product
from penia.infer.rates import Flags, backgrounds, brings, least, listed, vocabularies
from penia.infer.weights import Weights
from penia.knowledge.investigations import on_suspicion
from penia.knowledge.schema import FindingKey, Place

_NONE: Array = np.zeros((0, 0))


class Scored(msgspec.Struct, frozen=True):
    """A finding as it is scored: its background rate and a weighted log ratio for each hypothesis."""

    fact: Fact
    key: FindingKey
    background: float
    asked: float
    """See ``Told``."""
    logs: Array


class Told(msgspec.Struct, frozen=True, dict=True):
    """The facts by which any hypothesis can be told from another."""

    facts: tuple[Fact, ...]
    keys: tuple[FindingKey, ...]
    rates: Array
    """P(present | hypothesis) (F, C), 0 where it lists none"""
    listed: Flags
    """It lists a rate that is scored (F, C)."""
    background: Array
    """(F,)"""
    brings: Array
    """log P(not brought along by this hypothesis) (F, C): below 0 for a disease that the record states."""
    spared: Array
    """log P(not brought along by the counts, and not by looking again and again) (F,)"""
    present: Flags
    """(F,)"""
    exponent: Array
    """(F,)"""
    asked: Array
    """How many times more often it is looked for where it would surely be found, less 1 (F,): of what is
    present and sent on suspicion; else 0."""
    least: Array
    """Least P(present | any) (F,)"""
    floor: float
    """Least P(absent | any)"""
    alone: Array = _NONE
    """What each hypothesis by itself makes of each fact (F, C), see ``each``."""
    chains: tuple[Chain, ...] = ()
    bundles: tuple[Bundle, ...] = ()

    @cached_property
    def bundled(self) -> Bundled:
        return Bundled.of(self.bundles)

    def logs(self, sets: Indices) -> Array:
        """Weighted log ratios (F, R) of the sets (R, n) of hypotheses."""
        return self.thinned(self.ratios(sets, self.rates, self.background, self.alone))

    def scored(self) -> list[Scored]:
        """One entry a fact, for the hypotheses one by one."""
        parts = zip(
            self.facts,
            self.keys,
            self.background.tolist(),
            self.asked.tolist(),
            self.thinned(self.alone.copy()),
            strict=True,
        )
        return [Scored(*each) for each in parts]

    def each(self, rates: Array, background: Array) -> Array:
        """Weighted log P(fact | hypothesis) / P(fact | one that does not list it) (F, C), before any is
        thinned, with these ``rates`` (F, C) and ``background`` (F,)."""
        found = np.zeros_like(rates)
        found[self.listed] = self.cells(rates, background)
        return found

    def cells(self, rates: Array, background: Array) -> Array:
        """The same (…, K) of the K facts and hypotheses that list them."""
        facts, who = np.nonzero(self.listed)
        return self._ratio(rates[..., facts, who], background, self.brings[facts, who], facts)

    def ratios(self, sets: Indices, rates: Array, background: Array, alone: Array) -> Array:
        """The same of sets (F, R); ``alone``: of the hypotheses by themselves (see ``each``). Where one of a
        set lists the fact it says what that one says by itself."""
        columns = np.ascontiguousarray(sets.T)
        found = _summed(alone, columns)
        if len(columns) > 1:
            facts, rows, joint = self._jointly(columns, rates, background)
            found[facts, rows] = joint
        return found

    def summed(self, sets: Indices, rates: Array, background: Array, cells: Array, weight: Array) -> Array:
        """``ratios``, each times its ``weight`` (F, R), summed over the facts (…, R); ``rates`` (…, F, C),
        ``background`` (…, F) and their ``cells``."""
        facts, who = np.nonzero(self.listed)
        among = np.zeros((self.rates.shape[1], len(sets)))
        among[sets.T, np.arange(len(sets))] = 1
        several, rows, joint = self._jointly(sets.T, rates, background)
        by_one, by_several = weight.copy(), np.zeros((len(rows), len(sets)))
        by_one[several, rows] = 0
        by_several[np.arange(len(rows)), rows] = weight[several, rows]
        return product(cells, by_one[facts] * among[who]) + product(joint, by_several)

    def _jointly(self, columns: Indices, rates: Array, background: Array) -> tuple[Indices, Indices, Array]:
        """(facts, sets, log ratios (…, J)) of the facts that several of a set list; ``columns`` (n, R)."""
        listing = _summed(self.listed.view(np.int8), columns)
        facts, rows = np.divmod(np.flatnonzero(listing.ravel() > 1), max(columns.shape[1], 1))
        members = columns[:, rows]
        lists = self.listed[facts, members]
        own = _joined(rates[..., facts, members], lists, background[..., None, facts])
        brings = (self.brings[facts, members] * lists).sum(axis=0)
        return facts, rows, self._ratio(own, background, brings, facts)

    def _ratio(self, own: Array, background: Array, brings: Array, facts: Indices) -> Array:
        """Of ``facts`` at the rates ``own``, which those who list them bring along by ``brings``."""
        every: Array = self.spared + self.brings.sum(axis=1)
        often = 1 - self.floor
        p = np.clip(1 - (1 - own) * np.exp(every[facts] - brings), self.least[facts], often)
        met = np.clip(1 - (1 - background) * np.exp(every), self.least, often)
        said = np.where(self.present[facts], p, 1 - p) * (1 + self.asked[facts] * p)
        usual = np.where(self.present, met, 1 - met) * (1 + self.asked * met)
        return self.exponent[facts] * np.log(said / usual[..., facts])

    def thinned(self, logs: Array) -> Array:
        """``logs`` (F, R), changed in place: what another fact implies is left out, and the lesser members of
        each bundle are weighted down."""
        leave_implied(logs, self.chains, self.present)
        self.bundled.thin(logs)
        return logs

    def among(self, hypotheses: Sequence[int]) -> Told:
        """Of these hypotheses alone; what the others bring along is still brought."""
        kept = list(hypotheses)
        others = self.brings.sum(axis=1) - self.brings[:, kept].sum(axis=1)
        return msgspec.structs.replace(
            self,
            rates=self.rates[:, kept],
            listed=self.listed[:, kept],
            brings=self.brings[:, kept],
            spared=self.spared + others,
            alone=self.alone[:, kept],
        )

    def only(self, facts: Sequence[int]) -> Told:
        kept = list(facts)
        return msgspec.structs.replace(
            self,
            facts=tuple(self.facts[i] for i in kept),
            keys=tuple(self.keys[i] for i in kept),
            rates=self.rates[kept],
            listed=self.listed[kept],
            background=self.background[kept],
            brings=self.brings[kept],
            spared=self.spared[kept],
            alone=self.alone[kept],
            present=self.present[kept],
            exponent=self.exponent[kept],
            asked=self.asked[kept],
            least=self.least[kept],
        )


def told(
    tried: Tried,
    shares: Array,
    facts: Sequence[Fact],
    vocabulary: Mapping[str, FindingKey],
    place: Place | None,
    skip: frozenset[str],
    brought: Mapping[str, float],
    fitted: Weights,
    of_both: Iterable[tuple[int, str]] = (),
) -> Told:
    """``skip`` holds kinds scored elsewhere (``count``, ``course``, ``drugs``); ``shares`` are the prior
    probabilities of the hypotheses; ``brought`` is P(present) on account of counts and circumstances, by key;
    ``of_both`` names (hypothesis, key) where the finding is no sign of it alone, but of it with another."""
    known = vocabularies(tried)
    heard = [
        f
        for f in facts
        if f.key in vocabulary
        and (vocabulary[f.key].derived or "") not in skip
        and any(f.key in keys for keys in known)
    ]
    keys = [vocabulary[f.key] for f in heard]
    whole = listed(tried, keys)
    column = {key.key: f for f, key in enumerate(keys)}
    own = whole.without(
        [(c, column[key]) for c, key in of_both if key in column] + _of_other_drugs(tried, heard, keys)
    )
    background = backgrounds(keys, whole, shares, place, fitted)
    found = Told(
        facts=tuple(heard),
        keys=tuple(keys),
        rates=np.minimum(own.p, 1 - fitted.floor.value / 10).T.copy(),
        listed=(own.listed & ~(own.anchor & tried.anchored[:, None])).T.copy(),
        background=background,
        brings=brings(tried, own).T.copy(),
        spared=np.log1p([-brought.get(key.key, 0.0) for key in keys])
        + _looked_for(heard, fitted) * np.log1p(-background),
        present=np.array([f.present for f in heard], bool),
        exponent=np.array([(fitted.tests if f.decisive else fitted.findings).value for f in heard]),
        asked=np.array([_asked(f, fitted) for f in heard]),
        least=least(keys, place, fitted),
        floor=fitted.floor.value,
    )
    found = msgspec.structs.replace(found, alone=found.each(found.rates, found.background))
    telling = np.flatnonzero(found.alone.any(axis=1)).tolist()
    if len(telling) < len(keys):
        found = found.only(telling)
    return msgspec.structs.replace(
        found,
        chains=tuple(chains(found.keys, found.present.tolist())),
        bundles=tuple(clusters(found.keys, fitted)),
    )


def finding_evidence(
    tried: Tried,
    shares: Array,
    facts: Sequence[Fact],
    vocabulary: Mapping[str, FindingKey],
    place: Place | None,
    skip: frozenset[str],
    brought: Mapping[str, float],
    fitted: Weights,
) -> list[Scored]:
    """One entry a fact that any hypothesis can be told by; see ``told``."""
    return told(tried, shares, facts, vocabulary, place, skip, brought, fitted).scored()


def _asked(fact: Fact, fitted: Weights) -> float:
    return fitted.asked.value - 1 if fact.present and fact.key in on_suspicion() else 0.0


def _joined(rates: Array, lists: Flags, rest: Array) -> Array:
    """P(present | set) (…, K) by the noisy or of the ``rates`` (…, n, K) that its members list, the
    background ``rest`` (…, 1, K) its leak; never below the least of them."""
    missed = (1 - rest[..., 0, :]) * np.where(lists, (1 - rates) / (1 - rest), 1.0).prod(axis=-2)
    return np.maximum(1 - missed, np.where(lists, rates, 1.0).min(axis=-2))


def _summed(values: NDArray[Any], columns: Indices) -> NDArray[Any]:
    """Sum (F, R) over the members of each set (n, R) of ``values`` (F, C)."""
    found: NDArray[Any] = values.take(columns[0], axis=-1)
    for column in columns[1:]:
        found += values.take(column, axis=-1)
    return found


def _of_other_drugs(tried: Tried, facts: Sequence[Fact], keys: Sequence[FindingKey]) -> list[tuple[int, int]]:
    """(hypothesis, fact) where the fact is told of another drug."""
    first = len(tried.causes.each)
    courses = [(c, h.course.places) for c, h in enumerate(tried.drugs, first) if h.course is not None]
    return [
        (c, f)
        for f, (fact, key) in enumerate(zip(facts, keys, strict=True))
        if key.of_drug and any(fact.stands_in(places) for _, places in courses)
        for c, places in courses
        if not fact.stands_in(places)
    ]


def _looked_for(facts: Sequence[Fact], fitted: Weights) -> Array:
    """Independent looks beyond the first (F,): a value that is measured on many days is abnormal on one of
    them more easily than on a single day, whatever the cause."""
    days = np.array([fact.days for fact in facts], float)
    return days**fitted.looks.value - 1
