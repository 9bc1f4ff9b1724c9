"""The page: what stands first, that it needs and obeys nothing else, and that everything can be followed."""

# pyright: basic
from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise

import msgspec
import pytest
from report_makers import EXPLANATION, FIRST, RECORD, SEEN, WEEK, changed

from penia.explanation import Citation, Contribution, Explanation
from penia.record import Exposure, Origin, Person, Record
from penia.report.html import render

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}"
VOID = {"meta", "rect", "line", "path", "br", "img", "input"}

TREATED = msgspec.structs.replace(
    RECORD,
    exposures=(Exposure("Clozaril", ingredient="clozapine", start=SEEN - 11 * WEEK, doses=(SEEN - WEEK,)),),
)


class Page(HTMLParser):
    """What a browser would make of it, in the order of the page."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.texts: list[str] = []
        self.unclosed: list[str] = []
        self.feed(source)
        self.text = " ".join(" ".join(self.texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.unclosed.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.unclosed.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.unclosed[-1:] == ["script"]:
            self.scripts.append(data)
        elif self.unclosed[-1:] != ["style"]:
            self.texts.append(data)

    def attributes(self, name: str) -> list[str]:
        return [value for _, attrs in self.tags if (value := attrs.get(name)) is not None]


def page(explanation: Explanation = EXPLANATION, record: Record = RECORD) -> Page:
    return Page(render(explanation, record))


@cache
def plain() -> Page:
    return page()


@cache
def treated() -> Page:
    return page(record=TREATED)


def poisoned(value: object) -> object:
    """The same value with hostile text before every text that is free."""
    if isinstance(value, msgspec.Struct):
        closed = {"level", "urgency", "tempo", "lineage", "ctcae"} | (
            {"kind"} if not hasattr(value, "remedy") else set()
        )
        fields = {f: getattr(value, f) for f in value.__struct_fields__}
        return type(value)(**{f: v if f in closed else poisoned(v) for f, v in fields.items()})
    if isinstance(value, tuple):
        return tuple(poisoned(v) for v in value)
    if isinstance(value, dict):
        return {f"{EVIL}{k}": poisoned(v) for k, v in value.items()}
    return EVIL + value if isinstance(value, str) else value


def test_every_tag_is_closed() -> None:
    assert treated().unclosed == []


def test_danger_stands_before_any_cause() -> None:
    text = plain().text
    told = ("NOW", "Antibiotics within the hour.", "TODAY", "Possible causes")
    order = [text.index(words) for words in told]
    assert order == sorted(order)


def test_nothing_is_fetched() -> None:
    shown = treated()
    loaded = [
        t for t, attrs in shown.tags if attrs.keys() & {"src", "srcset", "poster", "data"} or t == "link"
    ]
    assert loaded == []
    css = re.search(r"<style>(.*?)</style>", render(EXPLANATION, RECORD), re.DOTALL)
    assert css and "url(" not in css[1] and "@import" not in css[1]


def test_only_the_scripts_of_the_page_may_run() -> None:
    shown = treated()
    policy = next(a["content"] for t, a in shown.tags if t == "meta" and "http-equiv" in a)
    assert policy
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    allowed = set(re.findall(r"'sha256-([^']+)'", policy))
    digests = {base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in shown.scripts}
    assert digests == allowed
    assert len(digests) == 2


def test_hostile_text_stays_text() -> None:
    told = poisoned(EXPLANATION)
    assert isinstance(told, Explanation)
    explanation = msgspec.structs.replace(told, at=SEEN)
    record = poisoned(TREATED)
    assert isinstance(record, Record)
    origin = Origin(place=EVIL, text=EVIL, unit=EVIL)
    counts = tuple(msgspec.structs.replace(c, origin=origin) for c in RECORD.counts)
    shown = page(explanation, msgspec.structs.replace(record, counts=counts))
    assert "img" not in [tag for tag, _ in shown.tags]
    assert not [name for _, attrs in shown.tags for name in attrs if name.startswith("on")]
    assert len(shown.scripts) == 2
    assert not any("alert(" in s and EVIL in s for s in shown.scripts)
    assert EVIL in shown.text


@pytest.mark.parametrize("ref", ["javascript:alert(1)", "data:text/html,x", "label of the drug"])
def test_only_web_addresses_become_links(ref: str) -> None:
    contribution = Contribution("finding", "x", "a finding", 3.0, citations=(Citation("A title", ref),))
    first = msgspec.structs.replace(FIRST, contributions=(contribution,))
    shown = page(changed(candidates=(first,), urgency=(), plan=()))
    assert [h for h in shown.attributes("href") if not h.startswith("#")] == []
    assert "A title" in shown.text


def test_each_piece_of_evidence_shows_its_figures_its_sources_and_its_place() -> None:
    text = plain().text
    for contribution in FIRST.contributions:
        assert contribution.text in text
        assert all(figure in text for figure in contribution.figures)
        assert all(place in text for place in contribution.places)
        assert all(citation.title in text for citation in contribution.citations)


def test_a_figure_that_was_not_read_in_its_source_is_marked() -> None:
    shown = page(changed(candidates=(FIRST,), urgency=(), plan=()))
    assert shown.text.count("not verified in its source") == 1


def test_each_bar_of_evidence_says_in_words_where_it_leads() -> None:
    bars = [a for t, a in plain().tags if t == "svg" and a.get("role") == "img"]
    assert bars[0]["aria-label"] == "from 0.0 to −9.5 decibels"
    assert bars[1]["aria-label"] == "from −9.5 to +6.7 decibels"


def test_the_table_has_every_count_of_the_drawing() -> None:
    text = plain().text
    for count in RECORD.counts:
        assert count.origin.place in text
    assert "The counts as a table (6)" in text


def test_a_count_below_the_limit_of_measurement_is_called_so() -> None:
    low = msgspec.structs.replace(
        RECORD.counts[2], value=0.1, comparator="<", origin=Origin("Observation/9", "<100", "/uL")
    )
    text = page(record=msgspec.structs.replace(RECORD, counts=(low,))).text
    assert "below 0.1 ×10⁹/L <100 /uL Observation/9" in text


def test_counts_after_the_cut_are_not_shown() -> None:
    shown = page(changed(at=SEEN - WEEK))
    assert "The counts as a table (2)" in shown.text
    assert '"Observation/HB0"' not in shown.scripts[-1]


def test_a_drug_names_the_cause_that_it_is() -> None:
    assert "clozapine · cause 1: from 2024-03-04 with no known end" in treated().text


def test_no_low_count_is_one_reassuring_sentence_without_causes() -> None:
    said = "No low count in this record; lowest was ANC 2.1 on 2024-05-20."
    shown = page(changed(headline=said, urgency=(), episode=None, candidates=(), plan=(), missing=()))
    assert said in shown.text
    assert "Possible causes" not in shown.text
    assert "What to do next" not in shown.text


def test_an_empty_record_makes_a_page_without_a_drawing() -> None:
    bare = changed(headline="No white count.", urgency=(), episode=None, candidates=(), plan=(), at=None)
    shown = page(bare, Record(Person("x")))
    assert "Counts over time" not in shown.text
    assert '"item":null' in shown.scripts[-1]


def test_too_little_is_said_before_the_causes() -> None:
    text = page(changed(thin=True, urgency=())).text
    unsure = text.index("Too little is known to tell the causes apart")
    assert unsure < text.index("test 0 and test 1") < text.index("Possible causes")


def test_a_step_that_is_not_for_the_first_cause_says_for_which() -> None:
    text = plain().text
    assert "Treat · today For influenza: Give an antiviral." in text
    assert "Stop · now Stop clozapine." in text


def test_what_was_dropped_is_told_with_how_often() -> None:
    assert "5 × unit unknown:" in plain().text


def test_headings_do_not_skip_a_level_and_ids_are_unique() -> None:
    shown = treated()
    levels = [int(tag[1]) for tag, _ in shown.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper - level <= 1 for level, deeper in pairwise(levels))
    ids = shown.attributes("id")
    assert len(ids) == len(set(ids))
    assert {h[1:] for h in shown.attributes("href") if h.startswith("#")} <= set(ids)


def test_the_same_record_gives_the_same_page() -> None:
    assert render(EXPLANATION, TREATED) == render(EXPLANATION, TREATED)


def test_the_notes_say_danger_causes_and_steps_as_text() -> None:
    notes = render(EXPLANATION, RECORD).split('<pre id="text"')[1].split("</pre>")[0]
    told = ("NOW: ", "Possible causes", FIRST.name, "Stop, now: Stop clozapine.", "does not make it")
    places = [notes.index(words) for words in told]
    assert places == sorted(places)


def test_the_page_stays_below_two_megabytes() -> None:
    assert len(render(EXPLANATION, TREATED)) < 2_000_000
