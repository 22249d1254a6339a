"""Dropping a reference only if it is not the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from aiovgic.errors import Violation
from aiovgic.sync.op import Op

if TYPE_CHECKING:
    from aiovgic.sync import Context, Ref


class RefPutNotLast(Op[bool]):
    """Drop a reference unless it is the last."""

    __slots__ = ("ref",)
    kind: ClassVar[str] = "ref"

    def __init__(self, ref: Ref) -> None:
        self.ref = ref

    @property
    def target(self) -> str:
        return self.ref.name

    def commit(self, me: Context) -> bool:
        if self.ref.count <= 0:
            raise Violation("refcount", "double-put", f"{self.ref.name} is dropped below zero")
        if self.ref.count == 1:
            return False
        self.ref.count -= 1
        return True


def put_not_last(ref: Ref) -> RefPutNotLast:
    """Await it to drop a reference unless it is the last: True if dropped (refcount_dec_not_one)."""
    return RefPutNotLast(ref)
