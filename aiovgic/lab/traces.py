"""Where the traces of findings are kept: one file a finding, below the current folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from aiovgic.record.digest import hashed
from aiovgic.record.file import write_whole

if TYPE_CHECKING:
    from aiovgic.record.trace import Trace

FOLDER = Path(".aiovgic")
"""The folder of all traces, below the current one."""

DIGITS = 8
"""Of the schedule's digest, in a file's name."""

LONGEST = 100
"""Characters of a folder's name that tell scenario, revision and bugs."""

STRANGE = re.compile(r"[^\w.@+-]+")


def place_of(trace: Trace, kind: str) -> Path:
    """The file of a finding's trace: ``.aiovgic/<scenario>@<revision>[+bug]/<kind>-<digest of the schedule>.jsonl``.

    Two findings of one kind and schedule have the same file.
    """
    head = trace.head
    scenario = Path(head.scenario.rpartition("::")[2]).stem
    under = "+".join([head.revision, *(each.name if each.source == "" else Path(each.name).stem for each in head.bugs)])
    folder = STRANGE.sub("-", f"{scenario}@{under}")
    if len(folder) > LONGEST:
        folder = f"{folder[: LONGEST - DIGITS - 1]}-{hashed(folder)[:DIGITS]}"
    return FOLDER / folder / f"{kind}-{hashed(head.schedule)[:DIGITS]}.jsonl"


def keep(path: Path, trace: Trace) -> None:
    """Write a trace, whole or not at all. Raises OSError."""
    if path.parent.parent == FOLDER:
        path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, trace.encode())
