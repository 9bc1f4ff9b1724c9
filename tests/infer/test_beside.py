"""Platelets and haemoglobin that have nothing to do with what the cause does to them."""

import msgspec
import numpy as np
import pytest
from judged_makers import DEPTH, hypothesis, pattern, standing

from penia.episode import Measured
from penia.infer.beside import beside
from penia.infer.counts import count_evidence
from penia.infer.weights import weights

WHITE = hypothesis("white alone", pattern=pattern(lineages={"n": 0.95, "p": 0.05, "e": 0.05}))
ALL = hypothesis(
    "all lines",
    pattern=pattern(
        lineages={"n": 0.95, "p": 0.95, "e": 0.95},
        depth=msgspec.structs.replace(DEPTH, plt_median=20.0, hb_median=70.0),
    ),
)
LOW = {"PLT": Measured("PLT", 15.0, 150.0, False), "HB": Measured("HB", 60.0, 125.0, False)}


def columns(counts=LOW, words=None):
    before = count_evidence(standing((WHITE, ALL)), counts, words or {}, "unknown", weights())
    return before, beside(before, words or {}, weights())


def against(columns):
    """How much likelier under the cause that lowers all lines, in logs."""
    both = sum(each.logs for each in columns)
    return both[1] - both[0]


def test_two_lines_that_are_low_beside_speak_less_than_two_coincidences():
    before, after = columns()
    first, second = after
    assert against(after) < against(before) - 3
    assert abs(second.logs[1] - second.logs[0]) < abs(first.logs[1] - first.logs[0])


def test_they_still_speak_for_the_cause_that_lowers_them():
    assert against(columns()[1]) > 1


def test_words_are_worth_less_too():
    before, after = columns({}, {"p": True, "e": True})
    assert 0 < against(after) < against(before)


@pytest.mark.parametrize("words", [{"p": False, "e": False}, {"p": False}])
def test_lines_that_are_not_low_still_speak_against_the_cause_that_lowers_them(words):
    assert against(columns({}, words)[1]) < -0.2


def test_white_lines_and_tempo_stay_as_they_are():
    anc = {"ANC": Measured("ANC", 0.3, 1.5, False)}
    before, after = columns(anc, {"l": True})
    assert all(np.array_equal(a.logs, b.logs) for a, b in zip(before, after, strict=True))
