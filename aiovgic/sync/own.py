"""Words and locks that a layer declares: each part gets its own when the layer's code first uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

if TYPE_CHECKING:
    from aiovgic.sync.lock import Lock
    from aiovgic.sync.parts import Part
    from aiovgic.sync.shared import Shared

T = TypeVar("T")

MUTABLE = (list, dict, set, bytearray)
"""Containers that change in place: a word or a field that held one would hide its changes."""


class OwnThing:
    """A class attribute of a layer that stands for one thing of each part."""

    field = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.field = name

    def of(self, part: Part, make: Any) -> Any:
        """The thing of this part, made if it is not there yet."""
        made = part.__dict__.get(self.field)
        if made is None:
            made = part.__dict__[self.field] = make()
        return made

    def __set__(self, part: Part, value: object) -> None:
        raise TypeError(f"{part.name}.{self.field} is a thing: await its operations instead of assigning to it")


class SharedField(OwnThing, Generic[T]):
    """A word that contexts touch without a lock: a `Shared` of each part, ``value`` at first."""

    def __init__(self, value: T) -> None:
        if isinstance(value, MUTABLE):
            raise TypeError(f"a shared word holds what cannot change in place, a tuple for example, not {value!r}")
        self.value = value

    @overload
    def __get__(self, part: None, owner: type) -> SharedField[T]: ...
    @overload
    def __get__(self, part: Part, owner: type) -> Shared[T]: ...
    def __get__(self, part: Part | None, owner: type) -> SharedField[T] | Shared[T]:
        if part is None:
            return self
        made: Shared[T] = self.of(part, lambda: part.shared(self.field, self.value))
        return made


class LockField(OwnThing):
    """A lock of each part; its class is the name of the field. Options as for `Lock`."""

    def __init__(self, *, irqsave: bool = False, sleeps: bool = False) -> None:
        self.irqsave = irqsave
        self.sleeps = sleeps

    @overload
    def __get__(self, part: None, owner: type) -> LockField: ...
    @overload
    def __get__(self, part: Part, owner: type) -> Lock: ...
    def __get__(self, part: Part | None, owner: type) -> LockField | Lock:
        if part is None:
            return self
        made: Lock = self.of(part, lambda: part.lock(self.field, irqsave=self.irqsave, sleeps=self.sleeps))
        return made
