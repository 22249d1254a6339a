"""Parts: everything replaceable is a method of a part, and a part is only ever made by `Parts`.

`Parts` composes each base class with the layers asked for. A layer is a typed subclass
marked ``@replaces(Base)``; revisions, historical bugs and a user's what-if are all layers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, ParamSpec, TypeVar

from aiovgic.record.finding import Violation
from aiovgic.sync.choice import Choose, RacyRead
from aiovgic.sync.guarded import Guarded, ToldField, guarded_fields
from aiovgic.sync.layer_guard import guard_against
from aiovgic.sync.layers import base_of
from aiovgic.sync.lock import Lock
from aiovgic.sync.ref import Ref
from aiovgic.sync.shared import Shared
from aiovgic.sync.srcu import Srcu
from aiovgic.sync.waitqueue import WaitQueue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aiovgic.sync.context import Context
    from aiovgic.sync.op import Thing
    from aiovgic.sync.runtime import Runtime

P = ParamSpec("P")
T = TypeVar("T")
PartT = TypeVar("PartT", bound="Part")

Layer = type["Part"]


class Part:
    """A replaceable piece of the machine, with the primitives it owns."""

    HEARS: ClassVar[tuple[str, ...]] = ()
    """The guarded fields whose writes call `wrote`; an instrument names those that it needs."""

    def __init__(self, parts: Parts, name: str) -> None:
        self.parts = parts
        self.rt = parts.rt
        self.name = name
        self.ident = parts.ident_of(name)
        """The name with a number if earlier parts had it: an LPI that is unmapped and mapped again is two parts."""
        self.freed = False
        self.things: list[Thing] = []
        """Objects that are freed together with this part, wherever they are kept."""
        self.rt.made(self)

    def lock(self, cls: str, key: int = 0, *, irqsave: bool = False, sleeps: bool = False) -> Lock:
        """A lock of this part (see `Lock`)."""
        return Lock(self.rt, self, cls, key, irqsave=irqsave, sleeps=sleeps)

    def shared(self, field: str, value: T) -> Shared[T]:
        """A shared word of this part."""
        return Shared(self, field, value)

    def ref(self, count: int = 1) -> Ref:
        """The reference count of this part."""
        return Ref(self, count)

    def srcu_struct(self, cls: str) -> Srcu:
        """A domain of read sections of this part."""
        return Srcu(self.rt, self, cls)

    def wait_queue(self, cls: str) -> WaitQueue:
        """A wait queue of this part."""
        return WaitQueue(self.rt, self, cls)

    def choose(self, alternatives: int, what: str) -> Choose:
        """Await it for an outcome that the schedule decides."""
        return Choose(self.rt, alternatives, what)

    def data_race(self, read: Callable[[], T]) -> RacyRead[T]:
        """Await it to read guarded fields without their lock where KVM does so on purpose (data_race)."""
        return RacyRead(self.rt, self, read)

    def mirror(self) -> Context | None:
        """The context whose hardware holds the mirrored fields now, or None."""
        return None

    def wrote(self, field: str, before: object) -> None:
        """A field that this class or a layer hears of has been written, also with an equal value; what it was before.

        An override calls ``super().wrote``: other layers may hear of the field.
        """

    def free(self) -> None:
        """Free the memory of this part: a later access of it is a use after free (kfree)."""
        if self.freed:
            title = f"{self.name} is freed twice"
            raise Violation("use-after-free", "double-free", title, thing=self.name, freed=self.ident)
        self.rt.freed(self)
        self.freed = True

    def __repr__(self) -> str:
        return self.name


class Parts:
    """Makes every part, from its base class and the layers over it, later layers outermost.

    Raises TypeError for a class that is not marked as a layer, or is there twice.
    """

    def __init__(self, rt: Runtime, layers: Iterable[Layer] = (), *, noting: bool = False) -> None:
        self.rt = rt
        self.noting = noting
        self.layers = tuple(layers)
        self.named: dict[str, int] = {}
        """How many parts of each name were made."""
        self._composed: dict[type[Any], type[Any]] = {}
        for n, layer in enumerate(self.layers):
            if base_of(layer) is None:
                raise TypeError(f"{layer.__name__} is no layer; mark it with @replaces")
            if layer in self.layers[:n]:
                raise TypeError(f"{layer.__name__} is there twice")
        self.guard = guard_against(self.layers) if noting else None

    def ident_of(self, name: str) -> str:
        """A name for one more part with this name: unique among the parts made so far."""
        before = self.named.get(name, 0)
        self.named[name] = before + 1
        return f"{name}#{before}" if before else name

    def make(self, base: Callable[Concatenate[Parts, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """A new part: ``base``'s composed class, with these arguments."""
        assert isinstance(base, type), base
        composed = self._composed.get(base)
        if composed is None:
            composed = compose(base, self.layers, noting=self.noting)
            if self.guard is not None:
                composed = type(base.__name__, (composed,), {"__setattr__": self.guard})
            self._composed[base] = composed
        made: T = composed(self, *args, **kwargs)
        return made


_CACHE: dict[tuple[type[Any], tuple[Layer, ...], bool], type[Any]] = {}


def compose(base: type[Any], layers: tuple[Layer, ...], *, noting: bool) -> type[Any]:
    """``base`` under the layers that replace it, over those that replace a base of it; with noting fields if asked."""
    mine = tuple(layer for layer in layers if issubclass(base, base_of(layer) or ()))
    key = (base, mine, noting)
    if key not in _CACHE:
        over = [layer for layer in reversed(mine) if base_of(layer) is base]
        under = [layer for layer in reversed(mine) if base_of(layer) is not base]
        composed = type(base.__name__, (*over, base, *under), {}) if mine else base
        fields = {field.field: field.noted() for field in guarded_fields(composed)} if noting else {}
        fields |= told_fields(composed)
        _CACHE[key] = type(base.__name__, (composed,), fields) if fields else composed
    return _CACHE[key]


def told_fields(composed: type[Any]) -> dict[str, object]:
    """The descriptors of the guarded fields whose writes a class or a layer over it hears of."""
    heard = tuple(name for cls in composed.__mro__ for name in vars(cls).get("HEARS", ()))
    return {
        field.field: ToldField(field)
        for field in guarded_fields(composed)
        if field.field in heard and isinstance(field, Guarded)
    }
