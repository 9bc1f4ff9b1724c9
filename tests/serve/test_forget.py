"""What was read of a person is forgotten while other work goes on."""

from threading import Event, Thread

from penia import knowledge
from penia.serve.forget import Forgetting


def test_looking_for_caches_disturbs_no_tuple_that_another_thread_builds() -> None:
    knowledge.load()
    done, built, lost = Event(), list[int](), list[SystemError]()

    def build() -> None:
        while not done.is_set():
            try:
                built.append(len(tuple(n * n for n in range(300_000))))
            except SystemError as error:
                lost.append(error)

    threads = [Thread(target=build) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(12):
        Forgetting()()
    done.set()
    for thread in threads:
        thread.join()
    assert built and not lost
