"""The whole study: first pass, dealing, batches in processes, manifest; going on where it stopped."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from importlib.metadata import version as package_version
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread

import msgspec

from penia import knowledge
from penia.cohort import engine, histories, mapped, tables
from penia.cohort import spark as spark_engine
from penia.cohort.batch import Batch, done, is_whole
from penia.cohort.cdm import Cdm
from penia.cohort.deal import deal, folder
from penia.cohort.denominators import Denominators, denominators
from penia.cohort.meaning import known, refused
from penia.cohort.meds import Meds
from penia.cohort.screen import suspects
from penia.errors import PeniaError
from penia.read import recognise
from penia.read.source import Source, opened

MANIFEST = "manifest.json"
WORK = ".work"


class Options(msgspec.Struct, frozen=True):
    """What a study is made with; another one needs another folder."""

    batch: int = 200
    """People of one batch."""
    cell: int = 5
    """Counts of people or episodes below this are not shown in the report."""
    courses: bool = True
    """The course of the counts is judged too; without it an episode takes half the time."""
    spark: bool = False
    """Spark goes through the database; else the engine that holds it, or DuckDB."""


class Manifest(msgspec.Struct, frozen=True):
    versions: dict[str, str]
    source: str
    fingerprint: str
    """Of the files of the source: names, sizes, times of change; of a server its address."""
    options: Options
    kept: int
    """People with a count that may be low, who are read one by one."""
    number: int
    """Of batches."""
    denominators: Denominators
    refused: dict[str, int] = {}
    """Line and unit that no table reads → number of kinds of rows; none of them is read as a count."""
    batches: tuple[Batch, ...] = ()
    finished: bool = False


class Summary(msgspec.Struct, frozen=True):
    people: int
    kept: int
    episodes: int
    resumed: int
    """Batches that an earlier run had done."""
    manifest: Manifest


Follow = Callable[[Iterable[Batch], int], Iterable[Batch]]


def _plain(batches: Iterable[Batch], total: int) -> Iterable[Batch]:
    return batches


def study(
    given: str | Path,
    out: Path,
    options: Options | None = None,
    *,
    follow: Follow = _plain,
    cores: int | None = None,
    spark: str | None = None,
) -> Summary:
    """Every low-count episode of the database ``given`` with its causes, as tables in ``out``.

    ``spark``: the master of a Spark that is to do it: ``local[4]``, ``spark://host:7077``, ``yarn`` …
    A run that was stopped goes on where it was; what is done is verified and kept. Raises PeniaError where
    the source cannot be read, the folder cannot be written, or holds a study of something else.
    """
    options = msgspec.structs.replace(options or Options(), spark=spark is not None)
    source = opened(given)
    engine.folder_of(out)
    manifest = _begun(source, out, options)
    whole = tuple(b for b in manifest.batches if is_whole(b, out))
    if manifest.finished and len(whole) == manifest.number:
        _ended(out)
        return _summary(manifest, len(whole))
    if not (out / WORK).is_dir():
        manifest = _first_pass(_source(source, spark), source, out, options)
        whole = ()
    finished = {b.number: b for b in whole}
    left = [n for n in range(manifest.number) if n not in finished]
    for table in tables.COLUMNS:
        for half in engine.folder_of(out / table).glob(".*.part"):
            half.unlink(missing_ok=True)
    if spark is None:
        done_ones = _batches(left, out, cores or os.cpu_count() or 1, options.courses)
    else:
        done_ones = mapped.batches(
            Cdm(*spark_engine.omop(source, spark)), left, out, out / WORK, options.courses
        )
    for batch in follow(done_ones, len(left)):
        finished[batch.number] = batch
        manifest = _saved(out, msgspec.structs.replace(manifest, batches=_ordered(finished)))
    histories.write(_source(source, spark), out)
    manifest = _saved(out, msgspec.structs.replace(manifest, batches=_ordered(finished), finished=True))
    _ended(out)
    return _summary(manifest, len(whole))


def _ended(out: Path) -> None:
    """The dealt rows are whole or not there under their name, also where their removal is cut short."""
    half = out / f"{WORK}.part"
    shutil.rmtree(half, ignore_errors=True)
    with suppress(FileNotFoundError):
        (out / WORK).replace(half)
    shutil.rmtree(half, ignore_errors=True)


def _ordered(finished: dict[int, Batch]) -> tuple[Batch, ...]:
    return tuple(finished[n] for n in sorted(finished))


def _summary(manifest: Manifest, resumed: int) -> Summary:
    found = sum(b.rows["episode"] for b in manifest.batches)
    return Summary(manifest.denominators.people, manifest.kept, found, resumed, manifest)


def _begun(source: Source, out: Path, options: Options) -> Manifest:
    """The manifest of the study in ``out``, or a new one. Raises PeniaError where it is of another."""
    fresh = Manifest(_versions(), source.name, _fingerprint(source), options, 0, 0, Denominators())
    path = out / MANIFEST
    if not path.is_file():
        if any(p.name not in (WORK, f"{WORK}.part", f".{MANIFEST}.part") for p in out.iterdir()):
            raise PeniaError(f"{out} is not empty and holds no study; name a new folder with --out.")
        _ended(out)
        return fresh
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (msgspec.DecodeError, OSError) as error:
        raise PeniaError(f"{path} is no whole manifest; name a new folder with --out.") from error
    for what in ("source", "fingerprint", "versions", "options"):
        if getattr(kept, what) != getattr(fresh, what):
            told = "files of the source" if what == "fingerprint" else what
            raise PeniaError(
                f"{out} holds a study with another {told}; name a new folder with --out, or remove this one."
            )
    return kept


def _versions() -> dict[str, str]:
    return {name: package_version(name) for name in ("penia", "duckdb", "pyarrow", "ibis-framework")} | {
        "knowledge": knowledge.version()
    }


def _fingerprint(source: Source) -> str:
    import hashlib

    paths = [] if source.path is None else [source.path, *sorted(source.path.rglob("*"))]
    told = [(str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in paths if p.is_file()]
    return hashlib.sha256(repr(told or source.name).encode()).hexdigest()[:16]


def _source(source: Source, master: str | None = None) -> Cdm | Meds:
    if master is not None:
        return Cdm(*spark_engine.omop(source, master))
    names = {"omop", "meds"}
    found = "omop" if source.url else recognise(source.path or "").name
    if found not in names:
        raise PeniaError(
            f"{source.name} is {found}, not a database; give an OMOP CDM (folder of Parquet or CSV, DuckDB "
            "file, postgresql://) or a MEDS folder."
        )
    return Meds(source) if found == "meds" else Cdm(*engine.omop(source))


def first_pass(given: str | Path) -> list[str]:
    """The ids of the people with any count that may be low, sorted. Raises PeniaError."""
    return _kept(_source(opened(given)))[0]


def _kept(data: Cdm | Meds) -> tuple[list[str], dict[str, int]]:
    """Also: which white counts have a unit that is refused."""
    rows = data.results()
    met = data.engine.rows(rows.kinds)
    data.learn(met)
    white = known(met, data.told)
    ((first,),) = data.engine.rows(rows.first)
    parts = suspects(rows, white, met, first) if white else []
    found = {str(p) for part in parts for (p,) in data.engine.rows(part) if p}
    return sorted(found), refused(met, data.told)


def _first_pass(data: Cdm | Meds, source: Source, out: Path, options: Options) -> Manifest:
    people, unread = _kept(data)
    held = denominators(data)
    number = (mapped.assign if options.spark else partial(deal, data))(people, options.batch, out / WORK)
    fresh = Manifest(
        _versions(), source.name, _fingerprint(source), options, len(people), number, held, unread
    )
    return _saved(out, fresh)


def _saved(out: Path, manifest: Manifest) -> Manifest:
    half = out / f".{MANIFEST}.part"
    try:
        half.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        half.replace(out / MANIFEST)
    except OSError as error:
        raise PeniaError(
            f"{out} cannot be written ({error.strerror or error}); make room, then give the command again."
        ) from error
    return manifest


def _batches(left: list[int], out: Path, cores: int, courses: bool) -> Iterator[Batch]:
    jobs = [(folder(out / WORK, n), out, n, courses) for n in left]
    if cores == 1 or len(jobs) < 2:
        yield from (done(*job) for job in jobs)
        return
    with ProcessPoolExecutor(
        min(cores, len(jobs)), mp_context=get_context("spawn"), initializer=_ends_with_its_parent
    ) as pool:
        waiting = [pool.submit(done, *job) for job in jobs]
        try:
            for future in as_completed(waiting):
                yield future.result()
        except BrokenProcessPool as error:
            raise PeniaError(
                "A process of this study was ended, perhaps for want of memory; give the same command again "
                "with --cores 1: what is done is kept."
            ) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _ends_with_its_parent() -> None:
    """Of a study that was killed no process goes on writing beside the one that resumes it."""
    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    Thread(target=watch, daemon=True).start()
