"""Two tasks written in Python, explored, and what the result says was not explored."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from aiovgic import explore, race

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiovgic import Kvm
    from aiovgic.lab.explore import ExploreResult

    Task = Callable[..., Awaitable[None]]

STATE = {"n": 0}
BOTH = "(tasks a, b)"
LEFT = "that one execution leaves to the next"


async def point(kvm: Kvm) -> None:
    """One operation, so that the tasks have points."""
    await kvm.irq_line(0x1000020)


def together(a: Task, b: Task) -> ExploreResult:
    """Explore two threads of userspace."""
    return explore(race({"a": a, "b": b}))


def named(result: ExploreResult) -> tuple[str, ...]:
    """What a result says was not explored; its line, its JSON and its word are checked on the way."""
    assert not result.findings
    assert result.exhausted
    assert not result.complete
    assert result.to_json()["complete"] is False
    assert result.to_json()["not_covered"] == list(result.untracked)
    assert f"complete for the model; not explored: {'; '.join(result.untracked)}" in str(result)
    return result.untracked


async def uses_global(kvm: Kvm) -> None:
    """A task that changes a global."""
    STATE["n"] += 1
    await point(kvm)


class Dev:
    """A device with a counter, of which two methods are tasks."""

    shared: ClassVar[list[int]] = []
    total = 0

    def __init__(self) -> None:
        self.n = 0
        self.ring: list[int] = []

    async def first(self, kvm: Kvm) -> None:
        n = self.n
        await point(kvm)
        self.n = n + 1

    async def second(self, kvm: Kvm) -> None:
        await self.first(kvm)
