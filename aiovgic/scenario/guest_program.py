"""Guests and threads written in Python: ``async def guest(cpu)`` and ``async def vmm(kvm)``.

A guest's coroutine awaits one instruction at a time, and runs where guests run: inside KVM_RUN. A
thread's coroutine awaits operations of userspace, one after the other.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from aiovgic.arch.gicc import GiccIar
from aiovgic.engine.places import is_users, users_lines
from aiovgic.errors import GuestFaultError, UsageError
from aiovgic.model.guest import Touch
from aiovgic.record.finding import Violation
from aiovgic.scenario.cells import Cells
from aiovgic.scenario.interface import EOIR1, GICC_EOIR
from aiovgic.scenario.shorthand import COMMANDS
from aiovgic.sync import Op, foreign
from aiovgic.uapi.guest_ops import OpsGuest, copyable
from aiovgic.uapi.operations import OPERATIONS, operation

if TYPE_CHECKING:
    from aiovgic.model.guest import Trap
    from aiovgic.record.operation import Operation, Result
    from aiovgic.scenario.shorthand import Rings
    from aiovgic.uapi.actor import Actor
    from aiovgic.uapi.guest_ops import Watch

Body = Callable[[Any], Awaitable[None]]
"""What a task is: an async function of a `Cpu` or a `Kvm`."""

T = TypeVar("T")
WORD = 4
OFFERED = "what the cpu of the guest offers, and cells"


class Instruction(Awaitable["Result"]):
    """One operation of a guest; awaiting it gives its result."""

    def __init__(self, op: Operation, label: str = "") -> None:
        self.op = op
        self.label = label

    def __await__(self) -> Generator[Instruction, Result, Result]:
        return (yield self)


class Cpu:
    """What a guest's program does its work with: one vCPU."""

    __slots__ = ("number", "rings", "shared")

    def __init__(self, vcpu: int, rings: Rings, cells: Cells) -> None:
        self.number = vcpu
        self.rings = rings
        self.shared = cells.cell
        """A word that tasks share: see `Cells.cell`."""

    async def do(self, name: str, *, label: str = "", **fields: Any) -> Result:
        """A guest's operation by name, as scenarios have it; its whole result. Raises UsageError for none."""
        if name not in OPERATIONS or not OPERATIONS[name].guest:
            raise UsageError(f"{name!r} is no operation of a guest")
        return await Instruction(made(name, {"vcpu": self.number, **fields}), label)

    async def mmio_read(self, addr: int, size: int = WORD, *, label: str = "") -> int:
        """A load; 0 where the access leaves to userspace. Raises GuestFaultError."""
        return value_of(await self.do("mmio_read", label=label, addr=addr, size=size))

    async def mmio_write(self, addr: int, value: int, size: int = WORD, *, label: str = "") -> None:
        """A store. Raises GuestFaultError."""
        value_of(await self.do("mmio_write", label=label, addr=addr, size=size, value=value))

    async def sysreg_read(self, reg: str, *, label: str = "") -> int:
        """A system register, by name. Raises GuestFaultError."""
        return value_of(await self.do("sysreg_read", label=label, reg=reg))

    async def sysreg_write(self, reg: str, value: int, *, label: str = "") -> None:
        """A write of a system register. Raises GuestFaultError."""
        value_of(await self.do("sysreg_write", label=label, reg=reg, value=value))

    async def mem_write(self, gpa: int, data: bytes) -> None:
        """A copy into guest memory. Raises GuestFaultError outside memory."""
        value_of(await Instruction(made("mem_write", {"gpa": gpa, "hex": data.hex()})))

    async def mem_read(self, gpa: int, length: int) -> bytes:
        """A copy from guest memory. Raises UsageError for a length that no copy has, GuestFaultError outside memory."""
        copy = asked(lambda: copyable(operation("mem_read", {"gpa": gpa, "len": length})))
        result = await Instruction(copy)
        value_of(result)
        return bytes.fromhex(result["hex"])

    async def ack(self, *, label: str = "") -> int:
        """Acknowledge: the INTID, 1023 if there is none."""
        value = value_of(await Instruction(self.rings.interface.acknowledge(self.number), label))
        return GiccIar(value).intid if self.rings.interface.is_v2 else value

    async def eoi(self, intid: int) -> None:
        """End an interrupt."""
        if self.rings.interface.is_v2:
            await self.mmio_write(GICC_EOIR, intid)
        else:
            await self.sysreg_write(EOIR1, intid)

    async def wfi(self) -> None:
        """Wait until an interrupt is there to be taken."""
        await self.do("wfi")

    async def its(self, command: str, *, label: str = "", **fields: Any) -> None:
        """Put a command into an ITS's ring, and write CWRITER: ``its("movi", device=2, event=1, to=0)``."""
        if command not in COMMANDS:
            raise UsageError(f"{command!r} is no command of an ITS; there are {', '.join(COMMANDS)}")
        entry, doorbell = asked(lambda: self.rings.command(command, fields, self.number))
        await Instruction(entry)
        value_of(await Instruction(doorbell, label))


class Kvm:
    """What a thread's program does its work with: KVM's ioctls."""

    __slots__ = ("perform", "rings", "shared")

    def __init__(self, perform: Callable[[Operation, str], Awaitable[Result]], rings: Rings, cells: Cells) -> None:
        self.perform = perform
        self.rings = rings
        self.shared = cells.cell
        """A word that tasks share: see `Cells.cell`."""

    async def do(self, name: str, *, label: str = "", **fields: Any) -> Result:
        """An operation by name, as scenarios have it; its result, ``errno`` a name or None."""
        return await self.perform(made(name, fields), label)

    async def create_device(self, kind: str, *, label: str = "") -> Result:
        """KVM_CREATE_DEVICE: ``vgic-v3``, ``vgic-its``; with a label others can name it."""
        return await self.do("create_device", label=label, type=kind)

    async def set_attr(self, dev: int | str, group: str, attr: int | str, value: int = 0, *, label: str = "") -> Result:
        """KVM_SET_DEVICE_ATTR."""
        return await self.do("set_device_attr", label=label, dev=dev, group=group, attr=attr, value=value)

    async def get_attr(self, dev: int | str, group: str, attr: int | str, *, label: str = "") -> Result:
        """KVM_GET_DEVICE_ATTR."""
        return await self.do("get_device_attr", label=label, dev=dev, group=group, attr=attr)

    async def msi(self, device: int, event: int, its: int = 0, *, label: str = "") -> Result:
        """KVM_SIGNAL_MSI at the doorbell of an ITS."""
        [op] = asked(lambda: self.rings.expand("msi", {"device": device, "event": event, "its": its}, 0))
        return await self.perform(op, label)

    async def irq_line(self, irq: int, level: int = 1, *, label: str = "") -> Result:
        """KVM_IRQ_LINE."""
        return await self.do("irq_line", label=label, irq=irq, level=level)


def made(name: str, fields: dict[str, Any]) -> Operation:
    """An operation. Raises UsageError with the nearest right word."""
    return asked(lambda: operation(name, fields))


def asked(make: Callable[[], T]) -> T:
    """What a call makes; what is asked wrongly is a UsageError."""
    try:
        return make()
    except ValueError as error:
        raise UsageError(str(error)) from None


def value_of(result: Result) -> int:
    """The value in a result, 0 without one. Raises GuestFaultError for an exception."""
    if "exception" in result:
        raise GuestFaultError(int(result["exception"]["esr"], 16), result["exception"].get("far"))
    return int(result.get("value", "0x0"), 16)


class ProgramGuest(OpsGuest):
    """A guest whose next operation is whatever its program awaits next."""

    def __init__(self, actor: Actor, cpu: Cpu, body: Body, watch: Watch | None = None) -> None:
        self.steps: list[Operation] = []
        super().__init__(actor, cpu.number, self.steps, watch)
        self.labels: list[str] = []
        self.program: Coroutine[object, Any, None] | None = None
        self.body = body
        self.cpu = cpu
        self.gave: Any = None
        """What the program's last operation gave."""

    def resume(self, *, virq: bool, vfiq: bool) -> Trap:
        """The next instruction, or access of a shared word; the program goes on when the one before is done."""
        if len(self.results) == len(self.steps):
            op = self.fetch()
            if op is not None:
                return Touch(op)
        return super().resume(virq=virq, vfiq=vfiq)

    def done(self, result: Result) -> None:
        """The instruction has its result."""
        self.gave = result
        super().done(result)

    def touched(self, value: Any) -> None:
        """The access of a shared word gave this."""
        self.gave = value

    def fetch(self) -> Op[Any] | None:
        """Let the program go on to its next instruction, or to an access of a shared word, which is returned.

        Raises Violation for an assertion that does not hold.
        """
        if self.program is None:
            self.program = coroutine_of(self.body, self.cpu)
        try:
            step = self.program.send(self.gave)
            while not isinstance(step, Instruction | Op):
                step = self.program.throw(foreign(step, OFFERED))
        except StopIteration:
            return None
        except claims(GuestFaultError) as error:
            raise claim(error) from error
        if isinstance(step, Op):
            if step.thing is None or not isinstance(step.thing.owner, Cells):
                raise UsageError(
                    f"guest {name_of(self.body)} awaits an operation of a thread; it may await only {OFFERED}"
                )
            return step
        self.steps.append(step.op)
        self.labels.append(step.label)
        return None


def coroutine_of(body: Body, handle: Cpu | Kvm) -> Coroutine[Any, Any, None]:
    """What a task runs. Raises UsageError for what is no async function."""
    coroutine = body(handle)
    if not isinstance(coroutine, Coroutine):
        raise UsageError(f"{name_of(body)} is to be an async function")
    return coroutine


def name_of(body: Body) -> str:
    """What a function is called; a lambda, which has no name, is called task."""
    name = str(getattr(body, "__name__", body))
    return "task" if name == "<lambda>" else name


def claims(*more: type[BaseException]) -> tuple[type[BaseException], ...]:
    """Exceptions by which a program says what it did not expect: a failed assertion, and under pytest `pytest.fail`.

    ``with pytest.raises`` fails by that, too. It is no `Exception`: no engine would turn it into a finding.
    """
    outcomes = sys.modules.get("_pytest.outcomes")
    return (AssertionError, *more) if outcomes is None else (AssertionError, outcomes.Failed, *more)


def claim(error: BaseException) -> Violation:
    """What a program did not expect: an assertion that does not hold, or an exception of its guest.

    It has the traceback of ``error``, so that the finding names the place of the assertion. Raises an assertion again
    that is the model's, not the program's.
    """
    if isinstance(error, AssertionError) and not is_users(error):
        raise error
    rule = "exception" if isinstance(error, GuestFaultError) else "assert"
    said = str(error).splitlines()  # pytest adds lines of its own
    violation = Violation("expectation", rule, said[0] if said else "an assertion does not hold")
    violation.finding = msgspec.structs.replace(violation.finding, saw=tuple(users_lines(error)))
    return violation.with_traceback(error.__traceback__)
