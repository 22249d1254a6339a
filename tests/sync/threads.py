"""Contexts that go one operation at a time, by hand, and a part with one of everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.sync import Context, Guarded, GuardedList, GuardedMap, HostCpu, Part, Parts, Runtime

if TYPE_CHECKING:
    from aiovgic.sync import Change, Declared, Op, Script, Thing


class Notes(Runtime):
    """Collects what the primitives tell their runtime."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[str] = []
        self.changes: list[str] = []

    hears = True

    def note(self, part: Part, field: Declared, *, write: bool) -> None:
        self.notes.append(f"{'write' if write else 'read'} {part.name}.{field.field}")

    def changed(self, thing: Thing, how: Change) -> None:
        self.changes.append(thing.name)

    def taken(self) -> list[str]:
        """The notes since the last time."""
        notes, self.notes = self.notes, []
        return notes


class Box(Part):
    """One of everything."""

    count = Guarded(0, by="lock")
    owner = Guarded[str | None](None, by=("lock", "irq_lock"))
    items = GuardedList[int](by="lock")
    names = GuardedMap[int, str](by="lock")

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.mutex = self.lock("mutex", sleeps=True)
        self.irq_lock = self.lock("irq_lock", irqsave=True)
        self.list_lock = self.lock("list_lock", 3, irqsave=True)
        self.word = self.shared("word", 0)
        self.refcount = self.ref()
        self.srcu = self.srcu_struct("srcu")
        self.queue = self.wait_queue("queue")

    def describe(self) -> str:
        return f"{self.name} as it is"


class Thread:
    """A context and its coroutine."""

    def __init__(self, rt: Runtime, name: str, script: Script[Any]) -> None:
        self.rt = rt
        self.context = Context(name, HostCpu(0))
        self.script = script
        self.op: Op[Any] | None = None
        self.passed: list[str] = []
        self.result: Any = None
        self.send(None)

    def send(self, value: Any) -> None:
        """Go to the next operation."""
        self.rt.current = self.context
        try:
            self.op = self.script.send(value)
        except StopIteration as stop:
            self.op = None
            self.result = stop.value

    def waits(self) -> bool:
        """Whether its next operation is not ready."""
        return self.op is not None and not self.op.ready(self.context)

    def ended(self) -> bool:
        """Whether it has nothing more to do."""
        return self.op is None

    def step(self) -> None:
        """Do its next operation."""
        op = self.op
        assert op is not None
        assert op.ready(self.context)
        self.passed.append(op.kind)
        self.rt.current = self.context
        self.send(op.commit(self.context))

    def run(self) -> None:
        """Go on until it waits or has ended."""
        while not self.ended() and not self.waits():
            self.step()

    def kill(self) -> None:
        """Kill it while it waits."""
        op = self.op
        assert op is not None
        assert op.killable
        self.rt.current = self.context
        self.send(op.killed(self.context))


class Stage:
    """A runtime, a box, and the threads that play with it."""

    def __init__(self, *, noting: bool = False) -> None:
        self.rt = Notes()
        self.parts = Parts(self.rt, noting=noting)
        self.box = self.parts.make(Box, "box")
        self.threads: list[Thread] = []

    def start(self, name: str, script: Script[Any]) -> Thread:
        """A thread before its first operation."""
        thread = Thread(self.rt, name, script)
        self.threads.append(thread)
        return thread

    def close(self) -> None:
        """Abandon the threads that have not ended."""
        self.rt.dead = True
        for thread in self.threads:
            thread.script.close()
