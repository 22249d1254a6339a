"""Where executions take place: a program that is set up once, and put back before each of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aiovgic.engine.checkpoint import Checkpoint
from aiovgic.engine.runtime import ExecutionRuntime
from aiovgic.engine.watch import Ears

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiovgic.engine.program import Program, Session
    from aiovgic.engine.watch import Watch


class Stage:
    """A program's machine, set up. Raises what the program's set-up raises.

    ``once``: there will be one execution only. ``noting``: guarded fields are noted.
    ``traced``: call stacks are collected, which is slow.
    """

    def __init__(self, program: Program, *, once: bool = False, noting: bool = True, traced: bool = False) -> None:
        self.make: Callable[[], tuple[ExecutionRuntime, Session]] = partial(made, program, noting, traced)
        self.rt, self.session = self.make()
        self.used = False
        self.late: dict[str, None] | None = None
        """The tasks that begin with a step of their own, by name (`engine.beginnings`); None if not yet known."""
        self.heard: dict[tuple[Watch, ...], Ears] = {}
        self.checkpoint: Checkpoint | None = None
        if not once:
            for channel in self.rt.channels:
                channel.close()  # a server that has begun cannot be put back; it is opened again
            self.checkpoint = Checkpoint(self.rt, self.session)

    def ears(self, watches: tuple[Watch, ...]) -> Ears:
        """The ears of these watches, the same in every execution."""
        ears = self.heard.get(watches)
        if ears is None:
            ears = self.heard[watches] = Ears(watches)
        return ears

    def set(self) -> tuple[ExecutionRuntime, Session]:
        """The machine as it was when it had been set up."""
        if self.used:
            assert self.checkpoint is not None, "this stage was for one execution"
            self.checkpoint.restore()
        self.used = True
        return self.rt, self.session

    def set_again(self) -> tuple[ExecutionRuntime, Session]:
        """The machine as it was when it had been set up, for an execution that has to start its tasks again."""
        if self.checkpoint is not None:
            return self.set()
        self.rt, self.session = self.make()
        return self.rt, self.session


def made(program: Program, noting: bool, traced: bool) -> tuple[ExecutionRuntime, Session]:  # noqa: FBT001  see `Stage`
    """A runtime, and the program set up on it."""
    rt = ExecutionRuntime(noting=noting, traced=traced)
    return rt, program(rt)
