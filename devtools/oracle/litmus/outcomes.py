"""What litmus keeps in files: outcomes that a kernel showed, and outcomes that the model allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from aiovgic.errors import ScenarioError
from aiovgic.record.file import read_bytes, write_whole

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 1 << 26


class Seen(msgspec.Struct):
    """How often an outcome came, and in which round of its run first."""

    count: int
    first: int


class Observed(msgspec.Struct):
    """One scenario on one kernel."""

    names: list[str]
    kernel: str
    outcomes: dict[str, Seen] = {}
    rounds: int = 0
    overlapped: int = 0
    """Rounds in which all tasks were under way at one time."""
    times: dict[str, float] = {}
    """Seconds of the run and its parts; microseconds of each task, as a median."""
    failed: str = ""
    """Why the run ended early."""

    def add(self, older: Observed) -> None:
        """Add an older run of the same scenario on the same kernel."""
        for outcome, seen in older.outcomes.items():
            mine = self.outcomes.setdefault(outcome, Seen(0, seen.first))
            mine.count += seen.count
        self.rounds += older.rounds
        self.overlapped += older.overlapped
        for name, seconds in older.times.items():
            if not name.endswith("_us"):
                self.times[name] = self.times.get(name, 0) + seconds

    def report(self, name: str) -> list[str]:
        """The outcomes, the most frequent first."""
        spent = self.times.get("seconds", 0)
        head = f"{name}: {self.rounds} rounds in {spent:.0f} s, {self.overlapped} overlapped, kernel {self.kernel}"
        bars = sorted(self.outcomes.items(), key=lambda bar: -bar[1].count)
        ended = [f"   ended early: {self.failed}"] if self.failed else []
        return [head, *ended, *(f"   {seen.count:8d}  {outcome}" for outcome, seen in bars)]


class Allowed(msgspec.Struct):
    """One scenario in the model, under one revision."""

    names: list[str]
    revision: str
    executions: int
    complete: bool
    schedules: dict[str, str]
    """For each outcome the shortest schedule to it."""

    def report(self, name: str) -> list[str]:
        """The outcomes, each with its schedule."""
        whole = "complete" if self.complete else "not complete"
        head = f"{name}: {len(self.schedules)} outcomes in {self.executions} executions, {whole}, {self.revision}"
        return [head, *(f"   {outcome}    [{schedule}]" for outcome, schedule in self.schedules.items())]


Kept = TypeVar("Kept", Observed, Allowed)


def read(path: Path, kind: type[Kept]) -> dict[str, Kept]:
    """A file of outcomes by scenario. Raises ScenarioError if it is none."""
    try:
        return msgspec.json.decode(read_bytes(path, MOST_BYTES), type=dict[str, kind])  # type: ignore[valid-type]
    except msgspec.DecodeError as error:
        raise ScenarioError(str(path), f"is no file of {kind.__name__.lower()} outcomes: {error}") from None


def write(path: Path, outcomes: dict[str, Kept]) -> None:
    """Write outcomes by scenario. Raises OSError."""
    write_whole(path, msgspec.json.format(msgspec.json.encode(outcomes), indent=1) + b"\n")
