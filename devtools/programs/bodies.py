"""Programs written by hand: tasks that share one part, without a machine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from aiovgic.engine.program import TaskSpec
from aiovgic.sync import Part, Parts

if TYPE_CHECKING:
    from aiovgic.record.finding import Violation
    from aiovgic.sync import Layer, Runtime

Body = Callable[[Any], Coroutine[Any, Any, None]]
"""A task: what it does to the part."""


class MiniSession:
    """Tasks that share one part, each on a CPU of its own; interrupt handlers on that of the first."""

    def __init__(
        self,
        part: Part,
        bodies: Mapping[str, Body],
        check: Callable[[Any], Sequence[Violation]],
        isrs: Collection[str] = (),
    ) -> None:
        self.part = part
        self.check = check
        self.reached: tuple[int, ...] = ()
        self.tasks = tuple(
            TaskSpec(name, partial(body, part), 0 if name in isrs else n, isr=name in isrs)
            for n, (name, body) in enumerate(bodies.items())
        )

    def quiet(self) -> Sequence[Violation]:
        """Nothing is checked while some are idle."""
        return ()

    def judge(self) -> Sequence[Violation]:
        """What the program's own check says."""
        return self.check(self.part)

    def outcome(self) -> dict[str, Any]:
        """The words of the part that it shows."""
        return dict(getattr(self.part, "shown", dict)())


def program(
    make: Callable[..., Part],
    bodies: Mapping[str, Body],
    check: Callable[[Any], Sequence[Violation]] = lambda _part: (),
    isrs: Collection[str] = (),
    layers: Sequence[Layer] = (),
) -> Callable[[Runtime], MiniSession]:
    """A program whose tasks share one part of this class; ``isrs`` interrupt the CPU of the first."""

    def session(rt: Runtime) -> MiniSession:
        return MiniSession(Parts(rt, layers, noting=rt.noting).make(make, "p"), bodies, check, isrs)

    return session
