"""How a guest takes and ends interrupts: by system registers, or by the frame of a GICv2's CPU interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.arch import gicc
from aiovgic.arch.intid import SPECIAL_INTIDS, SPURIOUS
from aiovgic.scenario import layout
from aiovgic.uapi.actor import READS
from aiovgic.uapi.operations import operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.record.operation import Operation, Result

IAR1, EOIR1 = "ICC_IAR1_EL1", "ICC_EOIR1_EL1"
ICC = {"ICC_IAR0_EL1": "ICC_EOIR0_EL1", IAR1: EOIR1}
"""What ends what each of these acknowledged."""

GICC_IAR = layout.GICC + gicc.IAR.offset
GICC_EOIR = layout.GICC + gicc.EOIR.offset
GROUP1_PENDING = 1022
"""What a GICv2's IAR reads for an interrupt that another register acknowledges."""


class CpuInterface:
    """The CPU interface of a machine's guests; ``gic`` as scenarios say it."""

    def __init__(self, gic: str) -> None:
        self.is_v2 = gic == "v2"

    def acknowledge(self, vcpu: int) -> Operation:
        """The read of an IAR."""
        if self.is_v2:
            return operation("mmio_read", {"vcpu": vcpu, "addr": GICC_IAR, "size": 4})
        return operation("sysreg_read", {"vcpu": vcpu, "reg": IAR1})

    def end(self, vcpu: int, back: int) -> Operation:
        """The write of an EOIR, with what the guest's nth latest read gave."""
        if self.is_v2:
            return operation("mmio_write", {"vcpu": vcpu, "addr": GICC_EOIR, "size": 4, "value_from_read": back})
        return operation("sysreg_write", {"vcpu": vcpu, "reg": EOIR1, "value_from_read": back})

    def pairs(self, vcpu: int) -> Sequence[tuple[Operation, Operation]]:
        """Every way to acknowledge, with what ends it right after."""
        if self.is_v2:
            return [(self.acknowledge(vcpu), self.end(vcpu, 1))]
        return [
            (
                operation("sysreg_read", {"vcpu": vcpu, "reg": iar}),
                operation("sysreg_write", {"vcpu": vcpu, "reg": eoir, "value_from_read": 1}),
            )
            for iar, eoir in ICC.items()
        ]

    def is_read(self, op: Operation) -> bool:
        """Whether it is a read that an end can go back to."""
        return op.name == ("mmio_read" if self.is_v2 else "sysreg_read")

    def acknowledges(self, op: Operation) -> bool:
        """Whether it is the read of an IAR."""
        if not self.is_read(op):
            return False
        return op.fields["addr"] == GICC_IAR if self.is_v2 else op.fields["reg"] in ICC

    def taken(self, op: Operation, result: Result) -> int | None:
        """The INTID that an operation took, or None."""
        if not self.acknowledges(op) or "value" not in result:
            return None
        value = int(result["value"], 16)
        intid = gicc.GiccIar(value).intid if self.is_v2 else value
        none = (SPURIOUS, GROUP1_PENDING) if self.is_v2 else SPECIAL_INTIDS
        return None if intid in none else intid


class Taking:
    """The ``ack`` and ``eoi`` of one guest: an end goes back to what was acknowledged last."""

    def __init__(self, interface: CpuInterface) -> None:
        self.interface = interface
        self.since = 0
        """Reads since the last acknowledge, that one included."""

    def expand(self, name: str, vcpu: int) -> list[Operation]:
        """The operation of a shorthand. Raises ValueError for an end that comes too late."""
        if name == "ack":
            return [self.interface.acknowledge(vcpu)]
        if self.since > READS:
            raise ValueError(f"eoi: the guest has read {self.since - 1} more registers since it acknowledged")
        return [self.interface.end(vcpu, max(self.since, 1))]

    def saw(self, op: Operation) -> None:
        """The guest does this next."""
        if self.interface.acknowledges(op):
            self.since = 1
        elif self.since and self.interface.is_read(op):
            self.since += 1
