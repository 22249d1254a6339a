"""Good files of every kind, to be mangled, and what a command may say about bad ones."""

from __future__ import annotations

import gzip
import io
import unicodedata
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from aiovgic.cli.main import run
from aiovgic.lab.explore import explore as search
from aiovgic.lab.replay import replay
from aiovgic.scenario.shipped import recordings, scenarios

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LINES = 60
"""Of a recording: enough for its first scripts."""

LONGEST = 400
"""Characters of a message, its file's name aside."""


class Kind(NamedTuple):
    """A kind of file: how it is called, and the command that reads it."""

    name: str
    file: str
    before: tuple[str, ...]
    after: tuple[str, ...] = ()

    def command(self, path: Path) -> list[str]:
        """The arguments for this file."""
        return [*self.before, str(path), *self.after]


SCENARIO = Kind("a scenario explored", "bad.yaml", ("explore",), ("--budget", "2"))
SCHEDULED = Kind("a scenario replayed", "bad.yaml", ("replay",), ("",))
RECORDING = Kind("a recording", "bad.jsonl", ("conform", "--jobs", "1"))
TRACE = Kind("a trace", "bad.trace.jsonl", ("replay",))
LAYER = Kind("a what-if layer", "bad.py", ("explore", "addr-vs-init", "--budget", "2", "--bug"))
KINDS = (SCENARIO, SCHEDULED, RECORDING, TRACE, LAYER)

WHAT_IF = b'''"""What if an ITS were as it is."""
from aiovgic.model.its import Its
from aiovgic.sync import replaces


@replaces(Its)
class Same(Its):
    """Nothing changed."""
'''


@cache
def originals(kind: Kind) -> list[bytes]:
    """Good files of a kind, in a fixed order."""
    if kind in (SCENARIO, SCHEDULED):
        return [path.read_bytes() for path in scenarios().values() if path.parent.name == "init"]
    if kind == RECORDING:
        return [first_lines(path) for revision in ("v6.12", "v6.1") for path in recordings(revision)]
    if kind == TRACE:
        names = ("addr-vs-init", "init-vs-init", "msi-vs-init")
        found = [search(name, revision="its-v7").trace for name in names]
        clean = [replay(name, "").trace for name in names]
        return [trace.encode() for trace in (*found, *clean) if trace is not None]
    return [WHAT_IF]


def first_lines(path: Path) -> bytes:
    """The beginning of a recording."""
    with gzip.open(path, "rb") as file:
        return b"".join(islice(file, LINES))


# -- answers ----------------------------------------------------------------------------------


def ask(arguments: Sequence[str]) -> tuple[int, str, str]:
    """What a command does: exit code, standard output, standard error."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(arguments)
    return code, out.getvalue(), err.getvalue()


def wrong(code: int, out: str, err: str, named: str) -> str | None:
    """What is wrong with an answer about a file with this name, if anything is."""
    why = fault(code, out, err, named)
    return None if why is None else f"{why}: {err!r} {out[:LONGEST]}"


def fault(code: int, out: str, err: str, named: str) -> str | None:
    """What is wrong with an answer, in few words, without the answer."""
    if "Traceback" in out + err:
        return "a traceback"
    if "model-bug" in out or "model_bug" in out:
        return "a model bug"
    if code in (0, 1):
        return None if all(is_notice(line) for line in err.splitlines()) else "something on standard error"
    if code == 3:  # a replay that cannot be followed
        return None if err.startswith("aiovgic: diverged: ") else "our fault"
    if code != 2:
        return f"exit code {code}"
    if out:
        return "something on standard output"
    if not err.endswith("\n") or not printable(err[:-1]):
        return "not one printable line"
    if named not in err:
        return "no file name"
    return "too long" if len(err) - err.count(named) * len(named) > LONGEST else None


def is_notice(line: str) -> bool:
    """Whether a line on standard error is the early notice of a difference."""
    return line.startswith("aiovgic: differs: ") and printable(line)


def printable(text: str) -> bool:
    """Whether a text is one line without anything that a terminal acts upon."""
    return all(unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in text)
