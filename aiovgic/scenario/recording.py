"""Scripts, and recordings of what a kernel answered: JSON lines (devtools/oracle/README.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from aiovgic.errors import ScenarioError
from aiovgic.scenario.text import read_text
from aiovgic.text import nearest, shown
from aiovgic.uapi.operations import operation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from aiovgic.record.operation import Operation, Result

HEADS = ("op", "script", "layout", "recorded")
"""What a line of a script file may begin with."""

LINE = re.compile(r"\S[^\n]*")
NOT_FIELDS = frozenset({"op", "result", "note"})
NOT_PASSED = {"set_gsi_routing": frozenset({"flags"}), "mmio_write": frozenset({"value_from_read"})}
"""Fields of an operation that the kernel's player does not pass on: a script may have them, and the kernel sees 0."""
HOST_GICS = (0, 2, 3)


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a script, and the result it had."""

    line: int
    op: Operation
    expected: Result | None
    note: str = ""


@dataclass(slots=True)
class Script:
    """One script: it starts with nothing, and its operations run one after the other."""

    name: str
    line: int
    about: str = ""
    died: bool = False
    """The kernel's player was killed in this script."""
    steps: list[Step] = field(default_factory=list)


@dataclass(slots=True)
class Recording:
    """A file of scripts."""

    path: Path
    scripts: list[Script] = field(default_factory=list)
    kernel: str = ""
    host_gic: int = 3
    """The version of the host's own GIC."""


def load_recording(path: Path) -> Recording:
    """The scripts of a file, plain or gzipped. Raises ScenarioError with the line and the nearest right word."""
    recording = Recording(path)
    names: dict[str, int] = {}
    for number, text in numbered(read_text(path)):
        try:
            add_line(recording, number, text, names)
        except ValueError as error:
            raise ScenarioError(f"{path}:{number}", str(error)) from None
    if not recording.scripts:
        raise ScenarioError(str(path), "has no script in it")
    return recording


def numbered(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are not blank and their numbers, one at a time: a text may be all line ends."""
    number, done = 1, 0
    for line in LINE.finditer(text):
        number += text.count("\n", done, line.start())
        done = line.start()
        yield number, line.group()


def add_line(recording: Recording, number: int, text: str, names: dict[str, int]) -> None:
    """One line more. Raises ValueError."""
    line = decode(text)
    if "op" in line:
        if not recording.scripts:
            raise ValueError("an operation before any script; begin with {'script': 'theme/name'}")
        recording.scripts[-1].steps.append(step_of(number, line))
    elif "script" in line:
        script = script_of(number, line)
        if script.name in names:
            raise ValueError(f"script {shown(script.name)} is in line {names[script.name]} already")
        names[script.name] = number
        recording.scripts.append(script)
    elif "recorded" in line:
        recorded(recording, line["recorded"])
    elif "layout" not in line:
        if line.get("kind") == "head":
            raise ValueError("is a trace, no recording; 'aiovgic replay' runs traces, 'aiovgic timeline' shows them")
        word = next(iter(line), "")
        raise ValueError(f"begins with {shown(word)}, not with one of {', '.join(HEADS)}{nearest(word, list(HEADS))}")


def decode(text: str) -> dict[str, Any]:
    """The object in a line. Raises ValueError."""
    try:
        line = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(f"is no JSON: {error}") from None
    if not isinstance(line, dict):
        raise ValueError(f"is {shown(line)}, not an object")
    return line


def script_of(number: int, line: Mapping[str, Any]) -> Script:
    """The beginning of a script. Raises ValueError."""
    name = line["script"]
    if not isinstance(name, str) or not name:
        raise ValueError(f"script: {shown(name)} is no name")
    return Script(name, number, str(line.get("about", "")), died=bool(line.get("died", False)))


def step_of(number: int, line: Mapping[str, Any]) -> Step:
    """An operation. Raises ValueError."""
    name = line["op"]
    if not isinstance(name, str):
        raise ValueError(f"op: {shown(name)} is no name")
    left_out = NOT_FIELDS | NOT_PASSED.get(name, frozenset())
    op = operation(name, {key: value for key, value in line.items() if key not in left_out})
    expected = line.get("result")
    if expected is not None and not (isinstance(expected, dict) and "ret" in expected):
        raise ValueError(f"result: {shown(expected)} is no result")
    return Step(number, op, expected, str(line.get("note", "")))


def recorded(recording: Recording, about: object) -> None:
    """Where a recording was made. Raises ValueError."""
    if not isinstance(about, dict):
        raise ValueError(f"recorded: {shown(about)} is no object")
    recording.kernel = str(about.get("kernel", ""))
    gic = about.get("host_gic", recording.host_gic)
    if type(gic) is not int or gic not in HOST_GICS:
        raise ValueError(f"recorded: host_gic: {shown(gic)} is none of {', '.join(map(str, HOST_GICS))}")
    recording.host_gic = gic


def slices(recording: Recording, size: int) -> Sequence[range]:
    """The scripts of a recording in runs of about ``size`` operations each."""
    runs: list[range] = []
    first = ops = 0
    for index, script in enumerate(recording.scripts):
        ops += len(script.steps)
        if ops >= size or index == len(recording.scripts) - 1:
            runs.append(range(first, index + 1))
            first, ops = index + 1, 0
    return runs
