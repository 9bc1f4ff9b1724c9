"""A bound on what a worker may take, so that one request cannot take the machine's memory."""

from __future__ import annotations

import os
import resource
from contextlib import suppress
from pathlib import Path


def bound(more: int) -> None:
    """From now on this process gets so many bytes more at most; MemoryError beyond.

    On Linux alone: elsewhere nothing tells what it holds already.
    """
    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5])
        most = pages * os.sysconf("SC_PAGE_SIZE") + more
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
