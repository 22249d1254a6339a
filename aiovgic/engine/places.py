"""Where a task is: the innermost frame of the model, read off its coroutines."""

from __future__ import annotations

import linecache
import sysconfig
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from aiovgic.record.finding import Frame, Place
from aiovgic.sync.instrument import is_instrument
from aiovgic.sync.lock import HELD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import CodeType, FrameType, TracebackType

    from aiovgic.engine.task import Task
    from aiovgic.sync import Context, Lock, Part, Script

PACKAGE = Path(__file__).resolve().parent.parent
MODEL_ROOMS = ("model", "uapi", "bugs", "revisions")
SEAM_ROOMS = ("sync", "engine")
NO_FILE = ("<string>", "<stdin>")
"""What Python calls code that a user gave it without a file."""


class Where(NamedTuple):
    """A line of the model, and the call stack that leads to it, if that is known."""

    function: str
    file: str
    """Relative to the package."""
    line: int
    stack: tuple[Frame, ...] = ()
    """Innermost first."""


NOWHERE = Where("", "", 0)


Origin = Literal["model", "user", ""]
"""Where a source file is: in the model; of the user, a test or a layer; or neither."""

OTHERS = tuple(dict.fromkeys(Path(path).resolve() for path in sysconfig.get_paths().values()))
"""The folders of Python itself and of installed packages."""


@cache
def inside(filename: str) -> str:
    """A source file relative to the package, or nothing if it is outside."""
    path = Path(filename)
    return path.relative_to(PACKAGE).as_posix() if path.is_relative_to(PACKAGE) else ""


@cache
def origin_of(filename: str) -> Origin:
    """Where a source file is; code that has no file, such as that of ``python -c``, is the user's."""
    here = inside(filename)
    if here:
        return "model" if here.split("/")[0] in MODEL_ROOMS else ""
    if filename.startswith("<"):
        return "user" if filename in NO_FILE else ""
    path = Path(filename).resolve()
    return "" if any(path.is_relative_to(other) for other in OTHERS) else "user"


def relative(filename: str) -> str:
    """A source file as the package has it, else as it is called from the current folder, else its last name."""
    here = inside(filename)
    path = Path(filename)
    if here or not path.is_absolute():
        return here or filename
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else path.name


def is_model(filename: str) -> bool:
    """Whether a frame there says what the model, a layer or a test was doing, not how it was waiting."""
    return origin_of(filename) != ""


@cache
def is_seam(filename: str) -> bool:
    """Whether a frame there only tells of an access."""
    return inside(filename).split("/")[0] in SEAM_ROOMS


def where_of(stack: Sequence[Frame]) -> Where:
    """The innermost frame of a stack, with the stack."""
    return Where(stack[0].function, stack[0].file, stack[0].line, tuple(stack)) if stack else NOWHERE


def frame_of(code: CodeType, line: int) -> Frame | None:
    """A frame of the model or the user; lambdas and the like are in the function around them.

    An instrument's frame is neither.
    """
    if not is_model(code.co_filename) or code.co_name.startswith("<") or is_instrument(code):
        return None
    return Frame(code.co_name, relative(code.co_filename), line)


def suspended(scripts: Sequence[Script[Any]]) -> list[Frame]:
    """The frames of coroutines that wait, each in the one after it; innermost first."""
    found: list[Frame] = []
    for script in scripts:
        awaited: Any = script
        while awaited is not None:
            frame: FrameType | None = getattr(awaited, "cr_frame", None) or getattr(awaited, "ag_frame", None)
            here = None if frame is None else frame_of(frame.f_code, frame.f_lineno)
            found += [] if here is None else [here]
            awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "ag_await", None)
    return found[::-1]


def innermost(task: Task) -> Where:
    """Where a task is that waits at a point."""
    return where_of(suspended(task.stack))


def calling(frame: FrameType | None) -> Where:
    """The model's innermost frame at or around this one."""
    while frame is not None:
        here = frame_of(frame.f_code, frame.f_lineno)
        if here is not None:
            return Where(here.function, here.file, here.line)
        frame = frame.f_back
    return NOWHERE


def accessing(frame: FrameType | None) -> FrameType:
    """The frame that touches a guarded field: the innermost one outside the seam, the engine and instruments."""
    while frame is not None and (is_seam(frame.f_code.co_filename) or is_instrument(frame.f_code)):
        frame = frame.f_back
    assert frame is not None, "a field is touched by no code"
    return frame


def called(frame: FrameType | None, task: Task | None) -> Where:
    """The call stack at or around a frame, up to the engine; then that of what ``task`` has handed over, if it has.

    Where only a lambda runs, which the task gave to a point, the stack is the task's at that point.
    """
    found: list[Frame] = []
    while frame is not None:
        here = frame_of(frame.f_code, frame.f_lineno)
        found += [] if here is None else [here]
        if found and inside(frame.f_code.co_filename).startswith("engine/"):
            break
        frame = frame.f_back
    waiting = [] if task is None else task.stack[:-1] if found else task.stack
    return where_of([*found, *suspended(waiting)])


def raised_at(traceback: TracebackType | None, task: Task | None = None) -> Where | None:
    """Where the model or the user raised an exception, which ``task`` did; None if it was raised elsewhere."""
    entry = blamed(traceback)
    if entry is None:
        return None
    found: list[Frame] = []
    while traceback is not None:
        here = frame_of(traceback.tb_frame.f_code, traceback.tb_lineno)
        found += [] if here is None else [here]
        traceback = traceback.tb_next
    code = entry.tb_frame.f_code
    stack = [*found[::-1], *([] if task is None else suspended(task.stack[:-1]))]
    return Where(named(code), relative(code.co_filename), entry.tb_lineno, tuple(stack))


def named(code: CodeType) -> str:
    """What a function is called; of a lambda, a comprehension or a module the function around it, if there is one."""
    around = [name for name in code.co_qualname.split(".") if not name.startswith("<")]
    return around[-1] if around else code.co_name.strip("<>")


def blamed(traceback: TracebackType | None) -> TracebackType | None:
    """The innermost entry of the model or the user; lambdas and the like only if there is nothing else."""
    best = nameless = None
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if is_model(code.co_filename):
            nameless = traceback
            if not code.co_name.startswith("<"):
                best = traceback
        traceback = traceback.tb_next
    return best or nameless


def is_users(error: BaseException) -> bool:
    """Whether the innermost frame that counts of an exception is the user's: a test, a scenario's body or a layer."""
    entry = blamed(error.__traceback__)
    return entry is not None and origin_of(entry.tb_frame.f_code.co_filename) == "user"


def users_lines(error: BaseException) -> Iterator[str]:
    """A user's exception: its whole message, then the frames of the user and the model, innermost last."""
    said = str(error)
    yield from (f"{type(error).__name__}: {said}" if said else type(error).__name__).splitlines()
    entry = error.__traceback__
    while entry is not None:
        code = entry.tb_frame.f_code
        if is_model(code.co_filename) and not is_instrument(code):
            linecache.checkcache(code.co_filename)  # a relative name may be another file by now
            source = linecache.getline(code.co_filename, entry.tb_lineno).strip()
            where = f"  {relative(code.co_filename)}:{entry.tb_lineno} in {named(code)}"
            yield f"{where}: {source}" if source else where
        entry = entry.tb_next


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
        stack=where.stack,
    )


def of_part(context: Context, part: Part, where: Where, access: str) -> Place:
    """The beginning or the end of a part's memory: ``allocated`` or ``freed``."""
    return Place(
        task=context.name,
        access=access,
        object=part.name,
        function=where.function,
        file=where.file,
        line=where.line,
        locks=tuple(lock.name for lock in context.held),
        stack=where.stack,
    )
