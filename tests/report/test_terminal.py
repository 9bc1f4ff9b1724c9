"""The result in the terminal: order, words, widths, and text that must not be obeyed."""

from __future__ import annotations

import io
import re
from typing import Any

import msgspec
import pytest
from report_makers import EXPLANATION, FIRST, RECORD, SECOND, SEEN, WEEK, changed
from rich.console import Console

from penia.explanation import Candidate, Contribution, Explanation, LowCount
from penia.record import Person, Problem, Record
from penia.report.terminal import render


def shown(
    explanation: Explanation,
    record: Record = RECORD,
    width: int = 80,
    color: bool = False,
    top: int = 5,
    why: int | None = None,
) -> str:
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=color, color_system="truecolor" if color else None
    )
    render(explanation, record, console, top, why)
    return out.getvalue()


def flat(text: str) -> str:
    """Lines joined, so that a sentence is found wherever it was broken."""
    return re.sub(r"\s+", " ", text)


def order(text: str, *words: str) -> bool:
    places = [text.find(word) for word in words]
    return -1 not in places and places == sorted(places)


def test_danger_comes_first_then_the_person_then_causes_doubt_steps_and_what_was_dropped() -> None:
    said = flat(shown(EXPLANATION))
    assert said.strip().startswith(
        "NOW Fever with ANC 0.2. Antibiotics within the hour. [Freifeld et al. 2010]"
    )
    assert order(
        said,
        "TODAY",
        "SOON",
        "anna · 34 y, female · emergency",
        "neutrophils (neutropenia)",
        "clozapine, day 78",
        "Against the first:",
        "Unknown",
        "Stop clozapine.",
        "unit unknown",
        "knowledge abc",
    )


def test_the_facts_that_a_danger_rests_on_and_lacks_are_said() -> None:
    said = flat(shown(EXPLANATION))
    assert "ANC 0.2 on 2024-05-20" in said
    assert "Not in the record: blood culture." in said


def test_too_thin_is_said_before_any_cause_but_not_before_danger() -> None:
    said = flat(shown(changed(thin=True)))
    assert order(said, "NOW", "TODAY", "Too little is known", "clozapine, day 78")
    assert "What would help most: test 0 and test 1." in said
    calm = flat(shown(changed(thin=True, urgency=())))
    assert calm.strip().startswith("UNSURE Too little is known")


def test_without_danger_the_headline_comes_first() -> None:
    calm = changed(urgency=(), headline="Likely cause: clozapine (90%).")
    assert flat(shown(calm)).strip().startswith("Likely cause: clozapine (90%).")


def test_low_lines_have_plain_words_a_term_the_value_and_the_grade() -> None:
    said = flat(shown(EXPLANATION))
    assert "since between 2024-05-13 and 2024-05-20 · acute · not recovered · grades: CTCAE 5.0" in said
    assert "neutrophils (neutropenia) 0.2 ×10⁹/L grade 4 on 2024-05-20" in said
    assert "lymphocytes (lymphopenia) said to be low no number" in said
    assert "Not low platelets 231 ×10⁹/L, haemoglobin 144 g/L" in said


def test_an_onset_without_a_normal_count_before_it_is_open() -> None:
    assert EXPLANATION.episode is not None
    opened = msgspec.structs.replace(EXPLANATION.episode, last_normal=None)
    assert "since 2024-05-20 or earlier" in flat(shown(changed(episode=opened)))


def test_a_low_count_in_words_alone_needs_no_date() -> None:
    assert EXPLANATION.episode is not None
    words = msgspec.structs.replace(
        EXPLANATION.episode, first_low=None, last_low=None, last_normal=None, lows=(), tempo="unknown"
    )
    assert "low in words, without a date" in flat(shown(changed(episode=words)))


def test_causes_have_a_bar_a_percentage_and_what_is_most_telling_in_decibels() -> None:
    said = shown(EXPLANATION)
    assert re.search(r"1 +clozapine, day 78 of treatment +█{9} +90 %", said)
    assert "ANC 0.2 +16 dB · sore throat +4 · large spleen −2" in flat(said)
    assert "no rash" not in said


def test_top_limits_the_causes_and_the_rest_is_summed_beside_the_unexplained() -> None:
    said = flat(shown(EXPLANATION, top=1))
    assert "influenza █" not in said
    assert re.search(r"3 none of these \S* ?1 %", said)
    assert re.search(r"all others together \S+ 9 %", said)


def test_what_speaks_against_the_first_is_said_or_that_nothing_does() -> None:
    assert "Against the first: large spleen −2 dB" in flat(shown(EXPLANATION))
    spotless = msgspec.structs.replace(FIRST, contributions=FIRST.contributions[:3])
    assert "Against the first: nothing in the record." in flat(shown(changed(candidates=(spotless,))))


def test_steps_say_kind_and_urgency_and_for_whom_where_not_for_the_first() -> None:
    said = flat(shown(EXPLANATION))
    assert "1 Stop now Stop clozapine. [Some Cohort of Tablets 2018†]" in said
    assert "† not verified in its source" in said
    assert "2 Treat today For influenza: Give an antiviral." in said
    assert "and 3 more tests" in said


def test_what_to_expect_is_left_to_the_forecast_which_is_named() -> None:
    said = flat(shown(EXPLANATION))
    assert order(said, "Next", "Expect `penia forecast …` shows when the counts recover", "5 × unit unknown")


@pytest.mark.parametrize(
    "nothing_to_forecast",
    [
        {"first_low": None, "last_low": None, "last_normal": None, "lows": (), "tempo": "unknown"},
        {"lows": (LowCount("CD4", 0.1, SEEN, 0.2),)},
        {"resolved": SEEN + WEEK},
    ],
    ids=["low in words alone", "a line that no forecast follows", "recovered"],
)
def test_no_forecast_is_named_where_there_is_no_recovery_to_forecast(
    nothing_to_forecast: dict[str, Any],
) -> None:
    assert EXPLANATION.episode is not None
    episode = msgspec.structs.replace(EXPLANATION.episode, **nothing_to_forecast)
    assert "penia forecast" not in shown(changed(episode=episode))


def test_what_was_dropped_is_one_entry_a_kind_with_its_count() -> None:
    said = flat(shown(EXPLANATION))
    assert "5 × unit unknown: no unit (Observation/88, Observation/91). Write the unit." in said
    assert "2 × drug not understood: nothing reads “lora”, “zepa”" in said


def test_many_of_one_kind_are_counted_not_listed() -> None:
    many = tuple(Problem("unmapped", f"Observation/{n}", f"reason {n}") for n in range(50))
    said = flat(shown(changed(problems=many)))
    assert "50 × unmapped" in said
    assert "and 47 more" in said
    assert "reason 9" not in said


def test_no_low_count_ends_in_one_sentence_and_what_was_dropped() -> None:
    calm = changed(
        headline="No low count in this record; lowest was WBC 5.1.",
        urgency=(),
        episode=None,
        candidates=(),
        plan=(),
    )
    said = flat(shown(calm)).strip()
    assert said.startswith("No low count in this record; lowest was WBC 5.1. Dropped 5 × unit unknown")
    assert "--why" not in said
    assert "Cause" not in said


def test_why_shows_every_contribution_with_figures_sources_and_places_down_to_the_sum() -> None:
    said = flat(shown(EXPLANATION, why=1))
    for contribution in FIRST.contributions:
        assert contribution.text in said
    assert "−9.5 −9.5 how often it strikes 0.04 source 1 (not verified in its source)" in said
    assert "+16.2 +6.7 ANC 0.2 usual ANC 0.1 source 2 · in the record: Observation/ANC0" in said
    assert "+9.5 all together: odds 8.91 to 1, 90 %" in said
    assert "expert judgement with a range, no published figure" in said
    assert "source 2 Freifeld et al., Guideline on fever · 2010 · 10.1000/fever" in said


def test_why_names_no_cause_before_danger() -> None:
    assert order(shown(EXPLANATION, why=2), "NOW", "influenza")


@pytest.mark.parametrize("number", [0, 4])
def test_why_of_a_cause_that_is_not_there_is_an_error(number: int) -> None:
    with pytest.raises(IndexError, match=f"no cause {number}"):
        shown(EXPLANATION, why=number)


HOSTILE = "[bold]Bobby[/bold] :smile: \x1b[31mred\r\u202e"


def hostile() -> Explanation:
    named = Candidate(
        causes=(HOSTILE,),
        name=HOSTILE,
        probability=0.5,
        contributions=(Contribution("finding", "k", HOSTILE, 5.0, figures=(HOSTILE,), places=(HOSTILE,)),),
        plain=HOSTILE,
    )
    return changed(
        person=HOSTILE,
        headline=HOSTILE,
        candidates=(named, SECOND),
        missing=(HOSTILE,),
        problems=(Problem(HOSTILE, HOSTILE, HOSTILE, HOSTILE),),
    )


@pytest.mark.parametrize("why", [None, 1])
def test_text_of_a_record_is_neither_markup_nor_control_code(why: int | None) -> None:
    said = shown(hostile(), why=why)
    assert "[bold]Bobby[/bold] :smile:" in flat(said)
    assert not {"\x1b", "\r", "\u202e"} & set(said)


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("why", [None, 1])
def test_no_line_is_wider_than_the_terminal(width: int, why: int | None) -> None:
    long = changed(problems=(Problem("k", "x" * 300, "y" * 300),), person="z" * 300)
    assert max(map(len, shown(long, width=width, why=why).splitlines())) <= width


@pytest.mark.parametrize("width", [80, 120])
def test_colour_adds_no_words(width: int) -> None:
    coloured = shown(EXPLANATION, width=width, color=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == shown(EXPLANATION, width=width)


def test_a_newborns_age_is_in_days() -> None:
    assert EXPLANATION.at is not None
    born = Person(id="anna", birth=EXPLANATION.at.date().replace(day=11))
    assert "anna · 9 d · emergency" in flat(shown(EXPLANATION, msgspec.structs.replace(RECORD, person=born)))


def test_reasons_of_one_kind_without_a_common_beginning_are_all_said() -> None:
    mixed = (
        Problem("date", "Patient/1", "dates lie ahead"),
        Problem("date", "Patient/1", "a birth date is odd"),
    )
    assert "2 × date: dates lie ahead, a birth date is odd" in flat(shown(changed(problems=mixed)))
