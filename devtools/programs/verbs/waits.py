"""Verbs that wait: wait queues, read sections, grace periods, and what is left to their end."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from devtools.programs.verbs.objects import free_object

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiovgic.sync import Script, Srcu
    from devtools.programs.instructions import Instruction
    from devtools.programs.player import ToySession, Verb


class Killed(Exception):  # noqa: N818  a task's end, not a failure
    """The task was killed while it slept, and does nothing more."""


class Deferred:
    """What is to happen after a grace period, by a name that does not depend on the order of events."""

    def __init__(self, name: str, do: Callable[[], None]) -> None:
        self.name = name
        self.do = do

    def __call__(self) -> None:
        self.do()


def flag_is_up(s: ToySession, me: str, word: str) -> Callable[[], Script[bool]]:
    """What a sleeper waits for: the word is not 0."""

    async def raised() -> bool:
        value = await s.toy.words[word].load()
        s.see(me, value)
        return value != 0

    return raised


async def wait(s: ToySession, me: str, it: Instruction) -> None:
    """Sleep until the flag is up."""
    await s.toy.queue.wait(flag_is_up(s, me, "flag"))
    s.journal.touch(s.toy.queue.name, "join")


async def idle(s: ToySession, me: str, it: Instruction) -> None:
    """Sleep until the flag is up, where that may be for ever (WFI); the body is played even by a killed task."""
    await s.toy.queue.wait(flag_is_up(s, me, "flag"), idle=True, killable=True)
    s.journal.touch(s.toy.queue.name, "join")
    await s.play_all(me, it.body)
    if s.rt.signalled():
        raise Killed


async def wake(s: ToySession, me: str, it: Instruction) -> None:
    """Wake the sleepers."""
    woken = s.toy.queue.wake()
    s.see(me, woken)
    s.journal.touch(s.toy.queue.name, "wake" if woken else "poke")


def domain(s: ToySession, name: str) -> Srcu:
    """A domain of readers by its name."""
    return s.toy.rcu if name == "rcu" else s.toy.srcu


async def section(s: ToySession, me: str, it: Instruction) -> None:
    """Play the body as a reader."""
    srcu = domain(s, it.thing)
    reader = srcu.read()
    async with reader:
        await s.play_all(me, it.body)
        before = [fn for inside, fn in srcu._callbacks if reader.ticket in inside]  # noqa: SLF001  no public list
    s.journal.touch(srcu.name, "leave")
    left = [fn for _, fn in srcu._callbacks]  # noqa: SLF001  the same
    for fn in before:
        assert isinstance(fn, Deferred)
        s.journal.touch(fn.name, "leave" if fn in left else "leave-and-run")


async def synchronize(s: ToySession, me: str, it: Instruction) -> None:
    """Wait for the readers that are inside."""
    await domain(s, it.thing).synchronize()


async def call(s: ToySession, me: str, it: Instruction) -> None:
    """Free an object, or write field `c`, once the readers that are inside have left (call_rcu)."""
    s.journal.touch(s.toy.rcu.name, "call")
    do = partial(free_object, s, s.toy.objects[it.thing]) if it.thing else partial(set_data, s, it.number)
    s.toy.rcu.call(Deferred(f"callback of {me} {s.journal.counts.get(me, 0)}", do))


def set_data(s: ToySession, value: int) -> None:
    """Write field `c` at the end of a grace period."""
    s.toy.data_c = value
    s.journal.touch("data_c", "write")


WAITING: Mapping[str, Verb] = {
    "wait": wait,
    "idle": idle,
    "wake": wake,
    "section": section,
    "synchronize": synchronize,
    "call": call,
}
