"""Mutation testing: tools/mutants [--sample N] [--seed S] [MUTANT ...]

The code of units, episodes and the inference is changed in one place at a time (mutmut says where and how);
the tests that run this function must fail. Every mutant has a process of its own, forked before any test
ran, so that no kept result hides it. Of each part N mutants are drawn at random, or all; a larger N of the
same seed holds the smaller sample.
"""

from __future__ import annotations

import argparse
import inspect
import os
import pickle
import random
import resource
import shutil
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from math import ceil, sqrt
from pathlib import Path
from time import process_time

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import Phase, settings
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

PARTS = ("units", "episode", "infer")
TESTS = (
    "tests/test_units.py",
    "tests/test_episode.py",
    "tests/infer",
    "tests/plan/test_interactions.py",
    "tests/test_pipeline.py",
)
SLOW = "test_the_refined_evidence_is_nearer_to_that_of_a_huge_library"
ROOM = Path("build/mutated")


def make(room: Path) -> dict[str, list[str]]:
    """The code with all of its mutants, of which none is active, and their names by part."""
    shutil.rmtree(room, ignore_errors=True)
    shutil.copytree("src", room / "src")
    shutil.copytree("tests", room / "tests")
    shutil.copy2("pyproject.toml", room)
    names: dict[str, list[str]] = {}
    for part in PARTS:
        home = room / "src/penia" / part
        names[part] = []
        for file in sorted(home.rglob("*.py")) or [home.with_suffix(".py")]:
            made = mutate_file_contents(str(file), file.read_text())
            file.write_text(made.code)
            module = ".".join(file.relative_to(room / "src").with_suffix("").parts).removesuffix(".__init__")
            names[part] += [f"{module}.{name}" for name in made.mutant_names]
    return names


def forget() -> None:
    """Empties the caches of what is mutated, those of infer.derived too: a kept result hides a mutant."""
    for name, module in list(sys.modules.items()):
        if name.startswith(tuple(f"penia.{part}" for part in PARTS)):
            for function in vars(module).values():
                if hasattr(function, "cache_clear"):
                    function.cache_clear()
                elif inspect.isfunction(function) and "kept" in function.__code__.co_freevars:
                    inspect.getclosurevars(function).nonlocals["kept"].clear()


class Mutation:
    """Runs, in place of every test, of every mutant the tests that reach it, the fastest first."""

    def __init__(self, mutants: Iterable[str]) -> None:
        self.mutants = list(mutants)
        self.ends: dict[str, str] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        reached, spent = self.traced(session.items)
        for mutant in self.mutants:
            places = sorted(reached[mutant.partition("__mutmut_")[0]], key=spent.__getitem__)
            items = [session.items[place] for place in places]
            end = self.tried(mutant, items, sum(spent[p] for p in places)) if items else "no test"
            self.ends[mutant] = end
            if end != "killed":
                print(f"{end}: {mutant}", flush=True)
        return True

    def traced(self, items: list[pytest.Item]) -> tuple[Mapping[str, list[int]], list[float]]:
        """Which tests (by place) reach each function, and the seconds of each."""
        reading, writing = os.pipe()
        if os.fork() == 0:
            set_mutant_under_test("stats")
            reached: dict[str, list[int]] = defaultdict(list)
            spent: list[float] = []
            for place, item in enumerate(items):
                forget()
                start = process_time()
                if any(report.failed for report in runtestprotocol(item, log=False)):
                    print(f"left out, as it fails without any mutant: {item.nodeid}", flush=True)
                    state()._stats.clear()
                spent.append(process_time() - start)
                for function in state()._stats:
                    reached[function].append(place)
                state()._stats.clear()
            with os.fdopen(writing, "wb") as file:
                pickle.dump((reached, spent), file)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as file:
            found = pickle.load(file)
        os.wait()
        return found

    def tried(self, mutant: str, items: list[pytest.Item], seconds: float) -> str:
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_CPU, 2 * (ceil(10 + 5 * seconds),))
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # a mutant leaves no file to the next
            forget()
            set_mutant_under_test(mutant)
            for item in items:
                if any(report.failed for report in runtestprotocol(item, log=False)):
                    os._exit(1)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return {0: "survived", 1: "killed"}.get(code, "timeout")


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    z = 1.96
    half = z * sqrt(hits * (of - hits) / of + z * z / 4)
    return (hits + z * z / 2 - half) / (of + z * z), (hits + z * z / 2 + half) / (of + z * z)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tools/mutants")
    parser.add_argument("--sample", type=int, help="mutants of each part; otherwise all, for hours")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("mutants", nargs="*", help="only these")
    given = parser.parse_args()
    known = make(ROOM)
    chosen: dict[str, list[str]] = {}
    for part, names in known.items():
        random.Random(given.seed).shuffle(drawn := sorted(names))
        chosen[part] = drawn[: given.sample]
    if given.mutants:
        chosen = {part: [n for n in names if n in given.mutants] for part, names in known.items()}
    os.chdir(ROOM)
    sys.path[:0] = [str(Path("src").absolute()), str(Path.cwd())]
    phases = (Phase.explicit, Phase.generate)
    settings.register_profile("mutants", database=None, derandomize=True, phases=phases)
    settings.load_profile("mutants")
    run = Mutation(n for names in chosen.values() for n in names)
    pytest.main(["-qs", "-p", "no:cacheprovider", "-k", f"not {SLOW}", *TESTS], plugins=[run])
    for part, names in chosen.items():
        if names:
            ends = Counter(run.ends[name] for name in names)
            low, high = wilson(ends["killed"] + ends["timeout"], len(names))
            print(f"{part}: {len(names)} of {len(known[part])}, {dict(ends)}; found {low:.0%} to {high:.0%}")


if __name__ == "__main__":
    main()
