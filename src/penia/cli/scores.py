"""The tables of an evaluation in the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from penia.evaluate import Report, Summary
from penia.evaluate.against import Against, Moved

SHOWN = 25
"""Lines of the confusion list."""


def print_report(report: Report, console: Console) -> None:
    seen = report.all.cases
    console.print(f"{seen} case{'' if seen == 1 else 's'} of {report.folder}", style="bold", markup=False)
    versions = ", ".join(f"{name} {version}" for name, version in sorted(report.versions.items()))
    console.print(versions, markup=False, highlight=False)
    if report.unreadable:
        console.print(f"{len(report.unreadable)} could not be read:", markup=False)
    for unread in report.unreadable:
        console.print(f"  {unread.name}: {unread.reason}", markup=False, highlight=False)
    _ranks(report, console)
    _reliability(report.all, console)
    console.print(
        f"\nTime per case: median {report.all.seconds_median * 1000:.0f} ms, "
        f"90th percentile {report.all.seconds_p90 * 1000:.0f} ms",
        highlight=False,
    )
    _confusions(report, console)


def _ranks(report: Report, console: Console) -> None:
    console.print(
        "\nShare with an accepted cause among the first 1, 3, 5, 10; with the principal one first;"
        "\nmean log score, Brier score and calibration error (0 is best for each)",
        highlight=False,
    )
    table = Table(box=None, pad_edge=False)
    for name in ("", "cases", "1", "3", "5", "10", "main", "log", "Brier", "off"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    rows = {"all": report.all}
    if report.headline:
        rows["without weak keys"] = report.headline
    for name, s in {**rows, **report.groups, **report.facts}.items():
        shares = [f"{share:.0%}" for share in s.top_any.values()]
        principal = f"{s.top_principal['1']:.0%}"
        scores = (f"{s.log_score:.2f}", f"{s.brier:.2f}", f"{s.calibration_error:.2f}")
        table.add_row(name, str(s.cases), *shares, principal, *scores)
    console.print(table)


def _reliability(summary: Summary, console: Console) -> None:
    console.print("\nProbability of the first cause: as said, and how often it was right")
    table = Table(box=None, pad_edge=False)
    for name in ("probability", "cases", "said", "right"):
        table.add_column(name, justify="right")
    for b in summary.reliability:
        table.add_row(f"{b.low:.0%}–{b.high:.0%}", str(b.cases), f"{b.said:.0%}", f"{b.right:.0%}")
    console.print(table)
    if summary.calibration_chance:
        middle, most = summary.calibration_chance
        console.print(
            f"Calibration error {summary.calibration_error:.3f}; probabilities that are exactly right would "
            f"show {middle:.3f} in as many cases, up to {most:.3f} in 95 of 100",
            highlight=False,
        )


def _confusions(report: Report, console: Console) -> None:
    if not report.confusions:
        return
    console.print("\nTaken for another cause")
    table = Table(box=None, pad_edge=False)
    for name in ("true cause", "first named", "cases"):
        table.add_column(name, overflow="fold")
    for c in report.confusions[:SHOWN]:
        table.add_row(c.truth, c.named, f"{len(c.cases)}: {', '.join(c.cases)}")
    console.print(table, markup=False)
    if (more := len(report.confusions) - SHOWN) > 0:
        console.print(f"and {more} more; --json has them all")


def print_against(found: Against, before: Report, after: Report, console: Console) -> None:
    old, new = before.versions.get("knowledge", "?"), after.versions.get("knowledge", "?")
    console.print(f"Knowledge {old} → {new}", style="bold", markup=False)
    _moved(f"Up: the truth became likelier in {len(found.up)}", found.up, console)
    _moved(f"Down: less likely in {len(found.down)}", found.down, console)
    console.print(f"\nAs before: {found.same}", highlight=False)
    for what, names in (("before", found.only_before), ("now", found.only_after)):
        if names:
            console.print(f"Only {what}: {', '.join(names)}", markup=False, highlight=False)
    console.print(
        f"Right at the first place: {found.first[0]:.0%} → {found.first[1]:.0%}; "
        f"mean log score {found.log_score[0]:.3f} → {found.log_score[1]:.3f} (0 is best)",
        highlight=False,
    )


def _moved(title: str, cases: tuple[Moved, ...], console: Console) -> None:
    if not cases:
        return
    console.print(f"\n{title}", highlight=False)
    table = Table(box=None, pad_edge=False)
    for name in ("case", "true cause", "place", "probability", "first named"):
        table.add_column(name, overflow="fold")
    for c in cases:
        place = " → ".join("none" if rank is None else str(rank) for rank in c.rank)
        named = c.named[0] if c.named[0] == c.named[1] else f"{c.named[0]} → {c.named[1]}"
        chance = " → ".join(f"{p:.0%}" for p in c.probability)
        table.add_row(c.name, c.principal, place, chance, named)
    console.print(table, markup=False)
