"""Reference counts, and owners of what has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from aiovgic.errors import Violation
from aiovgic.sync.op import Op

if TYPE_CHECKING:
    from aiovgic.sync.context import Context
    from aiovgic.sync.parts import Part


class Ref:
    """The reference count of ``owner``, 1 at first (refcount_t, struct kref)."""

    __slots__ = ("count", "owner")

    def __init__(self, owner: Part, count: int = 1) -> None:
        self.owner = owner
        self.count = count

    @property
    def name(self) -> str:
        """Owner and word, such as ``irq8192.refcount``."""
        return f"{self.owner.name}.refcount"

    def get(self) -> RefGet:
        """Await it to take a reference; the count must not be zero (refcount_inc)."""
        return RefGet(self)

    def get_unless_zero(self) -> RefGetUnlessZero:
        """Await it to take a reference unless the count is zero: True if taken (refcount_inc_not_zero)."""
        return RefGetUnlessZero(self)

    def put(self) -> RefPut:
        """Await it to drop a reference: True if it was the last (refcount_dec_and_test)."""
        return RefPut(self)


class _RefOp:
    """What the operations on a count share."""

    __slots__ = ()
    kind: ClassVar[str] = "ref"


class RefGet(_RefOp, Op[None]):
    """Take a reference."""

    __slots__ = ("ref",)

    def __init__(self, ref: Ref) -> None:
        self.ref = ref

    @property
    def target(self) -> str:
        return self.ref.name

    def commit(self, me: Context) -> None:
        if self.ref.count <= 0:
            raise Violation("refcount", "get-on-zero", f"{self.ref.name} is taken at zero")
        self.ref.count += 1


class RefGetUnlessZero(_RefOp, Op[bool]):
    """Take a reference unless there is none left."""

    __slots__ = ("ref",)

    def __init__(self, ref: Ref) -> None:
        self.ref = ref

    @property
    def target(self) -> str:
        return self.ref.name

    def commit(self, me: Context) -> bool:
        if self.ref.count == 0:
            return False
        self.ref.count += 1
        return True


class RefPut(_RefOp, Op[bool]):
    """Drop a reference."""

    __slots__ = ("ref",)

    def __init__(self, ref: Ref) -> None:
        self.ref = ref

    @property
    def target(self) -> str:
        return self.ref.name

    def commit(self, me: Context) -> bool:
        if self.ref.count <= 0:
            raise Violation("refcount", "double-put", f"{self.ref.name} is dropped below zero")
        self.ref.count -= 1
        return self.ref.count == 0
