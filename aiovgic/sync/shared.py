"""Shared words: the words that KVM reads and writes without a lock, on purpose."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from aiovgic.sync.op import Op, Thing

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from aiovgic.sync.context import Context
    from aiovgic.sync.parts import Part

T = TypeVar("T")


class Order(Enum):
    """The memory order of an access. Execution is sequentially consistent; the race detector uses the order."""

    RELAXED = "relaxed"
    ACQUIRE = "acquire"
    RELEASE = "release"
    FULL = "full"


RELAXED, ACQUIRE, RELEASE, FULL = Order


class Shared(Thing, Generic[T]):
    """One word that several contexts touch without a lock; every access is a point.

    ``now`` is its value. Rules and reports read ``value``: it tells the runtime what a rule has read that decides
    during the race. `reread` is an access of the running task that is no point.
    """

    __slots__ = ("_load", "field", "now")

    def __init__(self, owner: Part, field: str, value: T) -> None:
        super().__init__(owner, field)
        self.field = field
        self.now = value
        self._load = Load(self, RELAXED)

    @property
    def value(self) -> T:
        """The value, without a point: for rules, reports and set-up."""
        rt = self.owner.rt
        if rt.rule_reads:
            rt.rule_read(self)
        return self.now

    @value.setter
    def value(self, value: T) -> None:
        self.now = value

    def load(self, order: Order = RELAXED) -> Load[T]:
        """Await it to read the word (READ_ONCE, smp_load_acquire)."""
        return self._load if order is RELAXED else Load(self, order)

    def reread(self) -> T:
        """Read the word once more after a `load`, in the step that the task is in: a relaxed load without a point."""
        self.check("read")
        rt = self.owner.rt
        if rt.hears:
            rt.reread(self)
        return self.now

    def store(self, value: T, order: Order = RELAXED) -> Update[T]:
        """Await it to write the word (WRITE_ONCE, smp_store_release)."""
        return Update(self, lambda _: value, order, "store")

    def cmpxchg(self, old: T, new: T, order: Order = FULL) -> Update[T]:
        """Await it to write ``new`` if the word is ``old``; gives what the word was (cmpxchg)."""
        return Update(self, lambda now: new if now == old else now, order, "cmpxchg", old)

    def update(self, change: Callable[[T], T], order: Order = FULL) -> Update[T]:
        """Await it to replace the word by ``change(word)`` in one step; gives what the word was."""
        return Update(self, change, order, "update")

    def __repr__(self) -> str:
        return f"<Shared {self.name} = {self.now!r}>"


class _Access(Op[T]):
    """What all accesses of a shared word have in common."""

    __slots__ = ("order", "word")

    def __init__(self, word: Shared[T], order: Order) -> None:
        self.word = word
        self.order = order

    @property
    def thing(self) -> Shared[T]:
        return self.word

    def __await__(self) -> Generator[Op[Any], Any, T]:
        word = self.word
        if word.owner.rt.alone and word.at_once():
            return self.commit(word.owner.rt.current)
        value: T = yield self
        return value


class Load(_Access[T]):
    """Read a shared word."""

    __slots__ = ()
    kind: ClassVar[str] = "load"
    changes: ClassVar[bool] = False

    def commit(self, me: Context) -> T:
        self.word.check("read")
        return self.word.now


class Update(_Access[T]):
    """Replace a shared word in one step; the value is what it was before."""

    __slots__ = ("change", "expects", "verb")
    kind: ClassVar[str] = "store"

    def __init__(
        self, word: Shared[T], change: Callable[[T], T], order: Order, verb: str, expects: T | None = None
    ) -> None:
        super().__init__(word, order)
        self.change = change
        self.verb = verb
        self.expects = expects
        """The value that a cmpxchg replaces."""

    def failed(self, value: T) -> bool:
        """Whether it was a cmpxchg that found another value than it expects: then it has only read."""
        return self.verb == "cmpxchg" and value != self.expects

    def commit(self, me: Context) -> T:
        self.word.check("written")
        old = self.word.now
        self.word.now = self.change(old)
        return old


class Fence(Op[None]):
    """A barrier of its own (smp_mb, smp_wmb); it orders, and touches nothing."""

    __slots__ = ("order",)
    kind: ClassVar[str] = "fence"
    changes: ClassVar[bool] = False

    def __init__(self, order: Order) -> None:
        self.order = order

    def commit(self, me: Context) -> None:
        return None


def fence(order: Order = FULL) -> Fence:
    """Await it to order everything before it against everything after it."""
    return Fence(order)
