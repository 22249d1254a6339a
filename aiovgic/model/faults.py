"""Failures: allocations and user copies that fail, as often as an execution is given.

Where the budget is 0, nothing can fail and nothing here is a point. Elsewhere every allocation
and every copy touches the budget, since a task that takes of it leaves less to the others.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Concatenate, ParamSpec, TypeVar

from aiovgic.errors import UapiError
from aiovgic.sync import Op, Part, Thing

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiovgic.sync import Context, Parts

P = ParamSpec("P")
PartT = TypeVar("PartT", bound=Part)

MAX_FAULTS = 4
"""Failures of one kind that an execution may have at most."""


@dataclass(frozen=True, slots=True)
class FaultBudget:
    """How many allocations and how many user copies of an execution may fail."""

    alloc: int = 0
    copy: int = 0


class Budget(Thing):
    """How many failures of one kind there may still be."""

    __slots__ = ("left", "limit")

    def __init__(self, owner: Part, field: str, limit: int) -> None:
        super().__init__(owner, field)
        self.limit = limit
        self.left = limit


class Fault(Op[bool]):
    """Something that may fail: whether it does. Once the budget is spent, nothing does."""

    __slots__ = ("budget", "what")
    kind: ClassVar[str] = "fault"

    def __init__(self, budget: Budget, what: str) -> None:
        self.budget = budget
        self.what = what

    @property
    def thing(self) -> Budget:
        return self.budget

    @property
    def target(self) -> str:
        return f"{self.budget.name} {self.what}"

    def commit(self, me: Context) -> bool:
        budget = self.budget
        if not budget.left or not budget.owner.rt.pick(2, self.target):
            return False
        budget.left -= 1
        return True


class Faults(Part):
    """What may fail on a machine, and what was allocated on it."""

    def __init__(self, parts: Parts, name: str, limits: FaultBudget) -> None:
        super().__init__(parts, name)
        self.allocs = Budget(self, "alloc", limits.alloc)
        self.copies = Budget(self, "copy", limits.copy)
        self.made: list[Part] = []
        """Every object of the present VM that was allocated; kept only where accesses are noted."""

    async def alloc_fails(self, what: str) -> bool:
        """Whether this allocation fails, where the caller makes something else of it than an errno."""
        return bool(self.allocs.limit) and await Fault(self.allocs, what)

    async def copy_fails(self, what: str) -> bool:
        """Whether this copy from or to userspace fails, where the caller makes something else of it than an errno."""
        return bool(self.copies.limit) and await Fault(self.copies, what)

    async def alloc(self, what: str) -> None:
        """Memory for ``what``, for which the caller may have to sleep (GFP_KERNEL). Raises ENOMEM."""
        self.rt.may_sleep("allocates", what)
        if await self.alloc_fails(what):
            raise UapiError(errno.ENOMEM, f"no memory for {what}")

    async def copy(self, what: str) -> None:
        """A copy of ``what`` from or to userspace. Raises EFAULT."""
        if await self.copy_fails(what):
            raise UapiError(errno.EFAULT, f"{what} cannot be copied")

    async def make(
        self, base: Callable[Concatenate[Parts, str, P], PartT], name: str, *args: P.args, **kwargs: P.kwargs
    ) -> PartT:
        """A new object in memory of its own (kzalloc); the caller frees it. Raises ENOMEM."""
        await self.alloc(name)
        return self.keep(self.parts.make(base, name, *args, **kwargs))

    def keep(self, made: PartT) -> PartT:
        """An object in memory of its own, whose allocation the caller has counted: it is lost if nothing frees it."""
        if self.rt.noting:
            self.made.append(made)
        return made

    def new_vm(self) -> None:
        """Another VM: the old one's memory is given back as a whole."""
        self.made.clear()
