"""Traces: one execution as JSON Lines, versioned, the same bytes wherever it is replayed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from aiovgic.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

TRACE_VERSION = 1
MAX_TRACE_BYTES = 256 * 1024 * 1024

EventKind = Literal["op", "ret", "step", "read", "write", "ref", "kick", "enter", "exit", "fact"]


class Head(msgspec.Struct, frozen=True, kw_only=True, tag="head", tag_field="kind"):
    """What was run: everything that a replay has to agree with."""

    version: int
    package: str
    scenario: str
    digest: str
    """Of the scenario's text."""
    revision: str
    bugs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    strategy: str = ""
    seed: int = 0
    schedule: str = ""


class Event(msgspec.Struct, frozen=True, kw_only=True, tag="event", tag_field="kind"):
    """One thing that happened, at a step, in a task."""

    what: EventKind
    step: int
    task: str
    object: str = ""
    detail: str = ""


class End(msgspec.Struct, frozen=True, kw_only=True, tag="end", tag_field="kind"):
    """How it ended."""

    steps: int
    finding: str = ""
    """Kind and rule of what was found, or nothing."""
    outcome: dict[str, Any] = {}


Line = Head | Event | End

_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


def encode(lines: Iterable[Line]) -> bytes:
    """The lines as a file has them."""
    return b"".join(_ENCODER.encode(line) + b"\n" for line in lines)


def digest(lines: Iterable[Line]) -> str:
    """A hash of the lines: equal for equal executions, on any machine and Python."""
    return hashlib.sha256(encode(lines)).hexdigest()


def read(path: Path) -> list[Line]:
    """The lines of a trace file. Raises ScenarioError, with the place, for anything else."""
    try:
        if path.stat().st_size > MAX_TRACE_BYTES:
            raise ScenarioError(str(path), f"is larger than {MAX_TRACE_BYTES} bytes")
        raw = path.read_bytes()
    except OSError as error:
        raise ScenarioError(str(path), error.strerror or str(error)) from None
    lines: list[Line] = []
    for number, text in enumerate(raw.splitlines(), 1):
        try:
            lines.append(_DECODER.decode(text))
        except msgspec.MsgspecError as error:
            raise ScenarioError(f"{path}:{number}", f"is no line of a trace: {error}") from None
    if not lines or not isinstance(lines[0], Head):
        raise ScenarioError(f"{path}:1", "is no trace: the first line is not its head")
    if lines[0].version != TRACE_VERSION:
        raise ScenarioError(f"{path}:1", f"is a trace of version {lines[0].version}; this is version {TRACE_VERSION}")
    return lines
