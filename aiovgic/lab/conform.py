"""conform: does the model answer as the recorded kernel did?"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from aiovgic.engine.live import run_live
from aiovgic.errors import UsageError
from aiovgic.lab.pool import Pool
from aiovgic.lab.result import Result
from aiovgic.report.conform import ThemeCount, conform_report
from aiovgic.revisions import layers_of
from aiovgic.scenario.conformance import Played, ScriptProgram
from aiovgic.scenario.recording import Recording, load_recording, slices
from aiovgic.scenario.shipped import recordings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from aiovgic.lab.progress import Progress
    from aiovgic.record.difference import Difference

DEFAULT_REVISION = "v6.12"
CHUNK = 1500
"""Operations that a worker process takes at a time."""

AHEAD = 3
"""Chunks that a worker process is given before it has played the first: files are read meanwhile."""


@dataclass(frozen=True, kw_only=True)
class ConformResult(Result):
    """How far the model agrees with recordings."""

    live: bool = False
    jobs: int = 1
    themes: tuple[ThemeCount, ...] = ()
    differences: tuple[Difference, ...] = field(default=(), repr=False)
    interrupted: bool = False
    """Whether Ctrl-C ended it before all recordings were played."""

    @property
    def good(self) -> bool:
        """Whether every operation agrees."""
        return not self.differences

    @property
    def total(self) -> ThemeCount:
        """All themes together."""
        numbers = [theme[1:] for theme in self.themes] or [(0, 0, 0, 0)]
        return ThemeCount("all", *(sum(column) for column in zip(*numbers, strict=True)))

    def to_json(self) -> dict[str, Any]:
        total = self.total
        return {
            "verb": self.verb,
            "revision": self.revision,
            **({"interrupted": True} if self.interrupted else {}),
            "scripts": total.scripts,
            "scripts_agree": total.scripts_agree,
            "ops": total.ops,
            "ops_agree": total.ops_agree,
            "seconds": round(self.seconds, 3),
            "differences": [difference.to_json() for difference in self.differences],
        }

    def report(self) -> str:
        how = "live" if self.live else "on the trampoline"
        return conform_report(
            self.revision,
            how,
            self.jobs,
            self.themes,
            self.total,
            self.differences,
            self.seconds,
            interrupted=self.interrupted,
        )


class Chunk(NamedTuple):
    """Some scripts of one file: what one worker plays at a time."""

    path: Path
    scripts: range
    revision: str
    live: bool


Work: TypeAlias = "tuple[Chunk, Recording]"
"""A chunk, and what it is a chunk of."""


def conform(
    files: Iterable[str | Path] = (),
    *,
    revision: str = DEFAULT_REVISION,
    live: bool = False,
    jobs: int = 1,
    progress: Progress | None = None,
    heard: Callable[[Difference], None] | None = None,
) -> ConformResult:
    """Play recordings and compare every result; without files, the shipped ones of that revision.

    ``jobs`` is how many processes share the work. ``heard`` gets each difference when it is found.
    Ctrl-C ends it and keeps what was compared.
    Raises ScenarioError for a file that is no recording, UsageError for a revision there is not.
    """
    began = time.perf_counter()
    layers_of(revision)
    if jobs < 1:
        raise UsageError(f"there must be at least one job, not {jobs}")
    paths = [Path(file) for file in files] or recordings(revision)
    work = chunks_of(paths, revision, live=live)
    if jobs == 1 or len(paths) <= jobs:  # little to read: no more processes than chunks
        work = list(work)
        jobs = min(jobs, len(work))
    played: list[Played] = []
    interrupted = False
    try:
        for each in spread(work, jobs, progress):
            played.append(each)
            if heard is not None:
                for difference in each.differences:
                    heard(difference)
    except KeyboardInterrupt:
        interrupted = True
    return ConformResult(
        verb="conform",
        revision=revision,
        seconds=time.perf_counter() - began,
        live=live,
        jobs=jobs,
        themes=tuple(count(played)),
        differences=tuple(difference for each in played for difference in each.differences),
        interrupted=interrupted,
    )


def checked(recording: Recording) -> Recording:
    """A recording that has something to compare. Raises UsageError."""
    if not any(step.expected for script in recording.scripts for step in script.steps):
        raise UsageError(f"{recording.path}: has no results to compare with; let the oracle record it")
    return recording


def chunks_of(paths: Sequence[Path], revision: str, *, live: bool) -> Iterable[Work]:
    """The work that there is, file by file, as it is asked for. Raises ScenarioError, UsageError."""
    for path in paths:
        recording = checked(load_recording(path))
        for run in slices(recording, CHUNK):
            yield Chunk(recording.path, run, revision, live), recording


def spread(work: Iterable[Work], jobs: int, progress: Progress | None) -> Iterator[Played]:
    """What came of every script, in order, whichever process played it."""
    total = done = 0

    def counted() -> Iterator[Work]:
        nonlocal total
        for each in work:
            total += len(each[0].scripts)
            yield each

    for played in here(list(counted())) if jobs == 1 else apart(counted(), jobs):
        yield from played
        done += len(played)
        if progress is not None:
            progress(done, total)


def here(work: Sequence[Work]) -> Iterator[list[Played]]:
    """What came of each chunk, in order, played by this process."""
    for chunk, recording in work:
        yield play(chunk, recording)


def apart(work: Iterable[Work], jobs: int) -> Iterator[list[Played]]:
    """What came of each chunk, in order, played by other processes, which begin while files are still read."""
    level = logging.getLogger().level if logging.getLogger().hasHandlers() else None
    pool: Pool[Chunk, list[Played]] = Pool(play_file, jobs, begin=partial(log_in_worker, level), ahead=AHEAD)
    early: dict[int, list[Played]] = {}
    following = 0
    for number, played in pool.run(chunk for chunk, _ in work):
        early[number] = played
        while following in early:
            yield early.pop(following)
            following += 1


def log_in_worker(level: int | None) -> None:
    """Log in a worker process as in the one that made it."""
    if level is not None:
        logging.basicConfig(level=level, format="%(message)s")


def play_file(chunk: Chunk, _note: Callable[[Any], None]) -> list[Played]:
    """Play a chunk in a process of its own; the file was checked before."""
    return play(chunk, load_once(chunk.path))


_LOADED: dict[Path, Recording] = {}


def load_once(path: Path) -> Recording:
    """A recording; a worker reads the chunks of one file one after the other, and keeps only that."""
    if path not in _LOADED:
        _LOADED.clear()
        _LOADED[path] = load_recording(path)
    return _LOADED[path]


def play(chunk: Chunk, recording: Recording) -> list[Played]:
    """Play a chunk on one of the engines."""
    layers = layers_of(chunk.revision)
    file = str(chunk.path)
    programs = [ScriptProgram(layers, recording.host_gic, recording.scripts[i], file) for i in chunk.scripts]
    if not chunk.live:
        return [program.play() for program in programs]

    async def main() -> list[Played]:
        return [await program.play_live() for program in programs]

    played: list[Played] = run_live(main)
    return played


def count(played: Iterable[Played]) -> Iterator[ThemeCount]:
    """Scripts and operations by theme, in the order the themes come."""
    themes: dict[str, list[Played]] = {}
    for each in played:
        themes.setdefault(each.theme, []).append(each)
    for theme, scripts in themes.items():
        yield ThemeCount(
            theme,
            len(scripts),
            sum(not script.differences for script in scripts),
            sum(script.ops for script in scripts),
            sum(script.ops - len(script.differences) for script in scripts),
        )
