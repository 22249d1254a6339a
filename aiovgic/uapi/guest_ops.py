"""A guest that is a list of operations: one instruction each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiovgic.arch.words import mask
from aiovgic.model.guest import Copy, Mmio, Stop, Sysreg, Trap, Wfi
from aiovgic.uapi.ops_memory import MAX_READ

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.record.operation import Operation, Result
    from aiovgic.uapi.actor import Actor

Watch = Callable[[int, "Result | None"], None]
"""Told the number of an operation when it begins (None), and again with its result."""

READ_OF = {"mmio_write": "mmio_read", "sysreg_write": "sysreg_read"}
"""Whose values a write can write again."""

ABORTS = (0x20, 0x21, 0x22, 0x24, 0x25)
"""Exception classes that leave an address: aborts, and a misaligned PC."""


def copyable(op: Operation) -> Operation:
    """A copy of guest memory, checked: a guest copies a range of bounded length. Raises ValueError."""
    length = op.fields["len"] if op.name == "mem_read" else 0
    if length > MAX_READ:
        raise ValueError(f"mem_read: len: {length:#x} is too long; one copy has at most {MAX_READ:#x} bytes")
    return op


class OpsGuest:
    """Plays guest operations in order; has a result for each that is done."""

    def __init__(self, actor: Actor, vcpu: int | str, ops: Sequence[Operation], watch: Watch | None = None) -> None:
        self.actor = actor
        self.vcpu = vcpu
        self.ops = ops
        self.watch = watch
        self.results: list[Result] = []
        self.begun = 0
        self.exit: dict[str, Any] | None = None

    @property
    def op(self) -> Operation:
        """The operation that is being done."""
        return self.ops[len(self.results)]

    def resume(self, *, virq: bool, vfiq: bool) -> Trap:
        """The next instruction."""
        while len(self.results) < len(self.ops):
            if self.watch is not None and self.begun == len(self.results):
                self.begun += 1
                self.watch(len(self.results), None)
            if self.op.name != "run":
                return self.instruction(self.op)
            self.complete(0)  # a nop
        return Stop()

    def instruction(self, op: Operation) -> Trap:
        """What a guest operation executes."""
        fields = op.fields
        match op.name:
            case "mmio_read":
                return Mmio(fields["addr"], fields["size"], is_write=False)
            case "mmio_write":
                size = fields["size"]
                return Mmio(fields["addr"], size, is_write=True, value=self.written(op) & mask(8 * size - 1, 0))
            case "sysreg_read":
                return Sysreg(fields["reg"], is_write=False)
            case "sysreg_write":
                return Sysreg(fields["reg"], is_write=True, value=self.written(op))
            case "wfi":
                return Wfi()
            case "mem_write":
                return Copy(fields["gpa"], data=fields["hex"] if "hex" in fields else fields["u64"])
            case "mem_read":
                return Copy(fields["gpa"], length=fields["len"])
            case _:
                return Stop()

    def written(self, op: Operation) -> int:
        """What is written: a value, or one that was read before in the same way."""
        back: int = op.fields["value_from_read"]
        return self.actor.nth_read(READ_OF[op.name], self.vcpu, back) if back else int(op.fields["value"])

    # -- outcomes -----------------------------------------------------------------------------

    def complete(self, value: int) -> None:
        """The operation is done."""
        op = self.op
        result: Result = {"ret": 0, "errno": None}
        if self.exit is not None:
            result["mmio_exit"] = self.exit
            self.exit = None
        elif op.name in READ_OF.values():
            result["value"] = hex(value)
            self.actor.note_read(op.name, self.vcpu, value)
        self.done(result)

    def done(self, result: Result) -> None:
        """The operation has its result."""
        self.results.append(result)
        if self.watch is not None:
            self.watch(len(self.results) - 1, result)

    def copied(self, data: bytes | None) -> None:
        """A copy is done; ``data`` is what a copy from memory read."""
        result: Result = {"ret": 0, "errno": None}
        if data is not None:
            result["hex"] = data.hex()
        self.done(result)

    def touched(self, value: Any) -> None:
        """Raises AssertionError: a list of operations shares no word."""
        raise AssertionError(f"an operation on a shared word gave {value!r}, and this guest asked for none")

    def fault(self, esr: int, far: int | None = None) -> None:
        """The operation took an exception."""
        exception = {"esr": hex(esr)}
        if esr >> 26 in ABORTS and far is not None:
            exception["far"] = hex(far)
        self.done({"ret": 0, "errno": None, "exception": exception})

    def left(self, trap: Mmio) -> None:
        """The access went to userspace, which answers reads with zero."""
        self.exit = {"phys_addr": hex(trap.addr), "is_write": int(trap.is_write), "len": trap.size}
        if trap.is_write:
            self.exit["data"] = hex(trap.value)
        self.complete(0)
