"""Good files of every kind, to be mangled, and what a command may say about bad ones."""

from __future__ import annotations

import gzip
import unicodedata
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from aiovgic import lab
from aiovgic.cli.explore import explore
from aiovgic.scenario.shipped import recordings, scenarios

if TYPE_CHECKING:
    from pathlib import Path

LINES = 60
"""Of a recording: enough for its first scripts."""


class Kind(NamedTuple):
    """A kind of file: how it is called, and the command that reads it."""

    file: str
    before: tuple[str, ...]
    after: tuple[str, ...] = ()

    def command(self, path: Path) -> list[str]:
        """The arguments for this file."""
        return [*self.before, str(path), *self.after]


SCENARIO = Kind("bad.yaml", ("explore",), ("--budget", "2"))
SCHEDULED = Kind("bad.yaml", ("replay",), ("",))
RECORDING = Kind("bad.jsonl", ("conform", "--jobs", "1"))
TRACE = Kind("bad.trace.jsonl", ("replay",))
KINDS = [SCENARIO, SCHEDULED, RECORDING, TRACE]
if any(option.name == "bug" for option in explore.params):
    KINDS.append(Kind("bad.py", ("explore", "addr-vs-init", "--budget", "2", "--bug")))


@cache
def originals(kind: Kind) -> list[bytes]:
    """Good files of a kind, in a fixed order."""
    if kind in (SCENARIO, SCHEDULED):
        return [path.read_bytes() for path in scenarios().values()]
    if kind == RECORDING:
        return [first_lines(path) for revision in ("v6.12", "v6.1") for path in recordings(revision)]
    if kind == TRACE:
        found = [lab.explore(name, revision="its-v7").trace for name in scenarios()]
        clean = [lab.replay(name, "").trace for name in scenarios()]
        return [trace.encode() for trace in (*found, *clean) if trace is not None]
    return [WHAT_IF]


WHAT_IF = b'"""A layer."""\nfrom aiovgic.model.its import Its\nfrom aiovgic.sync import replaces\n\n@replaces(Its)\nclass Same(Its):\n    """Nothing changed."""\n'


def first_lines(path: Path) -> bytes:
    """The beginning of a recording."""
    with gzip.open(path, "rb") as file:
        return b"".join(islice(file, LINES))


def wrong(code: int, out: str, err: str, path: Path) -> str | None:
    """What is wrong with an answer, if anything is."""
    if "Traceback" in out + err:
        return "a traceback"
    if "model-bug" in out or "model_bug" in out:
        return "a model bug"
    if code in (0, 1):
        return "something on standard error" if err else None
    if code == 3:
        return None if err.startswith("aiovgic: diverged: ") else "our fault"
    if code != 2:
        return f"exit code {code}"
    if out:
        return "something on standard output"
    if path.name not in err:
        return "no file name"
    if not err.endswith("\n") or not printable(err[:-1]):
        return "not one printable line"
    return None


def printable(text: str) -> bool:
    """Whether a text is one line without anything that a terminal acts upon."""
    return all(unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in text)
