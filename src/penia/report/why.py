"""Every figure behind one candidate: from where it stood before the record to where it stands now."""

from __future__ import annotations

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from penia.explanation import Candidate, Citation, Contribution, Scale, Suspect
from penia.explanation.wording import percent
from penia.report.styled import grid, lines, say
from penia.report.wording import cited, full_source, is_published, is_unread, odds, off_by

Numbers = dict[tuple[str, str, int | None], int]
"""Source (title, ref, year) → its number in the list at the end."""


def waterfall(
    candidate: Candidate, number: int, suspects: tuple[Suspect, ...] = ()
) -> tuple[RenderableType | None, ...]:
    """Heading, every contribution with the running sum, what would change our mind, of a drug its alternative
    and its published scales, and the sources that the numbers name."""
    numbers = _numbers(candidate)
    heading = lines(
        say((f"{number}  {candidate.name}", "bold"), f" · {percent(candidate.probability)}"),
        say((", ".join(candidate.causes), "dim"), (_kinds(candidate), "dim")),
        say(candidate.plain),
        say((_stands(candidate), "dim")),
    )
    doubts = (_turned(candidate), *(_suspect(s) for s in suspects if s.cause in candidate.causes))
    return heading, _steps(candidate, numbers), *doubts, _sources(numbers)


def _turned(candidate: Candidate) -> Text | None:
    """The results that would change our mind."""
    if not candidate.turns:
        return None
    told = (
        say(f"{t.test}: {t.words} ({percent(t.chance)}), then {percent(t.after)}") for t in candidate.turns
    )
    return lines(say(("What would change our mind", "bold")), *told)


def _suspect(suspect: Suspect) -> Text:
    """What else it could be, and what drug-safety readers would call it."""
    because = f", for {' · '.join(suspect.because)}" if suspect.because else ""
    other = f"{suspect.alternative}, {percent(suspect.alternative_probability)}{because}"
    return lines(say(("If not this drug", "bold"), f"  {other}"), *(_scale(s) for s in suspect.scales))


def _scale(scale: Scale) -> Text:
    total = ""
    if scale.total is not None:
        total = f" {scale.total} (from {scale.least} to {scale.most}, were all known)"
    known = [f"{a.item}: {'yes' if a.yes else 'no'}" for a in scale.answers if a.yes is not None]
    unknown = [a.item for a in scale.answers if a.yes is None]
    return lines(
        say((f"{scale.name}:{total} {scale.verdict}", "bold"), (f" {cited((scale.citation,))}", "dim")),
        say(("; ".join(known), "dim")),
        say((f"Not known: {'; '.join(unknown)}" if unknown else "", "dim")),
    )


def _kinds(candidate: Candidate) -> str:
    """``; of its kinds acute promyelocytic leukaemia 62 %``"""
    told = ", ".join(f"{kind.name} {percent(kind.probability)}" for kind in candidate.finer)
    return f"; of its kinds {told}" if told else ""


def _stands(candidate: Candidate) -> str:
    hinge = f"; most hinges on {candidate.hinge}" if candidate.hinge else ""
    return f"{off}{hinge}" if (off := off_by(candidate)) else ""


def _steps(candidate: Candidate, numbers: Numbers) -> Table:
    """dB, running sum, what it is."""
    table = grid(6, 6, None)
    table.add_row(_right("dB", "bold"), _right("sum", "bold"), say(("evidence", "bold")))
    total = 0.0
    for contribution in candidate.contributions:
        total += contribution.decibans
        style = "green" if contribution.decibans > 0 else "red"
        table.add_row(
            _right(_exact(contribution.decibans), style),
            _right(_exact(total), "dim"),
            _told(contribution, numbers),
        )
    end = f"all together: odds {odds(total)}, {percent(candidate.probability)}"
    table.add_row("", _right(_exact(total), "bold"), say((end, "bold")))
    return table


def _told(contribution: Contribution, numbers: Numbers) -> Text:
    """The fact, the figures used, where they are from and where the record says it."""
    sources = ", ".join(_numbered(c, numbers) for c in contribution.citations)
    places = f"in the record: {', '.join(contribution.places)}" if contribution.places else ""
    return lines(
        say(contribution.text),
        say(("; ".join(contribution.figures), "dim")),
        say((" · ".join(part for part in (sources, places) if part), "dim")),
    )


def _numbered(citation: Citation, numbers: Numbers) -> str:
    number = numbers.get(_key(citation))
    if number is None:
        return citation.title
    return f"source {number}{' (not verified in its source)' if is_unread(citation) else ''}"


def _numbers(candidate: Candidate) -> Numbers:
    cited = (c for contribution in candidate.contributions for c in contribution.citations)
    keys = dict.fromkeys(_key(c) for c in cited if is_published(c))
    return {key: n for n, key in enumerate(keys, start=1)}


def _key(citation: Citation) -> tuple[str, str, int | None]:
    return (citation.title, citation.ref, citation.year)


def _sources(numbers: Numbers) -> Table | None:
    if not numbers:
        return None
    table = grid(10, None, pad=1)
    for (title, ref, year), number in numbers.items():
        table.add_row(say(f"source {number}"), say(full_source(Citation(title, ref, year))))
    return table


def _exact(decibans: float) -> str:
    return f"{decibans:+.1f}".replace("-", "−")


def _right(words: str, style: str) -> Text:
    text = say((words, style))
    text.justify = "right"
    return text
