"""Playing a toy program: each instruction is a method, and tells the journal what it touches between operations."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from aiovgic.engine.program import TaskSpec
from aiovgic.sync import Context, Parts
from aiovgic.testing.programs.journal import Journal
from aiovgic.testing.programs.toy import Toy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiovgic.record.finding import Violation
    from aiovgic.sync import Lock, Runtime, Script
    from aiovgic.sync.srcu import Srcu
    from aiovgic.testing.programs.instructions import Instruction, Listing


class Freeing:
    """What is to happen after a grace period, by a name that does not depend on the order of events."""

    def __init__(self, name: str, free: Callable[[], None]) -> None:
        self.name = name
        self.free = free

    def __call__(self) -> None:
        self.free()


class ToyProgram:
    """Sets up a toy for every execution; ``last`` is the latest one."""

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self.last: ToySession | None = None

    def __call__(self, rt: Runtime) -> ToySession:
        self.last = ToySession(rt, self.listing)
        return self.last


class ToySession:
    """One toy, and the tasks that race on it."""

    def __init__(self, rt: Runtime, listing: Listing) -> None:
        self.rt = rt
        self.reached: tuple[int, ...] = ()
        self.journal = Journal(rt, tuple(listing.cpus[name] for name in listing.handlers))
        self.toy = Parts(rt, noting=rt.noting).make(Toy, "toy", self.serve)
        self.observed: dict[str, list[Any]] = {}
        self.tasks = tuple(
            TaskSpec(name, self.script_of(name, body), listing.cpus[name], isr=name in listing.handlers)
            for name, body in listing.tasks.items()
        )

    def script_of(self, name: str, body: tuple[Instruction, ...]) -> Any:
        """What starts a task."""

        async def followed() -> None:
            await self.journal.follow(self.play_all(name, body))

        return followed

    def quiet(self) -> Sequence[Violation]:
        """Nobody rests here."""
        return ()

    def judge(self) -> Sequence[Violation]:
        """Nothing is expected."""
        return ()

    def outcome(self) -> dict[str, Any]:
        """What every task read, and the state at the end."""
        return {"observed": {name: self.observed[name] for name in sorted(self.observed)}, **self.toy.shown()}

    # -- instructions -----------------------------------------------------------------------

    async def play_all(self, me: str, body: Sequence[Instruction]) -> None:
        """Instructions of one task, one after the other."""
        for instruction in body:
            await getattr(self, f"do_{instruction.verb}")(me, instruction)

    def see(self, me: str, value: Any) -> None:
        """A task has read something."""
        self.observed.setdefault(me, []).append(value)

    async def do_load(self, me: str, it: Instruction) -> None:
        self.see(me, await self.toy.words[it.thing].load())

    async def do_store(self, me: str, it: Instruction) -> None:
        await self.toy.words[it.thing].store(it.value)

    async def do_add(self, me: str, it: Instruction) -> None:
        self.see(me, await self.toy.words[it.thing].update(lambda old: old + it.value))

    async def do_cmpxchg(self, me: str, it: Instruction) -> None:
        self.see(me, await self.toy.words[it.thing].cmpxchg(0, it.value))

    async def do_when(self, me: str, it: Instruction) -> None:
        """Go into the body if what was read last is not zero."""
        if self.observed.get(me, [0])[-1]:
            await self.play_all(me, it.body)

    async def do_choose(self, me: str, it: Instruction) -> None:
        self.see(me, await self.toy.choose(it.value, "toss"))

    async def do_read(self, me: str, it: Instruction) -> None:
        """A guarded field, under its lock."""
        self.see(me, getattr(self.toy, f"data_{it.thing}"))
        self.journal.touch(f"data_{it.thing}", "read")

    async def do_write(self, me: str, it: Instruction) -> None:
        """A guarded field, under its lock."""
        setattr(self.toy, f"data_{it.thing}", it.value)
        self.journal.touch(f"data_{it.thing}", "write")

    # -- locks ------------------------------------------------------------------------------

    async def do_lock(self, me: str, it: Instruction) -> None:
        lock = self.toy.locks[it.thing]
        async with lock:
            await self.play_all(me, it.body)
        self.released(lock)

    async def do_trylock(self, me: str, it: Instruction) -> None:
        lock = self.toy.locks[it.thing]
        taken = await lock.trylock()
        self.see(me, taken)
        if taken:
            await self.play_all(me, it.body)
            lock.release()
            self.released(lock)

    def released(self, lock: Lock) -> None:
        """A lock was given back."""
        self.journal.touch(lock.name, "write")
        if lock.irqsave:
            self.journal.touch(f"irqs of {self.rt.current.cpu}", "count")

    # -- queues, sections, tasks ------------------------------------------------------------

    async def do_wait(self, me: str, it: Instruction) -> None:
        """Sleep until the flag is up."""

        async def raised() -> bool:
            value = await self.toy.words["flag"].load()
            self.see(me, value)
            return value != 0

        await self.toy.queue.wait(raised)
        self.journal.touch(self.toy.queue.name, "join")

    async def do_wake(self, me: str, it: Instruction) -> None:
        woken = self.toy.queue.wake()
        self.journal.touch(self.toy.queue.name, "wake" if woken else "poke")

    async def do_section(self, me: str, it: Instruction) -> None:
        srcu = self.domain(it.thing)
        section = srcu.read()
        async with section:
            await self.play_all(me, it.body)
            before = [fn for inside, fn in srcu._callbacks if section.ticket in inside]  # noqa: SLF001  nobody is told
        self.journal.touch(srcu.name, "leave")
        left = [fn for _, fn in srcu._callbacks]  # noqa: SLF001  the same
        for fn in before:
            assert isinstance(fn, Freeing)
            self.journal.touch(fn.name, "leave" if fn in left else "leave-and-run")

    async def do_synchronize(self, me: str, it: Instruction) -> None:
        await self.domain(it.thing).synchronize()

    async def do_call(self, me: str, it: Instruction) -> None:
        """Free an object once all readers have left."""
        self.journal.touch(self.toy.rcu.name, "call")
        self.toy.rcu.call(Freeing(f"callback of {me} {self.journal.counts.get(me, 0)}", partial(self.free, it.thing)))

    def domain(self, name: str) -> Srcu:
        """A domain of readers by name."""
        return self.toy.rcu if name == "rcu" else self.toy.srcu

    async def do_spawn(self, me: str, it: Instruction) -> None:
        """A task of one's own, on the same CPU."""
        name = f"{me}+{it.value}"
        self.journal.touch(f"birth of {name}", "write")
        script: Script[None] = self.script_of(name, it.body)()
        self.rt.spawn(script, Context(name, self.rt.current.cpu))

    async def do_ask(self, me: str, it: Instruction) -> None:
        """Hand over to the server, who adds to a word in this task's context; the lock lets one in at a time."""
        async with self.toy.commands:
            self.see(me, await self.toy.channel.call(it.value))
        self.released(self.toy.commands)

    async def serve(self, request: int) -> int:
        """The server's side of `do_ask`."""

        async def add() -> int:
            return await self.toy.words["v"].update(lambda old: old + request)

        result: int = await self.journal.follow(add())
        return result

    # -- objects ----------------------------------------------------------------------------

    async def do_get(self, me: str, it: Instruction) -> None:
        await self.toy.objects[it.thing].refs.get()

    async def do_get_unless_zero(self, me: str, it: Instruction) -> None:
        taken = await self.toy.objects[it.thing].refs.get_unless_zero()
        self.see(me, taken)
        if taken:
            await self.play_all(me, it.body)

    async def do_put(self, me: str, it: Instruction) -> None:
        """Who drops the last reference frees the object."""
        if await self.toy.objects[it.thing].refs.put():
            self.free(it.thing)

    async def do_use(self, me: str, it: Instruction) -> None:
        self.see(me, await self.toy.objects[it.thing].word.update(lambda old: old + 1))

    async def do_free(self, me: str, it: Instruction) -> None:
        self.free(it.thing)

    def free(self, name: str) -> None:
        """An object is gone."""
        self.journal.touch(name, "write")
        self.toy.objects[name].free()
