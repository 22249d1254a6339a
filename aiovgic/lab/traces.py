"""Where the traces of findings are kept: one file a finding, below the current folder."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from aiovgic.errors import ScenarioError
from aiovgic.record.digest import hashed
from aiovgic.record.file import write_whole
from aiovgic.record.trace import Trace, head_of
from aiovgic.scenario.shipped import scenarios

if TYPE_CHECKING:
    from aiovgic.record.finding import Finding
    from aiovgic.record.trace import Head

FOLDER = Path(".aiovgic")
"""The folder of all traces, below the current one."""

DIGITS = 8
"""Of the schedule's digest, in a file's name."""

LONGEST = 100
"""Characters of a folder's name that tell scenario, revision and bugs."""

WRITE = "'aiovgic replay SCENARIO SCHEDULE --trace FILE' writes one"

SHOWN = 3
"""Traces that an error names, at most."""

NODE = "::"
"""In the node ids of pytest, between a file and what is in it."""

STRANGE = re.compile(r"[^\w.@+-]+")


def place_of(trace: Trace, kind: str, here: Path = Path()) -> Path:
    """The file of a finding's trace: ``.aiovgic/<scenario>@<revision>[+bug]/<kind>-<digest of the schedule>.jsonl``.

    It is relative to ``here``. Two findings of one kind and schedule have the same file, which names each finding of
    its execution. A test of pytest is told by its whole node id. A folder has traces of one subject: if another
    scenario or file of layers with an equal name has the folder, a digest of the subject is added to its name.
    """
    head = trace.head
    scenario = head.scenario if NODE in head.scenario else Path(head.scenario).stem
    under = "+".join([head.revision, *(each.name if each.source == "" else Path(each.name).stem for each in head.bugs)])
    folder = STRANGE.sub("-", f"{scenario}@{under}")
    if len(folder) > LONGEST:
        folder = f"{folder[: LONGEST - DIGITS - 1]}-{hashed(folder)[:DIGITS]}"
    name = f"{kind}-{hashed(head.schedule)[:DIGITS]}.jsonl"
    owner = owner_of(here / FOLDER / folder, name)
    if owner is not None and subject_of(owner) != subject_of(head):
        folder = f"{folder}-{hashed(repr(subject_of(head)))[:DIGITS]}"
    return FOLDER / folder / name


def owner_of(folder: Path, name: str) -> Head | None:
    """The head of the trace of this name in a folder, or else of the first trace there; None if there is none."""
    others = sorted(folder.glob("*.jsonl"))
    return next((head for path in (folder / name, *others) if (head := head_of(path)) is not None), None)


def subject_of(head: Head) -> tuple[object, ...]:
    """What a trace is of. Files are told by their digests, and not by their paths; all else has a name."""
    named = NODE in head.scenario or head.scenario in scenarios()
    bugs = tuple(each.digest if each.source else each.name for each in head.bugs)
    return (head.scenario if named else head.digest, head.revision, bugs, head.strict)


def load_trace(path: str | Path) -> Trace:
    """The trace in a file. Raises ScenarioError for anything else; of a folder or a missing file it names traces."""
    try:
        return Trace.load(Path(path))
    except ScenarioError as error:
        is_file = os.path.exists(path) and not os.path.isdir(path)  # noqa: PTH110, PTH112  any text goes
        near = "" if is_file else traces_near(Path(path))
        then = f"there are {near}" if near else WRITE
        raise ScenarioError(error.place, error.why if error.why.endswith("?") else f"{error.why}; {then}") from None


def traces_near(path: Path) -> str:
    """Traces in a folder, or beside a file that is missing; those of the same kind of finding come first."""
    folder = path if os.path.isdir(path) else path.parent  # noqa: PTH112  any text goes
    near = folder.glob("*.jsonl") if os.path.isdir(folder) else ()  # noqa: PTH112  any text goes
    return ", ".join(map(str, sorted(near, key=lambda each: (not same_kind(each, path), each.name))[:SHOWN]))


def same_kind(one: Path, other: Path) -> bool:
    """Whether two files are named by findings of one kind."""
    return one.stem.rpartition("-")[0] == other.stem.rpartition("-")[0] != ""


def keep(path: Path, trace: Trace) -> None:
    """Write a trace, whole or not at all. Raises OSError."""
    if path.parent.parent.name == FOLDER.name:
        path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, trace.encode())


class Keeper:
    """Keeps the traces of a search's findings in the folder of traces below ``here``, the first one in ``first``."""

    def __init__(self, here: Path = Path(), first: Path | None = None) -> None:
        self.here = here
        self.first = first
        self.kept: dict[tuple[object, ...], Path] = {}
        """The trace of each finding, by identity; relative to ``here``."""

    def write(self, finding: Finding, trace: Trace) -> Path | None:
        """Write the trace of a finding; gives the trace of the same finding that it replaces, if there is one.

        Raises OSError.
        """
        identity = finding.identity
        before = self.kept.get(identity)
        is_first = next(iter(self.kept), identity) == identity
        path = self.first if self.first and is_first else place_of(trace, finding.kind, self.here)
        keep(self.here / path, trace)
        self.kept[identity] = path
        if before is None or before in self.kept.values():
            return None
        with suppress(OSError):
            (self.here / before).unlink()
        return before
