"""Ids of tokens that were used, until they expire: a token that was overheard is of no use a second time.

All workers share them. They are digests and tell of a client's call, not of a person.
"""

from __future__ import annotations

import mmap
import time
from hashlib import blake2b
from multiprocessing import get_context

import numpy as np

SLOTS, TRIES = 2**16, 64
WAIT = 1.0
"""Seconds for which another worker may hold the table."""


class Used:
    def __init__(self) -> None:
        """Made before the workers are, which inherit it."""
        shared = np.frombuffer(mmap.mmap(-1, 16 * SLOTS), np.uint64)
        self._digests, self._ends = shared[:SLOTS], shared[SLOTS:].view(np.float64)
        self._lock = get_context("fork").Lock()

    def first(self, issuer: str, name: str, until: float) -> bool:
        """Whether it is used for the first time; not either where there is no room to remember it."""
        digest = np.frombuffer(blake2b(f"{issuer}\0{name}".encode(), digest_size=8).digest(), np.uint64)[0]
        places = (int(digest) % SLOTS + np.arange(TRIES)) % SLOTS
        if not self._lock.acquire(timeout=WAIT):
            return False
        try:
            live = self._ends[places] > time.time()
            if (live & (self._digests[places] == digest)).any() or live.all():
                return False
            free = places[np.argmin(live)]
            self._digests[free], self._ends[free] = digest, until
            return True
        finally:
            self._lock.release()
