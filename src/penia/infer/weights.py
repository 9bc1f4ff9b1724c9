"""The few weights that are fitted, and the widths that no source gives: data, with how they came."""

from __future__ import annotations

from functools import cache

from penia.knowledge import table
from penia.knowledge.schema import Figure, Group, Knowledge, Place, Settings, Tempo


class Weights(Knowledge, frozen=True, eq=False):
    """data/weights.yaml; compared by identity, so that what follows from it can be kept beside it."""

    fitted: str
    """How and on what the fitted weights came."""

    prior: Figure
    """Exponent of the prior: below 1, since a record for which the question is asked is already selected."""
    drug: Figure
    """Factor on the hazard of a drug: its incidence is of neutropenia, while most of the low counts that the
    settings' rates speak of are mildly low lymphocytes."""
    near: Figure
    """Neutrophils over so many times their limit are no neutropenia."""
    findings: Figure
    """Exponent of a finding's likelihood ratio, for the dependence that clusters leave."""
    tests: Figure
    """The same for a test whose own result decides the key."""
    asked: Figure
    """How many times more often a test on suspicion is sent where it would surely be positive."""
    cluster: Figure
    """Weight of the findings of a cluster after the strongest."""
    counts: Figure
    """Exponent of the likelihood of the counts."""
    base_shrink: Figure
    """How far a setting's base rate is drawn to the mean over settings (0 not at all, 1 wholly)."""
    background: Figure
    """Least part of a base rate that is left to causes which do not list the finding."""
    looks: Figure
    """Exponent of the days on which a value was measured: how many independent looks they come to."""
    floor: Figure
    """Least probability of a finding or test under any cause."""
    spoken: Figure
    """Most that a record tells of the signs that are there."""
    reserved: Figure
    """Signs told as there of a record that tells half as much."""

    refuted: Figure
    """Factor on the prior of a cause that the record states as excluded."""
    shows: dict[Group, Figure]
    """Share of the rates of its findings that a stated disease of that group shows while it rests, and
    something else lowers the count; 1 for a group that is not here."""
    passing: Figure
    """Share of acute courses from which on a disease is taken to pass."""
    stated_days: Figure
    """Days about the low counts within which a passing disease must be stated to be known now."""
    late: Figure
    """Share of drug reactions outside the known latency, spread evenly over ``late_days``."""
    late_days: Figure
    horizon: Figure
    """Days before the first low count in which a drug reaction that shows itself must have begun."""
    cycle: Figure
    """Days between the cycles of a cytotoxic that the record holds as one long course."""
    pause: Figure
    """Days without a drug after which its next dose starts the clock of its latency anew."""
    blamed: Figure
    """P(a fall under a drug that was over once it had been stopped was its doing)."""
    withdrawn: Figure
    """How much likelier the drug is the cause that was stopped when the count was low."""
    withdrawn_days: Figure
    """Days after the low count in which a drug is stopped for it."""
    undated: Figure
    """P(in the window) of a drug without dates."""
    undated_short: Figure
    """The same of a drug that is mostly begun for the illness in which the count was found."""
    short_courses: frozenset[str]
    """Classes of such drugs."""
    at_end: Figure
    """P(a low count that is known in words, without a date, was there when the record ends)."""
    when_said: Figure
    """P(a low count that is known in words was first low when they were said)."""
    begun_with: Figure
    """Part that is left of the chance that the words are of another time, where the drug was begun on the day
    of which they are."""
    tempo_days: dict[Tempo, Figure]
    """Days over which the onset of an episode of that tempo lies when it is first met."""
    crossing: Figure
    """Least factor of a chronic cause whose count was normal lately: a mild one crosses its limit now and
    then."""
    age_floor: Figure
    """Least share of an age band under any cause."""
    adults: Figure
    """Least share of adults at which a cause's share in an adult setting is taken as it stands; under it,
    adults are too rare for the share to mean them."""
    age: dict[Place, dict[str, Figure]]
    """Adults and old people among the low counts of a setting."""

    together: Figure
    """Factor on the prior of several causes at once, beside the product of their hazards."""
    thin: Figure
    """Bits: too little is known where the evidence moved the prior by less, and left more than ``open``."""
    open: Figure
    suspect: Figure
    """Least probability at which a drug is named as the suspect of an agranulocytosis: to go on with the drug
    can kill, to stop it for a day seldom does."""
    treated: Figure
    """Least probability at which the treatment of a cause that cannot wait is shown."""
    treated_later: Figure
    """The same of a treatment that can wait; that of the leading cause is always shown."""
    scored: Figure
    """Least probability of a cause whose clinical score is told."""
    told: Figure
    """Least probability of a set that is told."""
    draws: Figure
    """Draws of the figures within their intervals."""
    unsure: Figure
    """Log spread (logit, for a rate) of a figure without an interval."""
    unsure_depth: Figure
    """Log spread of the usual count under a cause."""
    set_leads: Figure
    """Leading causes that are tried in pairs with every other one."""
    set_grown: Figure
    """Best pairs to which a third cause is added."""
    set_kept: Figure
    """Likeliest sets that are kept."""
    outlier: Figure
    """Share of counts that fit no cause's distribution."""
    wide: Figure
    """Log spread of those."""
    aside: Figure
    """Share of cases whose platelets and haemoglobin have nothing to do with what the cause does to them."""
    aside_usual: dict[str, Figure]
    """Usual PLT and HB of those."""
    aside_spread: dict[str, Figure]
    """Log spread of the same."""
    narrowest: dict[str, Figure]
    widest: dict[str, Figure]
    """Bounds of the log spread of a count under one cause."""
    spread: dict[str, Figure]
    """Log spread of WBC, ALC, PLT, HB where a cause's own does not follow from its share of low counts."""
    limits: dict[str, Figure]
    """Adult limits on which the causes' medians rest."""
    severe: Figure
    """ANC under which a drug's figure for severe neutropenia counts."""
    deep: Figure
    """Of the severe falls of a drug whose kind has a deeper reaction too, the share of that one."""
    deep_white: Figure
    """Usual white count in such a fall."""
    zero: Figure
    """Count that stands for one printed as 0."""


@cache
def weights() -> Weights:
    return table("weights", Weights)


@cache
def settings() -> Settings:
    """How often counts are low in each setting."""
    return table("settings", Settings)
