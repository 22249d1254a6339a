"""Where a task is: the innermost frame of the model, read off its coroutines."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from aiovgic.record.finding import Place
from aiovgic.sync.lock import HELD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType, TracebackType

    from aiovgic.engine.task import Task
    from aiovgic.sync import Context, Lock, Part

PACKAGE = Path(__file__).resolve().parent.parent
MODEL_ROOMS = ("model", "uapi", "bugs", "revisions")


class Where(NamedTuple):
    """A line of the model."""

    function: str
    file: str
    """Relative to the package."""
    line: int


NOWHERE = Where("", "", 0)


@cache
def relative(filename: str) -> str:
    """A source file as the package has it; what is outside keeps its last name only."""
    path = Path(filename)
    if path.is_relative_to(PACKAGE):
        return path.relative_to(PACKAGE).as_posix()
    return path.name


@cache
def is_model(filename: str) -> bool:
    """Whether a frame there says what the model was doing, not how it was waiting."""
    return relative(filename).split("/")[0] in MODEL_ROOMS or not Path(filename).is_relative_to(PACKAGE)


def innermost(task: Task) -> Where:
    """The model's innermost frame."""
    best = NOWHERE
    for script in task.stack:
        awaited: Any = script
        while awaited is not None:
            frame: FrameType | None = getattr(awaited, "cr_frame", None) or getattr(awaited, "ag_frame", None)
            if frame is not None and is_model(frame.f_code.co_filename):
                best = Where(frame.f_code.co_name, relative(frame.f_code.co_filename), frame.f_lineno)
            awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "ag_await", None)
    return best


def calling(frame: FrameType | None) -> Where:
    """The model's innermost frame at or around this one; lambdas and the like are in what they are written in."""
    while frame is not None:
        code = frame.f_code
        if is_model(code.co_filename) and not code.co_name.startswith("<"):
            return Where(code.co_name, relative(code.co_filename), frame.f_lineno)
        frame = frame.f_back
    return NOWHERE


def raised_at(traceback: TracebackType | None) -> Where | None:
    """The model's innermost frame that an exception went through; None if it was raised elsewhere."""
    best = None
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if is_model(code.co_filename):
            best = Where(code.co_name, relative(code.co_filename), traceback.tb_lineno)
        traceback = traceback.tb_next
    return best


def place_of(task: Task, where: Where, access: str = "", what: str = "", error: Exception | None = None) -> Place:
    """A task's part in a finding; with what it held when it raised ``error``, not after."""
    held = None if error is None else vars(error).get(HELD)
    return place_in(task.context, where, access, what, held)


def place_in(context: Context, where: Where, access: str, what: str, held: Sequence[Lock] | None = None) -> Place:
    """A context's part in a finding; with what it held, if that is not what it holds now."""
    owner, _, field = what.rpartition(".")
    return Place(
        task=context.name,
        access=access,
        object=owner or what,
        field=field if owner else "",
        function=where.function,
        file=where.file,
        line=where.line,
        locks=tuple(lock.name for lock in (context.held if held is None else held)),
    )


def freeing(context: Context, part: Part, where: Where) -> Place:
    """The end of a part's memory."""
    return Place(
        task=context.name,
        access="freed",
        object=part.name,
        function=where.function,
        file=where.file,
        line=where.line,
        locks=tuple(lock.name for lock in context.held),
    )
