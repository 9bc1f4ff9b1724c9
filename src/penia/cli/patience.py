"""What a waiting user sees: nothing for two seconds, then how far it is; only where someone looks on."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sized
from contextlib import contextmanager
from threading import Timer
from typing import TypeVar

AFTER = 2.0
"""Seconds before anything is shown."""

T = TypeVar("T")


@contextmanager
def waiting(text: str) -> Generator[None]:
    """A sign of life on standard error while a step of unknown length runs."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    status = console.status(text)
    timer = Timer(AFTER, status.start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        status.stop()


def counted(text: str, total: int | None = None) -> Callable[[Iterable[T]], Iterator[T]]:
    """Wraps a row of things in a progress bar with the time left; ``total`` where the row does not say it."""

    def follow(things: Iterable[T]) -> Iterator[T]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        if not console.is_terminal:
            yield from things
            return
        columns = (TextColumn(text), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        progress = Progress(*columns, console=console, transient=True)
        many = len(things) if isinstance(things, Sized) else total
        task = progress.add_task(text, total=many)
        timer = Timer(AFTER, progress.start)
        timer.daemon = True
        timer.start()
        try:
            for done, thing in enumerate(things):
                progress.update(task, completed=done)
                yield thing
        finally:
            timer.cancel()
            timer.join()
            progress.stop()

    return follow
