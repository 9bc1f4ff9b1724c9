"""Processes that serve the same address.

They are forked from one that has loaded the knowledge and the library of courses: these lie in memory once.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import time
from collections.abc import Callable

from penia.serve.watch import Watch

PAUSE = 1.0
"""Seconds before a worker that ended is replaced, so that one that cannot start does not spin."""


def keep(workers: int, work: Callable[[int], None], watch: Watch) -> None:
    """Runs ``work`` in so many processes and replaces those that end, until it is told to stop.

    Then it tells them, and waits for what they have begun.
    """
    gc.collect()
    gc.freeze()  # what is shared is not walked again, which would copy it
    alive: dict[int, int] = {}
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True
        for pid in alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    signals = (signal.SIGTERM, signal.SIGINT)
    for number in signals:
        signal.signal(number, stop)
    for worker in range(workers):
        alive[_forked(work, worker)] = worker
    while alive:
        pid, status = os.wait()
        worker = alive.pop(pid)
        if stopping:
            continue
        watch.line("worker ended", worker=worker, code=os.waitstatus_to_exitcode(status))
        time.sleep(PAUSE)
        signal.pthread_sigmask(
            signal.SIG_BLOCK, signals
        )  # between its start and its entry nothing could stop it
        if not stopping:
            alive[_forked(work, worker)] = worker
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)


def _forked(work: Callable[[int], None], worker: int) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        work(worker)
        code = 0
    finally:
        os._exit(code)
    raise AssertionError
