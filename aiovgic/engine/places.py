"""Where a task is: the innermost frame of the model, read off its coroutines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiovgic.record.finding import Place

if TYPE_CHECKING:
    from types import FrameType, TracebackType

    from aiovgic.engine.task import Task

PACKAGE = Path(__file__).resolve().parent.parent
MODEL_ROOMS = ("model", "uapi", "bugs", "revisions")


def relative(filename: str) -> str:
    """A source file as the package has it; what is outside keeps its last name only."""
    path = Path(filename)
    if path.is_relative_to(PACKAGE):
        return path.relative_to(PACKAGE).as_posix()
    return path.name


def is_model(filename: str) -> bool:
    """Whether a frame there says what the model was doing, not how it was waiting."""
    return relative(filename).split("/")[0] in MODEL_ROOMS or not Path(filename).is_relative_to(PACKAGE)


def innermost(task: Task) -> tuple[str, str, int]:
    """Function, file and line of the model's innermost frame."""
    best: tuple[str, str, int] = ("", "", 0)
    for script in task.stack:
        awaited: Any = script
        while awaited is not None:
            frame: FrameType | None = getattr(awaited, "cr_frame", None) or getattr(awaited, "ag_frame", None)
            if frame is not None and is_model(frame.f_code.co_filename):
                best = (frame.f_code.co_name, relative(frame.f_code.co_filename), frame.f_lineno)
            awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "ag_await", None)
    return best


def raised_at(traceback: TracebackType | None) -> tuple[str, str, int]:
    """Function, file and line of the model's innermost frame that an exception went through."""
    best: tuple[str, str, int] = ("", "", 0)
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if is_model(code.co_filename):
            best = (code.co_name, relative(code.co_filename), traceback.tb_lineno)
        traceback = traceback.tb_next
    return best


def place_of(task: Task, where: tuple[str, str, int], access: str = "", what: str = "") -> Place:
    """A task's part in a finding."""
    function, file, line = where
    owner, _, field = what.rpartition(".")
    return Place(
        task=task.name,
        access=access,
        object=owner or what,
        field=field if owner else "",
        function=function,
        file=file,
        line=line,
        locks=tuple(lock.name for lock in task.context.held),
    )
