"""What the findings can say for a set of causes at most, from what they say for each cause by itself.

The search over sets needs the likeliest few, and nearly all lie far below these: a bound that two small
products of matrices give spares working out what the findings say of nine in ten. It holds because

- causes that list a finding together never say more for it than the sum of what each says for it, and where
  one speaks against it no less than nothing is counted (of an absent finding half of what each says);
- thinning (``Told.thinned``) leaves of a finding all, a part or nothing: of one that speaks against a set the
  least of these is counted, of a bundle that speaks for it the strongest whole and the others in part.
"""

from __future__ import annotations

import msgspec
import numpy as np

from penia.infer.findings import Told
from penia.infer.posterior import Array, Indices


class Bound(msgspec.Struct, frozen=True):
    each: Array
    """Of each hypothesis (C,), where no other one of the set lists the same findings."""
    undone: Array
    """What speaks against it, where another one lists the same finding (F, C)."""
    listed: Array
    """1 where it lists the finding (F, C)."""

    def pairs(self, one: Indices, other: Indices) -> Array:
        """Of each of ``one`` with each of ``other`` (R, S), no less than the sum of what ``Told.logs`` gives.
        Of three it is the sum over their pairs less that of ``each``."""
        shared = self.undone[:, one].T @ self.listed[:, other] + self.listed[:, one].T @ self.undone[:, other]
        return self.each[one, None] + self.each[other] - shared


def bound(told: Told) -> Bound:
    gains, losses = np.maximum(told.alone, 0.0), np.minimum(told.alone, 0.0) * _least(told)[:, None]
    each = gains.sum(axis=0) + losses.sum(axis=0)
    if told.bundles:
        bundled = told.bundled
        part = gains[bundled.facts]
        lesser = bundled.reduced(np.add, part) - bundled.reduced(np.maximum, part)
        each -= (1 - bundled.rest[bundled.layers[0]]) @ lesser
    undone = np.where(told.present[:, None], losses, losses / 2)
    return Bound(each, undone, told.listed.astype(float))


def _least(told: Told) -> Array:
    """The least part of what each finding says that is left once it is thinned (F,)."""
    least = np.ones(len(told.present))
    least[told.bundled.facts] = told.bundled.rest
    for narrow, broader in told.chains:
        if told.present[narrow]:
            least[broader] = 0.0
        else:
            least[[narrow, *(broad for broad in broader if told.present[broad])]] = 0.0
    return least
