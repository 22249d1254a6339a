"""Traces: one execution as JSON Lines, versioned, the same bytes wherever it is replayed."""

from __future__ import annotations

import hashlib
from io import BytesIO
from reprlib import repr as shown
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from aiovgic.errors import ScenarioError
from aiovgic.record.file import read_bytes
from aiovgic.text import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

TRACE_VERSION = 2
MAX_TRACE_BYTES = 256 * 1024 * 1024
NO_HEAD = "is no trace: the first line is not its head"
RECORDING = {"script", "layout", "recorded"}
"""Keys of the first line of a recording."""


class PlantedHead(msgspec.Struct, frozen=True, kw_only=True):
    """One bug or file of layers that was planted, as a trace names it."""

    name: str
    """An id of the catalogue, or the name of a file."""
    digest: str
    """Of the source's syntax tree: comments, layout and the file's name play no part."""
    title: str = ""
    """What the catalogue says of the bug."""
    source: str = ""
    """The text of a file of layers, to be read. A trace never executes it."""


class Head(msgspec.Struct, frozen=True, kw_only=True, tag="head", tag_field="kind"):
    """What was run: everything that a replay has to agree with."""

    version: int
    package: str
    """The version of aiovgic that wrote it."""
    scenario: str
    digest: str
    """Of the parsed scenario: comments, layout and the file's name play no part."""
    language: Literal["yaml", "python"] = "yaml"
    """What the scenario is written in. A replay of the trace needs YAML, since a trace never executes code."""
    text: str = ""
    """The scenario's text."""
    revision: str
    bugs: tuple[PlantedHead, ...] = ()
    points: tuple[str, ...] = ()
    """Fields that are points."""
    strategy: str = ""
    seed: int = 0
    schedule: str = ""
    replay: str = ""
    """The command or call that shows the execution again without the trace."""
    strict: bool = False
    """Whether what KVM does on purpose is a finding."""
    outcomes: bool | msgspec.UnsetType = msgspec.UNSET
    """Whether the execution goes on after a wrong lock order, as in a search that counts outcomes."""
    tasks: tuple[str, ...] = ()
    """The scenario's, in order of creation."""

    @property
    def meaning(self) -> Head:
        """The head without the fields that say how its execution was found, and from which files."""
        bugs = tuple(PlantedHead(name="", digest=each.digest) for each in self.bugs)
        return msgspec.structs.replace(self, scenario="", text="", bugs=bugs, strategy="", seed=0, replay="")


class Event(msgspec.Struct, frozen=True, tag_field="kind"):
    """One thing that happened, in a step of a task."""

    step: int
    task: str
    what: str = ""
    """The thing, field, vCPU or operation."""
    detail: str = ""

    @property
    def kind_of(self) -> str:
        """Its kind, as the file has it."""
        return str(self.__struct_config__.tag)


class OpEvent(Event, tag="op", frozen=True):
    """An operation begins: of userspace, of a guest, or a command of an ITS."""


class RetEvent(Event, tag="ret", frozen=True):
    """An operation has ended: its result."""


class StepEvent(Event, tag="step", frozen=True):
    """A point was passed: an operation on a primitive was done."""


class ReadEvent(Event, tag="read", frozen=True):
    """A guarded field was read, or a shared word between two operations."""


class WriteEvent(Event, tag="write", frozen=True):
    """A guarded field was written."""


class RefEvent(Event, tag="ref", frozen=True):
    """A reference count was changed, or memory was freed."""


class ReleaseEvent(Event, tag="release", frozen=True):
    """A lock was released, or a reader has left."""


class KickEvent(Event, tag="kick", frozen=True):
    """A vCPU was kicked."""


class EnterEvent(Event, tag="enter", frozen=True):
    """A vCPU entered the guest."""


class ExitEvent(Event, tag="exit", frozen=True):
    """A vCPU left the guest."""


class FactEvent(Event, tag="fact", frozen=True):
    """A fact about the machine, at a quiet point."""


class FoundEvent(Event, tag="found", frozen=True):
    """One more finding of the execution, beside the one that its end names.

    ``what`` is its kind and rule, ``detail`` its title, ``task`` the task of its first place.
    """

    places: tuple[tuple[str, str, str], ...] = ()
    """Task, thing and access of each place of what was found."""


class End(msgspec.Struct, frozen=True, kw_only=True, tag="end", tag_field="kind"):
    """How it ended."""

    steps: int
    finding: str = ""
    """Kind and rule of what was found, or nothing."""
    title: str = ""
    places: tuple[tuple[str, str, str], ...] = ()
    """Task, thing and access of each place of what was found."""
    outcome: dict[str, Any] = {}


EVENTS: dict[str, type[Event]] = {
    "op": OpEvent,
    "ret": RetEvent,
    "step": StepEvent,
    "read": ReadEvent,
    "write": WriteEvent,
    "ref": RefEvent,
    "release": ReleaseEvent,
    "kick": KickEvent,
    "enter": EnterEvent,
    "exit": ExitEvent,
    "fact": FactEvent,
    "found": FoundEvent,
}
"""The class of each kind of event."""

KINDS = ("head", *EVENTS, "end")
"""Of lines."""

AnyEvent = (
    OpEvent
    | RetEvent
    | StepEvent
    | ReadEvent
    | WriteEvent
    | RefEvent
    | ReleaseEvent
    | KickEvent
    | EnterEvent
    | ExitEvent
    | FactEvent
    | FoundEvent
)
Line = Head | AnyEvent | End

_ENCODER = msgspec.json.Encoder(order="deterministic")
_ANY = msgspec.json.Decoder()
_DECODER: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


class Trace(msgspec.Struct, frozen=True):
    """One execution, from its head to its end."""

    head: Head
    events: tuple[Event, ...]
    end: End

    @property
    def also(self) -> tuple[FoundEvent, ...]:
        """The findings of the execution beside the one that its end names."""
        return tuple(event for event in self.events if isinstance(event, FoundEvent))

    def encode(self) -> bytes:
        """The trace as a file has it."""
        return lines_of(self.head, *self.events, self.end)

    @property
    def digest(self) -> str:
        """A hash of the execution: equal on any machine and Python, however and from whichever files it was found."""
        return hashlib.sha256(lines_of(self.head.meaning, *self.events, self.end)).hexdigest()

    @classmethod
    def load(cls, path: Path) -> Trace:
        """The trace in a file. Raises ScenarioError, with the place, for anything else."""
        lines = decode(path, read_bytes(path, MAX_TRACE_BYTES))
        head, *events = lines
        if not isinstance(head, Head):
            raise ScenarioError(f"{path}:1", NO_HEAD)
        end = events.pop() if events else None
        if not isinstance(end, End):
            raise ScenarioError(f"{path}:{len(lines)}", "is cut off: the last line is not its end")
        for number, event in enumerate(events, 2):
            if not isinstance(event, Event):
                raise ScenarioError(f"{path}:{number}", "is a second head or end")
        return cls(head, tuple(event for event in events if isinstance(event, Event)), end)


def head_of(path: Path) -> Head | None:
    """The head of the trace in a file; None where there is no such file, or no trace of this version in it."""
    try:
        with path.open("rb") as file:
            head = _DECODER.decode(file.readline(MAX_TRACE_BYTES)) if path.is_file() else None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return head if isinstance(head, Head) and head.version == TRACE_VERSION else None


def lines_of(*lines: Head | Event | End) -> bytes:
    """Lines as a file has them."""
    return b"".join(_ENCODER.encode(line) + b"\n" for line in lines)


def decode(path: Path, raw: bytes) -> Sequence[Line]:
    """The lines of a trace. Raises ScenarioError with the line that is none."""
    if not raw:
        raise ScenarioError(str(path), "is empty, no trace")
    lines: list[Line] = []
    for number, text in enumerate(BytesIO(raw), 1):
        if number == 1:
            check_version(path, text)
        try:
            lines.append(_DECODER.decode(text))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            what = "is the head of a trace, but wrong" if number == 1 else "is no line of a trace"
            why = f"{what}: {unknown_kind(text) or error}"
            raise ScenarioError(f"{path}:{number}", why) from None
    return lines


def check_version(path: Path, text: bytes) -> None:
    """Raises ScenarioError for a first line that is no head, or the head of another version."""
    try:
        head = _ANY.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        head = None
    if isinstance(head, dict) and not RECORDING.isdisjoint(head):
        raise ScenarioError(f"{path}:1", "is a recording, which 'aiovgic conform' plays, and no trace")
    if not isinstance(head, dict) or head.get("kind") != "head":
        raise ScenarioError(f"{path}:1", NO_HEAD)
    version = head.get("version")
    if version != TRACE_VERSION:
        raise ScenarioError(f"{path}:1", f"is a trace of version {version!r}; this is version {TRACE_VERSION}")


def unknown_kind(text: bytes) -> str:
    """What is wrong with the kind of a line, if it is that; with the nearest kind there is."""
    try:
        line = _ANY.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
    kind = line.get("kind") if isinstance(line, dict) else None
    if not isinstance(kind, str) or kind in KINDS:
        return ""
    hint = nearest(kind, KINDS) or f"; there are {', '.join(KINDS)}"
    return f"unknown kind {shown(kind)}{hint}"


def make_trace(head: Head, events: Iterable[Event], end: End) -> Trace:
    """A trace of these parts."""
    return Trace(head, tuple(events), end)
