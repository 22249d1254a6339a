"""A file of scripts, as it is asked and as it is written again with results."""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from aiovgic.errors import ScenarioError
from aiovgic.record.file import write_whole
from aiovgic.scenario.recording import decode, load_recording, numbered
from aiovgic.scenario.text import read_text
from devtools.oracle.lines import line_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from aiovgic.scenario.recording import Script

Line: TypeAlias = dict[str, Any]
"""One line of a file, as JSON."""
GZIP_FROM = 1_000_000
"""A recording in a folder is gzipped from this many bytes on."""
OLD = ("result", "died")
"""What a recording has more than a script."""


@dataclass(slots=True)
class Asked:
    """One script: the line that begins it, and each operation with its line for the probe."""

    head: Line
    ops: list[tuple[Line, str]] = field(default_factory=list)


@dataclass(slots=True)
class ScriptFile:
    """The lines of a file; results are put into them."""

    path: Path
    lines: list[Line] = field(default_factory=list)
    scripts: list[Asked] = field(default_factory=list)

    def recording(self, stamp: Mapping[str, object]) -> str:
        """The file with its results, and what they were recorded on."""
        return "".join(json.dumps(line) + "\n" for line in ({"recorded": stamp}, *self.lines))


def load(path: Path) -> ScriptFile:
    """Read a file of scripts, or a recording, whose results are dropped. Raises ScenarioError with the line."""
    recording = load_recording(path)
    by_number = {number: decode(text) for number, text in numbered(read_text(path))}
    loaded = ScriptFile(path)
    for line in by_number.values():
        if "recorded" not in line:
            for name in OLD:
                line.pop(name, None)
            loaded.lines.append(line)
    loaded.scripts = [asked(path, script, by_number) for script in recording.scripts]
    return loaded


def asked(path: Path, script: Script, by_number: Mapping[int, Line]) -> Asked:
    """One script. Raises ScenarioError for an operation that the probe cannot perform."""
    made = Asked(by_number[script.line])
    for step in script.steps:
        try:
            made.ops.append((by_number[step.line], line_of(step.op)))
        except ValueError as error:
            raise ScenarioError(f"{path}:{step.line}", str(error)) from None
    return made


def write(folder: Path, name: str, text: str) -> None:
    """Write a recording into a folder, gzipped if it is long; the other form of it is removed."""
    plain = folder / name.removesuffix(".gz")
    packed = plain.with_name(f"{plain.name}.gz")
    body = text.encode()
    if len(body) < GZIP_FROM:
        packed.unlink(missing_ok=True)
        write_whole(plain, body)
        return
    raw = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write(body)
    plain.unlink(missing_ok=True)
    write_whole(packed, raw.getvalue())
