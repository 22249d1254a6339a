"""Where executions take place: a program that is set up once, and put back before each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.checkpoint import Checkpoint
from aiovgic.engine.runtime import ExecutionRuntime
from aiovgic.engine.watch import Ears

if TYPE_CHECKING:
    from aiovgic.engine.program import Program, Session
    from aiovgic.engine.watch import Watch


class Stage:
    """A program's machine, set up. Raises what the program's set-up raises.

    ``once``: there will be one execution only. ``noting``: guarded fields are noted.
    ``traced``: call stacks are collected, which is slow.
    """

    def __init__(self, program: Program, *, once: bool = False, noting: bool = True, traced: bool = False) -> None:
        self.rt = ExecutionRuntime(noting=noting, traced=traced)
        self.session: Session = program(self.rt)
        self.used = False
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
