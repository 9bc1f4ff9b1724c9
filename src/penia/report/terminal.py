"""An Explanation in the terminal: what matters most now first, then who, which causes, what to do."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from penia.explanation import Alert, Episode, Explanation
from penia.explanation.wording import against, weighed
from penia.record import Record
from penia.report import ahead, wording
from penia.report.causes import ranked
from penia.report.dropped import grouped
from penia.report.steps import numbered
from penia.report.styled import Part, grid, lines, say
from penia.report.why import waterfall

WIDEST = 120
"""Columns beyond which lines would be hard to follow."""
MARGIN, LABEL, GAP = 2, 7, 2
LEVELS: dict[str, Part] = {
    "now": ("NOW", "bold white on red"),
    "today": ("TODAY", "bold black on yellow"),
    "soon": ("SOON", "bold cyan"),
}
NOT_KNOWN = 5
"""Unknown facts that are named."""
TO_FORECAST = (
    "`penia forecast …` shows when the counts recover, "
    "if a suspected drug is stopped and if all goes on as now."
)
Section = tuple[Part, RenderableType]
"""A label in the margin and what it labels."""


def render(
    explanation: Explanation, record: Record, console: Console, top: int = 5, why: int | None = None
) -> None:
    """Print ``explanation`` of ``record``: the ``top`` first causes, or every figure of cause number ``why``.

    Nothing is said by colour alone; 80 columns suffice. Raises IndexError if there is no cause ``why``.
    """
    width = min(console.width, WIDEST)
    if why is not None:
        blocks = _why(explanation, why)
    elif explanation.episode is None:
        blocks = [_sections(_dangers(explanation)), say((wording.beside_alarms(explanation), "bold"))]
    else:
        blocks = _whole(explanation, explanation.episode, record, top, width - 2 * MARGIN - LABEL - GAP)
    last = [] if why is not None else [_sections(_dropped(explanation))]
    console.print(Padding(_spaced([*blocks, *last, _footer(explanation, why)]), (1, MARGIN)), width=width)


def render_forecast(explanation: Explanation, record: Record, console: Console) -> None:
    """Print the forecast of ``explanation``, which has one, and the dangers before it."""
    assert explanation.forecast is not None
    width = min(console.width, WIDEST)
    names = wording.cause_names(explanation)
    blocks: list[RenderableType | None] = [
        _sections(_dangers(explanation)),
        say((wording.who(explanation, record), "bold")),
        ahead.render(explanation.forecast, names),
        _footer(explanation, 0),
    ]
    console.print(Padding(_spaced(blocks), (1, MARGIN)), width=width)


def _spaced(blocks: list[RenderableType | None]) -> Group:
    """An empty line between blocks; those without content are left out."""
    shown = [block for block in blocks if block is not None]
    return Group(*(part for block in shown for part in (block, Text())[: 2 if block is not shown[-1] else 1]))


def _sections(rows: list[Section]) -> Table | None:
    if not rows:
        return None
    table = grid(LABEL, None, pad=GAP)
    for label, content in rows:
        table.add_row(say(label), content)
    return table


def _why(explanation: Explanation, number: int) -> list[RenderableType | None]:
    """Danger comes first here too, then the candidate."""
    if not 1 <= number <= len(explanation.candidates):
        raise IndexError(f"no cause {number}: there are {len(explanation.candidates)}")
    dangers: list[Section] = [
        (LEVELS[a.level], say((a.title, "bold"), f". {a.action}")) for a in explanation.urgency
    ]
    return [_sections(dangers), *waterfall(explanation.candidates[number - 1], number, explanation.suspects)]


def _whole(
    explanation: Explanation, episode: Episode, record: Record, top: int, width: int
) -> list[RenderableType | None]:
    causes: list[Section] = [("Cause", ranked(explanation.candidates, explanation.sets, top, width))]
    both = wording.at_once(explanation.sets, explanation.candidates)
    causes += [("Both" if n == 0 else "", say(words)) for n, words in enumerate(both)]
    steps: list[Section] = [("Next", numbered(explanation.plan, explanation.candidates))]
    return [
        _sections(_dangers(explanation)) or say((explanation.headline, "bold")),
        say((wording.who(explanation, record), "bold")),
        _sections(_low(episode, record)),
        _sections(causes) if explanation.candidates else None,
        _sections(_doubt(explanation)),
        _sections(steps) if explanation.plan else None,
        _sections(_expected(explanation, episode)),
        _sections(_scores(explanation)),
    ]


def _dangers(explanation: Explanation) -> list[Section]:
    """What may harm, then that too little is known."""
    thin: list[Section] = [(("UNSURE", "bold reverse"), _thin(explanation))] if explanation.thin else []
    return [*(_alert(a) for a in explanation.urgency), *thin]


def _thin(explanation: Explanation) -> Text:
    helps = " and ".join(explanation.helps()) or "more findings"
    return say(("Too little is known to tell the causes apart.", "bold"), f" What would help most: {helps}.")


def _alert(alert: Alert) -> Section:
    unknown = f"Not in the record: {', '.join(alert.unknown)}." if alert.unknown else ""
    text = lines(
        say((alert.title, "bold"), f". {alert.action} ", (wording.cited(alert.citations), "dim")),
        say((" · ".join(alert.because), "dim")),
        say((unknown, "dim")),
    )
    return LEVELS[alert.level], text


def _low(episode: Episode, record: Record) -> list[Section]:
    table = grid(None, None, None)
    for name, value, grade in wording.low_lines(episode, record):
        table.add_row(say((name, "bold")), say(value), say(grade))
    rows: list[Section] = [("Low", say(wording.since(episode))), ("", table)]
    rest = wording.not_low(episode, record)
    return [*rows, ("Not low", say(rest))] if rest else rows


def _expected(explanation: Explanation, episode: Episode) -> list[Section]:
    """The forecast; without one, the command that makes it, where there is a recovery to forecast."""
    if explanation.forecast is not None:
        return [("Expect", say(ahead.expectation(explanation.forecast)))]
    followed = any(low.lineage in wording.LETTERS.values() for low in episode.lows)
    return [("Expect", say(TO_FORECAST))] if followed and episode.resolved is None else []


def _scores(explanation: Explanation) -> list[Section]:
    return [
        (
            "Score" if n == 0 else "",
            lines(
                say((f"{score.name} {wording.total(score)}", "bold"), f": {score.meaning}. {score.action}"),
                say((f"For {score.applies_to}. {wording.cited(score.citations)}", "dim")),
                say((f"Not in the record: {', '.join(score.unknown)}." if score.unknown else "", "dim")),
            ),
        )
        for n, score in enumerate(explanation.scores)
    ]


def _doubt(explanation: Explanation) -> list[Section]:
    rows: list[Section] = []
    if explanation.candidates:
        speaking = weighed(against(explanation.candidates[0]))
        rows.append(("Against", say(f"the first: {speaking or 'nothing in the record.'}")))
    if explanation.missing:
        known = explanation.missing[:NOT_KNOWN]
        more = len(explanation.missing) - len(known)
        rows.append(("Unknown", say(" · ".join(known) + (f" · and {more} more" if more else ""))))
    return rows


def _dropped(explanation: Explanation) -> list[Section]:
    rows = grouped(explanation.problems)
    return [
        ("Dropped" if n == 0 else "", say((f"{count} × {kind}: ", "bold"), (told, "dim")))
        for n, (kind, count, told) in enumerate(rows)
    ]


def _footer(explanation: Explanation, why: int | None) -> Text:
    whole = why is None and bool(explanation.candidates)
    cited = (c for part in (*explanation.urgency, *explanation.plan) for c in part.citations)
    marked = whole and any(wording.is_unread(c) for c in cited)
    versions = " · ".join(f"{name} {version}" for name, version in explanation.versions.items())
    return lines(
        say((f"{wording.UNREAD} not verified in its source" if marked else "", "dim")),
        say("`penia explain … --why 1` shows every figure and source of the first cause." if whole else ""),
        say((f"{versions} · supports a decision, does not make it", "dim")),
    )
