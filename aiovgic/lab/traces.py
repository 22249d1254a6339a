"""Where the traces of findings are kept: one file a finding, below the current folder."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from aiovgic.record.digest import hashed
from aiovgic.record.file import write_whole

if TYPE_CHECKING:
    from aiovgic.record.finding import Finding
    from aiovgic.record.trace import Trace

FOLDER = Path(".aiovgic")
"""The folder of all traces, below the current one."""

DIGITS = 8
"""Of the schedule's digest, in a file's name."""

LONGEST = 100
"""Characters of a folder's name that tell scenario, revision and bugs."""

NODE = "::"
"""In the node ids of pytest, between a file and what is in it."""

STRANGE = re.compile(r"[^\w.@+-]+")


def place_of(trace: Trace, kind: str) -> Path:
    """The file of a finding's trace: ``.aiovgic/<scenario>@<revision>[+bug]/<kind>-<digest of the schedule>.jsonl``.

    Two findings of one kind and schedule have the same file, which names each finding of its execution.
    A test of pytest is told by its whole node id.
    """
    head = trace.head
    scenario = head.scenario if NODE in head.scenario else Path(head.scenario).stem
    under = "+".join([head.revision, *(each.name if each.source == "" else Path(each.name).stem for each in head.bugs)])
    folder = STRANGE.sub("-", f"{scenario}@{under}")
    if len(folder) > LONGEST:
        folder = f"{folder[: LONGEST - DIGITS - 1]}-{hashed(folder)[:DIGITS]}"
    return FOLDER / folder / f"{kind}-{hashed(head.schedule)[:DIGITS]}.jsonl"


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
        path = self.first if self.first and is_first else place_of(trace, finding.kind)
        keep(self.here / path, trace)
        self.kept[identity] = path
        if before is None or before in self.kept.values():
            return None
        with suppress(OSError):
            (self.here / before).unlink()
        return before
