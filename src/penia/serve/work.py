"""Reading and explaining, off the event loop: a bounded pool of threads, a bounded wait."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from penia.serve.answer import Refusal
from penia.serve.forget import Forgetting
from penia.serve.settings import Settings
from penia.serve.watch import Watch

T = TypeVar("T")
GZIP = b"\x1f\x8b"
GZIP_WINDOW = 31


class Desk:
    """Where the work of one worker is done."""

    def __init__(self, settings: Settings, watch: Watch) -> None:
        self._settings = settings
        self._watch = watch
        self._pool = ThreadPoolExecutor(settings.threads, thread_name_prefix="penia")
        self._places = asyncio.Semaphore(settings.threads)
        self._forget = Forgetting()

    async def do(self, work: Callable[[], T]) -> T:
        """The result of ``work``. Raises Refusal 503 where no place is free in time, or it takes too long.

        A thread cannot be ended from outside: work that was given up keeps its place until it is done, so
        that slow requests never pile up.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._settings.seconds):
                await self._places.acquire()
                self._watch.counters.working()
                future = loop.run_in_executor(self._pool, self._forgetting, work)
                future.add_done_callback(self._done)
                return await asyncio.shield(future)
        except TimeoutError:
            told = (
                f"No answer within {self._settings.seconds:g} seconds; try again, or with a shorter record."
            )
            raise Refusal(503, told, retry_after="5") from None

    def _forgetting(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except MemoryError:
            raise Refusal(
                413, "This record takes more memory than a request may have; send less of it."
            ) from None
        finally:
            self._forget()

    def _done(self, future: asyncio.Future[T]) -> None:
        self._watch.counters.working(-1)
        self._places.release()
        if not future.cancelled():
            future.exception()  # given up: nobody else asks for it, and asyncio would print it

    def close(self) -> None:
        """Waits for what was taken on."""
        self._pool.shutdown(wait=True)


def unpacked(body: bytes, most: int) -> bytes:
    """The body without gzip. Raises Refusal where it is larger than ``most`` bytes or broken."""
    if not body.startswith(GZIP):
        return body
    unpack = zlib.decompressobj(GZIP_WINDOW)
    try:
        data = unpack.decompress(body, most)
    except zlib.error:
        raise Refusal(400, "The packed body is broken; pack it again with gzip.") from None
    if unpack.unconsumed_tail or len(data) >= most:
        raise Refusal(413, f"Unpacked, the request is larger than {most // 2**20} MiB; send less of it.")
    if not unpack.eof or unpack.unused_data:
        raise Refusal(400, "The packed body is not one whole gzip stream; pack it again.")
    return data
