"""The cited physiology: sources, and figures that are known of healthy people."""

from __future__ import annotations

import numpy as np
import pytest

from penia import marrow
from penia.knowledge.physiology import physiology

BODY = physiology()


def figures(entry):
    if hasattr(entry, "value"):
        yield entry
    elif isinstance(entry, dict):
        for value in entry.values():
            yield from figures(value)
    elif hasattr(entry, "__struct_fields__"):
        for name in entry.__struct_fields__:
            yield from figures(getattr(entry, name))


def test_every_figure_has_a_source_or_a_range():
    found = list(figures(BODY))
    assert len(found) > 40
    for figure in found:
        assert figure.source in BODY.sources or (figure.source == "judgement" and figure.range), figure
        assert figure.range is None or figure.range[0] <= figure.value <= figure.range[1], figure


def test_every_source_is_used():
    used = {f.source for f in figures(BODY)}
    notes = " ".join(filter(None, (n for f in figures(BODY) for n in (f.note, f.of))))
    assert [s for s in BODY.sources if s not in used and s not in notes] == []


def test_daily_filgrastim_multiplies_a_healthy_count_about_sixfold():
    people = marrow.parameters(1, **BODY.typical())
    given = marrow.GrowthFactor(np.arange(10.0), **BODY.growth_factor("filgrastim", micrograms=300))
    counts = marrow.simulate(np.arange(0.0, 30.0, 0.25), people, growth=given).counts[0, 0]
    assert 4 < counts.max() < 10
    assert counts[-1] == pytest.approx(1.0, abs=0.15)


def test_growth_factor_after_chemotherapy_raises_the_nadir_and_shortens_the_low_count():
    days = np.arange(0.0, 30.0, 0.25)
    people = marrow.parameters(1, **BODY.typical())
    dose = marrow.fractional(np.array([0.0]), 0.97, 1.0, people.rate[0, 0])
    alone = marrow.simulate(days, people, doses=[dose]).counts[0, 0]
    for name, times, micrograms in (("filgrastim", 1.0 + np.arange(10), 300), ("pegfilgrastim", [1.0], 6000)):
        given = marrow.GrowthFactor(times, **BODY.growth_factor(name, micrograms))
        helped = marrow.simulate(days, people, doses=[dose], growth=given).counts[0, 0]
        assert helped.min() > alone.min()
        assert (helped < 0.5).sum() < (alone < 0.5).sum()


def test_pegfilgrastim_lasts_longer_where_neutrophils_are_few():
    people = marrow.parameters(1, **BODY.typical())
    given = marrow.GrowthFactor([0.0], **BODY.growth_factor("pegfilgrastim", 6000))
    empty = marrow.Channel("loss", 40.0)
    left = [
        marrow.simulate([0.0, 5.0], people, channels, growth=given).state.growth[0, 1]
        for channels in ([], [empty])
    ]
    assert left[1] > 3 * left[0]


def test_people_vary_around_the_typical_person():
    typical = marrow.parameters(1, **BODY.typical())
    people = marrow.vary(typical, BODY.spreads(), 4000, np.random.default_rng(2))
    assert np.median(people.rate, axis=0) == pytest.approx(typical.rate[0], rel=0.02)
    assert np.log(people.rate).std(axis=0) == pytest.approx(0.16, rel=0.1)
    assert ((people.renewal >= 0) & (people.renewal < 1)).all()
