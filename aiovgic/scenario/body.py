"""One async function for a whole execution: what comes before the race, the tasks, and what must hold then.

Before and after the race the function runs alone, without points. ``async with m.tasks()`` is the race: the
block names the tasks, and the function goes on behind it when no task can go on.
"""

from __future__ import annotations

from functools import partial
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, Self

from aiovgic.engine.program import TaskSpec
from aiovgic.errors import UsageError
from aiovgic.scenario.guest_program import claim, claims, name_of
from aiovgic.scenario.player import ScenarioSession
from aiovgic.sync import Op, advance, next_op

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterator, Sequence

    from aiovgic.engine.excuses import Excuses
    from aiovgic.record.finding import Violation
    from aiovgic.record.operation import Result
    from aiovgic.scenario.guest_program import Cpu, Kvm
    from aiovgic.scenario.scenario import Scenario
    from aiovgic.scenario.serial import SerialOrders
    from aiovgic.scenario.user_state import UserState
    from aiovgic.sync import Layer, Runtime
    from aiovgic.uapi.actor import Actor


class Pause:
    """What the function awaits where the race is: its tasks."""

    def __init__(self, tasks: Sequence[TaskSpec]) -> None:
        self.tasks = tasks

    def __await__(self) -> Generator[Pause, None, None]:
        yield self


class Tasks:
    """The tasks of the race, while they are named."""

    __slots__ = ("specs", "state")

    def __init__(self, state: UserState) -> None:
        self.state = state
        self.specs: dict[str, TaskSpec] = {}

    def start(self, function: Callable[..., Awaitable[Any]], *args: Any, name: str = "", **fields: Any) -> None:
        """One more task, on a CPU of its own: it awaits ``function`` with these arguments when the race begins."""
        called = name or name_of(args[0] if args and callable(args[0]) else function)
        same = sum(each.rpartition("-")[0] == called or each == called for each in self.specs)
        called = f"{called}-{same + 1}" if same else called
        self.state.started(called, function, args, fields)

        async def play() -> None:
            try:
                started = function(*args, **fields)
                if not isawaitable(started):
                    raise UsageError(f"task {called!r}: {name_of(function)} is to be an async function")
                await started
            except claims() as error:
                raise claim(error) from error

        self.specs[called] = TaskSpec(called, play, len(self.specs))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        if kind is None:
            await Pause(tuple(self.specs.values()))


class VcpuHandle:
    """One vCPU of the machine."""

    __slots__ = ("index", "session")

    def __init__(self, session: BodySession, index: int) -> None:
        self.session = session
        self.index = index

    async def run(self, guest: Callable[[Cpu], Awaitable[None]], *, label: str = "") -> Result:
        """Run a guest on this vCPU from its first instruction to its last; the result of KVM_RUN.

        A task of the race: ``together.start(m.vcpu[0].run, guest)``. Outside the race: ``await m.vcpu[0].run(guest)``.
        Where an access leaves to userspace, KVM_RUN is called again.
        """
        return await self.session.run_body(guest, self.session.thread(), self.index, label)


class Vcpus:
    """The vCPUs of the machine, by index."""

    __slots__ = ("handles",)

    def __init__(self, session: BodySession) -> None:
        self.handles = [VcpuHandle(session, index) for index in range(session.scenario.machine.vcpus)]

    def __getitem__(self, index: int) -> VcpuHandle:
        """A vCPU. Raises UsageError for an index that the machine does not have."""
        count = len(self.handles)
        if not 0 <= index < count:
            raise UsageError(f"the machine has no vCPU {index}; it has {count} (machine={{'vcpus': N}} says how many)")
        return self.handles[index]

    def __len__(self) -> int:
        return len(self.handles)

    def __iter__(self) -> Iterator[VcpuHandle]:
        return iter(self.handles)


class Machine:
    """What the function works with: the machine, and what was seen of it. It keeps no attributes of a test's own."""

    __slots__ = ("kvm", "race", "session", "shared", "vcpu")

    def __init__(self, session: BodySession) -> None:
        self.session = session
        self.kvm: Kvm = session.kvm(session.thread)
        """Userspace: `aiovgic.Kvm`."""
        self.race: Tasks | None = None
        self.vcpu = Vcpus(session)
        """The vCPUs: ``m.vcpu[0].run(guest)`` runs a guest."""
        self.shared = session.cells.cell
        """A word that tasks share: see `Cells.cell`."""

    def tasks(self) -> Tasks:
        """The race: ``async with m.tasks() as together: together.start(...)``. Once in an execution."""
        self.race = Tasks(self.session.user_state)
        return self.race

    @property
    def has_race(self) -> bool:
        """Whether the function has started a task."""
        return self.race is not None and bool(self.race.specs)

    @property
    def results(self) -> dict[str, Result]:
        """What labelled operations gave."""
        self.session.asks("m.results")
        return self.session.results

    def delivered(self, intid: int) -> int:
        """How often guests have taken an interrupt; after the race every vCPU has taken what it could."""
        self.session.asks("m.delivered")
        return self.session.deliveries.count(intid)

    def taken_by(self, intid: int) -> str | None:
        """The vCPU that took an interrupt last."""
        self.session.asks("m.taken_by")
        return self.session.deliveries.taker(intid)


class BodySession(ScenarioSession):
    """One execution of such a function."""

    def __init__(
        self, rt: Runtime, scenario: Scenario, layers: Sequence[Layer], serial: SerialOrders, excuses: Excuses
    ) -> None:
        super().__init__(rt, scenario, layers, serial, excuses)
        self.running: Coroutine[Any, Any, None] | None = None
        self.threads: dict[str, Actor] = {}
        """By task: each counts the devices that it makes and the values that it gets, as it does in a scenario file."""

    def thread(self) -> Actor:
        """The thread of userspace that is running: a task's in the race, else that of the function."""
        if not self.rt.racing:
            return self.set_up
        name = self.rt.current.name
        if name not in self.threads:
            self.threads[name] = self.machine.actor(name, self.set_up)
        return self.threads[name]

    def asks(self, what: str) -> None:
        """The test asks what the machine has noted down. In a race that is no point: the search does not see it."""
        if self.rt.racing:
            self.user_state.read(what, self.rt.current.name)

    @property
    def tasks(self) -> tuple[TaskSpec, ...]:
        """Begins the function, up to its race."""
        self.user_state.begins()
        body = self.scenario.body
        assert body is not None
        self.threads = {}
        self.running = partial(body, Machine(self))()
        try:
            pause = self.go_on()
        except claims() as error:
            raise claim(error) from error
        return () if pause is None else tuple(pause.tasks)

    def go_on(self) -> Pause | None:
        """Let the function go on to its race or to its end, alone."""
        assert self.running is not None
        stack: list[Any] = [self.running]
        value: Any = None
        while True:
            try:
                op = next_op(stack[-1], value, (Op, Pause))
            except StopIteration:
                self.running = None
                return None
            if isinstance(op, Pause):
                return op
            value = advance(stack, op, self.rt.current)

    def judge(self) -> Sequence[Violation]:
        """What the rest of the function does not find as it should be."""
        violations = super().judge()
        if violations or self.running is None:
            return violations
        try:
            again = self.go_on()
        except claims() as error:
            return (claim(error),)
        if again is not None:
            raise UsageError(f"{self.scenario.name}: there is one race in an execution")
        return ()
