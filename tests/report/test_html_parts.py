"""The parts of the page: bars of evidence, points, drug bars, the drawing and addresses of sources."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape

import msgspec
import pytest
from report_makers import EXPLANATION, FIRST, RECORD, SEEN, WEEK, changed

from penia.explanation import Bands, Candidate, Contribution, Forecast, Passing, Scenario
from penia.record import Count, Exposure, Origin, Record
from penia.report.html import ahead
from penia.report.html.baseline import baseline
from penia.report.html.fan import columns, empty
from penia.report.html.fan import drawn as fans
from penia.report.html.links import address
from penia.report.html.points import BARS, bars, millis, points, window
from penia.report.html.timeline import drawing
from penia.report.html.waterfall import WIDTH, rows
from penia.report.wording import cause_names


def candidate(*decibans: float) -> Candidate:
    pieces = tuple(
        Contribution("finding" if n else "prior", f"k{n}", f"piece {n}", db) for n, db in enumerate(decibans)
    )
    return Candidate(("x",), "x", 0.5, pieces)


def exposed(*exposures: Exposure) -> Record:
    return msgspec.structs.replace(RECORD, exposures=exposures)


def test_bars_of_evidence_run_from_the_prior_to_the_sum() -> None:
    shown = rows(candidate(-10.0, 20.0, -2.0))
    assert [(r.change, r.strip.sign) for r in shown] == [
        ("−10.0", "against"),
        ("+20.0", "for"),
        ("−2.0", "against"),
        ("+8.0", "total"),
    ]
    prior, up, down, total = (r.strip for r in shown)
    assert prior.left == 0.0
    assert prior.left + prior.width == prior.zero == total.left
    assert up.left + up.width == pytest.approx(WIDTH)
    assert down.left == pytest.approx(total.left + total.width)


def test_small_pieces_are_told_together_and_lose_nothing() -> None:
    shown = rows(candidate(-1.0, 3.0, 0.3, -0.2, 0.2))
    assert [r.text for r in shown][1:3] == ["piece 1", "3 smaller pieces of evidence together"]
    assert [c.key for r in shown for c in r.evidence] == ["k0", "k1", "k2", "k3", "k4"]
    assert shown[2].change == "+0.3"
    assert shown[-1].change == "+2.3"


def test_one_small_piece_stands_by_itself() -> None:
    assert [r.text for r in rows(candidate(-1.0, 0.3))][1] == "piece 1"


def test_without_evidence_there_are_no_bars() -> None:
    assert rows(candidate()) == []


def test_no_bar_leaves_the_scale() -> None:
    for number in (candidate(-30.0, 5.0), candidate(9.0, 40.0, -3.0), candidate(0.0, 0.6), FIRST):
        for row in rows(number):
            assert -0.1 <= row.strip.left <= WIDTH
            assert row.strip.left + row.strip.width <= WIDTH + 4.1


@pytest.mark.parametrize(
    ("ref", "url"),
    [
        ("PMID 30179565", "https://pubmed.ncbi.nlm.nih.gov/30179565/"),
        ("PMC6100000", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC6100000/"),
        ("doi:10.15226/2374-6866/4/5/00169", "https://doi.org/10.15226/2374-6866/4/5/00169"),
        (
            "10.7326/0003-4819-146-9-200705010-00009",
            "https://doi.org/10.7326/0003-4819-146-9-200705010-00009",
        ),
        ("Blood 2010, doi 10.1182/blood-1.", "https://doi.org/10.1182/blood-1"),
        ("https://www.nice.org.uk/guidance/cg151", "https://www.nice.org.uk/guidance/cg151"),
        ('https://x.org/"onclick=', "https://x.org/"),
        ("PMID 1; doi:10.1000/x", "https://pubmed.ncbi.nlm.nih.gov/1/"),
        ("FDA label of clozapine", None),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_the_address_of_a_source_is_made_from_its_number(ref: str, url: str | None) -> None:
    assert address(ref) == url


def test_a_point_keeps_what_was_received_and_from_where() -> None:
    count = Count(SEEN, "ANC", 0.1, "<", derived=True, origin=Origin("Observation/7", "<100", "/uL"))
    (point,) = points(msgspec.structs.replace(RECORD, counts=(count,)))
    assert point.value == "below 0.1 ×10⁹/L"
    assert point.received == "<100 /uL (from its share of the white count)"
    assert (point.place, point.day, point.censored) == ("Observation/7", "2024-05-20 08:00", True)


def test_a_line_that_is_not_drawn_makes_no_point() -> None:
    assert points(msgspec.structs.replace(RECORD, counts=(Count(SEEN, "BASO", 0.1),))) == []


def test_drugs_that_rank_come_first_then_those_near_the_episode() -> None:
    record = exposed(
        Exposure("old", ingredient="old", start=SEEN - 90 * WEEK, stop=SEEN - 80 * WEEK),
        Exposure("later", ingredient="later", start=SEEN + WEEK),
        Exposure("near", ingredient="near", start=SEEN - 3 * WEEK, stop=SEEN),
        Exposure("clozapine", ingredient="clozapine", start=SEEN - 11 * WEEK),
    )
    assert [b.name for b in bars(EXPLANATION, record)] == ["clozapine", "near", "later", "old"]


def test_the_courses_of_one_drug_share_a_bar() -> None:
    first = Exposure("A 5 mg", ingredient="a", start=SEEN - 9 * WEEK, stop=SEEN - 8 * WEEK)
    (bar,) = bars(EXPLANATION, exposed(first, Exposure("A", ingredient="a")))
    assert bar.spans == ((millis(SEEN - 9 * WEEK), millis(SEEN - 8 * WEEK)), (None, None))
    assert bar.told[1] == "from an unknown day with no known end"


def test_an_end_that_is_only_inferred_is_told_as_the_latest() -> None:
    over = Exposure("A", ingredient="a", start=SEEN - WEEK, stop=SEEN, stop_inferred=True)
    (bar,) = bars(EXPLANATION, exposed(over))
    day = SEEN.date().isoformat()
    assert bar.told == (f"from {(SEEN - WEEK).date().isoformat()} until at the latest {day}",)


def test_the_time_shown_reaches_back_to_a_suspected_drug_but_not_to_others() -> None:
    record = exposed(
        Exposure("other", ingredient="other", start=SEEN - 500 * WEEK),
        Exposure("clozapine", ingredient="clozapine", start=SEEN - 11 * WEEK),
    )
    shown = window(EXPLANATION, points(record), bars(EXPLANATION, record))
    assert shown.first == millis(SEEN - 11 * WEEK)
    assert shown.end == millis(SEEN)


def drawn(record: Record = RECORD, explanation: object = EXPLANATION) -> str:
    ps, bs = points(record), bars(EXPLANATION, record)
    return json.dumps(drawing(ps, bs, EXPLANATION.episode, window(EXPLANATION, ps, bs)), ensure_ascii=False)


def test_the_drawing_has_both_scales_each_line_and_the_thresholds() -> None:
    text = drawn()
    for name in ("log-ANC", "linear-ANC", "log-PLT", "linear-HB", "log-right", "time"):
        assert f'"{name}"' in text
    assert "log-ALC" not in text
    assert [text.count(f'"location": {t}') for t in (0.5, 1.0, 1.5)] == [2, 2, 2]


def test_a_count_of_zero_stands_on_the_logarithmic_scale() -> None:
    zero = msgspec.structs.replace(RECORD, counts=(Count(SEEN, "ANC", 0.0),))
    assert '["log", [0.01]]' in drawn(zero)


def test_the_drawing_does_not_depend_on_what_was_drawn_before() -> None:
    assert drawn() == drawn()


def test_no_more_drugs_are_drawn_than_fit() -> None:
    many = exposed(*(Exposure(f"d{n}", ingredient=f"d{n}", start=SEEN - n * WEEK) for n in range(BARS + 5)))
    text = drawn(many)
    assert f'"drug-{BARS - 1}"' in text
    assert f'"drug-{BARS}"' not in text


def test_the_episode_is_shaded_to_the_day_it_ended() -> None:
    assert EXPLANATION.episode
    ended = msgspec.structs.replace(EXPLANATION.episode, resolved=SEEN - timedelta(days=-3))
    explanation = changed(at=SEEN + WEEK, episode=ended)
    ps = points(RECORD)
    text = json.dumps(drawing(ps, [], ended, window(explanation, ps, [])))
    assert f'"right": {millis(SEEN + timedelta(days=3))}' in text


def test_the_band_of_the_own_usual_count_needs_two_counts_from_before() -> None:
    earlier = (Count(SEEN - 2 * WEEK, "ANC", 4.0), Count(SEEN - 9 * WEEK, "ANC", 2.4))
    episode = msgspec.structs.replace(EXPLANATION.episode, last_normal=SEEN - WEEK)
    assert baseline(RECORD, episode) is None
    usual = baseline(msgspec.structs.replace(RECORD, counts=(*earlier, *RECORD.counts)), episode)
    assert usual is not None and usual.counts == 3
    assert usual.low < (4.0 * 2.4 * 3.1) ** (1 / 3) < usual.high
    ps = points(RECORD)
    text = json.dumps(drawing(ps, [], episode, window(EXPLANATION, ps, []), usual=usual))
    assert '"log-usual"' in text and '"linear-usual"' in text


BAND = Bands("ANC", (0.3, 0.6), ((0.2, 0.4),) * 2, ((0.1, 0.8),) * 2, ((0.0, 1.5),) * 2)
AHEAD = Forecast(
    start=SEEN,
    days=(1.0, 7.0),
    scenarios=(
        Scenario("stop", "stop clozapine", (BAND,), (Passing(0.5, 1.0, 4.0, (1.0, 9.0)),), 0.6, 0.7),
        Scenario("continue", "go on as now", (BAND,), (Passing(0.5, 0.05, None, (None, None)),), 0.996, 1.0),
    ),
    causes=(("drug:clozapine", 0.97),),
    effective=20.0,
    next_count=4.0,
)


def test_the_drawing_has_bands_that_a_scenario_fills_on_its_own_days() -> None:
    assert drawn().count('"VArea"') >= 6
    assert list(empty().data) == list(columns(AHEAD.scenarios[0], AHEAD))
    filled = columns(AHEAD.scenarios[0], AHEAD)
    assert filled["x"] == [millis(SEEN + timedelta(days=1)), millis(SEEN + timedelta(days=7))]
    assert filled["nearly_all_low"] == [0.01, 0.01]


def test_what_may_be_done_stands_side_by_side_on_one_scale() -> None:
    stop, go_on = fans(AHEAD.scenarios, AHEAD.days)
    assert stop and go_on
    assert stop.heights == go_on.heights
    assert len(stop.bands) == 3


def test_the_forecast_says_in_words_how_likely_severe_neutropenia_is() -> None:
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", ahead(changed(forecast=AHEAD)))).split())
    assert "If you stop clozapine" in text
    assert "below 0.5 (severe neutropenia) on a day of the next 7 days 60 %" in text
    assert "below 0.5 (severe neutropenia) on a day of the next 14 days >99 %" in text
    assert "Above 0.5 again, and staying there day 4 (80 %: 1–9)" in text
    assert "not within these days (95 %)" in text
    assert "The next count tells most on 2024-05-24." in text
    assert "take the bands as rough" in text


def test_a_cause_that_the_forecast_follows_is_named_though_it_is_not_ranked() -> None:
    causes = (("drug:clozapine", 0.7), ("bacterial-sepsis/pneumonia", 0.2), ("bacterial-sepsis", 0.1))
    names = cause_names(changed(forecast=msgspec.structs.replace(AHEAD, causes=causes)))
    assert names["drug:clozapine"] == FIRST.name
    assert names["bacterial-sepsis/pneumonia"] == "sepsis from pneumonia"
    assert "of another kind" in names["bacterial-sepsis"]


def test_without_a_forecast_there_is_no_section_for_it() -> None:
    assert ahead(EXPLANATION) == ""
