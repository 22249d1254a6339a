"""Reference counts, and the operations on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from aiovgic.record.finding import Violation
from aiovgic.sync.op import Op, Thing

if TYPE_CHECKING:
    from aiovgic.sync.context import Context
    from aiovgic.sync.parts import Part

T = TypeVar("T")


class Ref(Thing):
    """The reference count of ``owner``, 1 at first (refcount_t, struct kref)."""

    __slots__ = ("count",)

    def __init__(self, owner: Part, count: int = 1) -> None:
        super().__init__(owner, "refcount")
        self.count = count

    def get(self) -> RefGet:
        """Await it to take a reference; the count must not be zero (refcount_inc)."""
        return RefGet(self)

    def get_unless_zero(self) -> RefGetUnlessZero:
        """Await it to take a reference unless the count is zero: True if taken (refcount_inc_not_zero)."""
        return RefGetUnlessZero(self)

    def put(self) -> RefPut:
        """Await it to drop a reference: True if it was the last (refcount_dec_and_test)."""
        return RefPut(self)

    def put_not_last(self) -> RefPutNotLast:
        """Await it to drop a reference unless it is the last: True if dropped (refcount_dec_not_one)."""
        return RefPutNotLast(self)


class _RefOp(Op[T]):
    """What the operations on a count share."""

    __slots__ = ("ref",)
    kind: ClassVar[str] = "ref"

    def __init__(self, ref: Ref) -> None:
        self.ref = ref

    @property
    def thing(self) -> Ref:
        return self.ref

    def drop(self) -> None:
        """One reference less; there must be one."""
        self.ref.check("dropped")
        if self.ref.count <= 0:
            raise Violation("refcount", "double-put", f"{self.ref.name} is dropped below zero", thing=self.ref.name)
        self.ref.count -= 1


class RefGet(_RefOp[None]):
    """Take a reference."""

    __slots__ = ()

    def commit(self, me: Context) -> None:
        self.ref.check("taken", "reference-taken")
        if self.ref.count <= 0:
            raise Violation("refcount", "get-on-zero", f"{self.ref.name} is taken at zero", thing=self.ref.name)
        self.ref.count += 1


class RefGetUnlessZero(_RefOp[bool]):
    """Take a reference unless there is none left."""

    __slots__ = ()

    def commit(self, me: Context) -> bool:
        self.ref.check("taken", "reference-taken")
        if self.ref.count == 0:
            return False
        self.ref.count += 1
        return True


class RefPut(_RefOp[bool]):
    """Drop a reference: whether it was the last."""

    __slots__ = ()

    def commit(self, me: Context) -> bool:
        self.drop()
        return self.ref.count == 0


class RefPutNotLast(_RefOp[bool]):
    """Drop a reference unless it is the last: whether it was dropped."""

    __slots__ = ()

    def commit(self, me: Context) -> bool:
        self.ref.check("dropped")
        if self.ref.count == 1:
            return False
        self.drop()
        return True
