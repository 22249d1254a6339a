"""Verbs that take locks and turn interrupts off."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.sync import Lock
    from devtools.programs.instructions import Instruction
    from devtools.programs.player import ToySession, Verb


def lock_of(s: ToySession, name: str) -> Lock:
    """A lock by its name: one of the toy's, or that of an object."""
    return s.toy.objects[name].inner if name in s.toy.objects else s.toy.locks[name]


def released(s: ToySession, lock: Lock) -> None:
    """Tell the journal that a lock was given back, and that interrupts may have come on with it."""
    s.journal.gave_back(lock)
    if lock.irqsave:
        s.journal.touch(f"irqs of {s.rt.current.cpu}", "count")


async def lock(s: ToySession, me: str, it: Instruction) -> None:
    """Play the body under a lock."""
    taken = lock_of(s, it.thing)
    async with taken:
        await s.play_all(me, it.body)
    released(s, taken)


async def lock_plain(s: ToySession, me: str, it: Instruction) -> None:
    """Play the body under a lock with interrupts left as they are, as faulty code does."""
    taken = lock_of(s, it.thing)
    await taken.acquire_plain()
    await s.play_all(me, it.body)
    taken.release()
    released(s, taken)


async def trylock(s: ToySession, me: str, it: Instruction) -> None:
    """Play the body under a lock if it is free."""
    wanted = lock_of(s, it.thing)
    taken = await wanted.trylock()
    s.see(me, taken)
    if taken:
        await s.play_all(me, it.body)
        wanted.release()
        released(s, wanted)


async def killable(s: ToySession, me: str, it: Instruction) -> None:
    """Play the body under a lock, unless the task was killed while it waited."""
    wanted = lock_of(s, it.thing)
    taken = await wanted.acquire_killable()
    s.see(me, taken)
    if taken:
        await s.play_all(me, it.body)
        wanted.release()
        released(s, wanted)


async def hold(s: ToySession, me: str, it: Instruction) -> None:
    """Take a lock and keep it."""
    await lock_of(s, it.thing).acquire()


async def unlock(s: ToySession, me: str, it: Instruction) -> None:
    """Give a lock back, held or not."""
    given = lock_of(s, it.thing)
    given.release()
    released(s, given)


async def assert_held(s: ToySession, me: str, it: Instruction) -> None:
    """Rely on a lock (lockdep_assert_held)."""
    lock_of(s, it.thing).assert_held()


async def irqs_off(s: ToySession, me: str, it: Instruction) -> None:
    """Play the body with the CPU's interrupts off."""
    count = f"irqs of {s.rt.current.cpu}"
    s.rt.current.irqs_disable()
    s.journal.touch(count, "count")
    await s.play_all(me, it.body)
    s.rt.current.irqs_enable()
    s.journal.touch(count, "count")


LOCKING: Mapping[str, Verb] = {
    "lock": lock,
    "lock-plain": lock_plain,
    "trylock": trylock,
    "killable": killable,
    "hold": hold,
    "unlock": unlock,
    "assert-held": assert_held,
    "irqs-off": irqs_off,
}
