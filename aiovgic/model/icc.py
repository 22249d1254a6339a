"""ICC system registers as a guest uses them, by name: the hardware's, and those that trap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.arch.icc import MIN_BPR0, MIN_BPR1, PRIORITIES, Bpr, Eoir, IccCtlr
from aiovgic.arch.words import mask
from aiovgic.sync import Part

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiovgic.model.cpuif import CpuInterface
    from aiovgic.sync import Parts

TRAPPED = ("ICC_SGI1R_EL1", "ICC_ASGI1R_EL1", "ICC_SGI0R_EL1", "ICC_SRE_EL1")
"""Registers whose accesses always leave the guest."""


class Undefined(Exception):  # noqa: N818  named as the architecture names it
    """The instruction is undefined here: the guest takes an exception."""


class IccRegisters(Part):
    """The register view of a CPU interface (ICV_*_EL1). Absent and wrong-way registers are undefined."""

    def __init__(self, parts: Parts, name: str, hw: CpuInterface) -> None:
        super().__init__(parts, name)
        self.hw = hw
        self.readers: dict[str, Callable[[], int]] = {
            "ICC_PMR_EL1": lambda: hw.vmcr.pmr,
            "ICC_IAR0_EL1": lambda: hw.acknowledge(0),
            "ICC_IAR1_EL1": lambda: hw.acknowledge(1),
            "ICC_HPPIR0_EL1": lambda: hw.highest_pending_intid(0),
            "ICC_HPPIR1_EL1": lambda: hw.highest_pending_intid(1),
            "ICC_BPR0_EL1": lambda: hw.vmcr.bpr0,
            "ICC_BPR1_EL1": lambda: hw.vmcr.effective_bpr1,
            "ICC_AP0R0_EL1": lambda: hw.apr[0],
            "ICC_AP1R0_EL1": lambda: hw.apr[1],
            "ICC_RPR_EL1": hw.running_priority,
            "ICC_CTLR_EL1": self.read_ctlr,
            "ICC_IGRPEN0_EL1": lambda: int(hw.vmcr.enable_grp0),
            "ICC_IGRPEN1_EL1": lambda: int(hw.vmcr.enable_grp1),
        }
        self.writers: dict[str, Callable[[int], None]] = {
            "ICC_PMR_EL1": lambda value: self.change(pmr=value & PRIORITIES),
            "ICC_EOIR0_EL1": lambda value: hw.end(0, Eoir(value).intid),
            "ICC_EOIR1_EL1": lambda value: hw.end(1, Eoir(value).intid),
            "ICC_DIR_EL1": lambda value: hw.deactivate(Eoir(value).intid),
            "ICC_BPR0_EL1": lambda value: self.change(bpr0=Bpr(value).at_least(MIN_BPR0)),
            "ICC_BPR1_EL1": self.write_bpr1,
            "ICC_AP0R0_EL1": lambda value: self.write_apr(0, value),
            "ICC_AP1R0_EL1": lambda value: self.write_apr(1, value),
            "ICC_CTLR_EL1": self.write_ctlr,
            "ICC_IGRPEN0_EL1": lambda value: self.change(enable_grp0=value & 1),
            "ICC_IGRPEN1_EL1": lambda value: self.change(enable_grp1=value & 1),
        }

    def is_native(self, name: str) -> bool:
        """Whether the hardware serves this register without a trap."""
        return name not in TRAPPED

    def read(self, name: str) -> int:
        """The value of a register. Raises Undefined."""
        reader = self.readers.get(name)
        if reader is None:
            raise Undefined
        return reader()

    def write(self, name: str, value: int) -> None:
        """Write a register. Raises Undefined."""
        writer = self.writers.get(name)
        if writer is None:
            raise Undefined
        writer(value)

    def change(self, **fields: int) -> None:
        """Replace fields of the interface's control word."""
        self.hw.vmcr = self.hw.vmcr.but(**fields)

    def read_ctlr(self) -> int:
        """ICC_CTLR_EL1: the host's abilities, and two bits of the guest's."""
        host, vmcr = self.hw.host, self.hw.vmcr
        return IccCtlr.of(
            pri_bits=host.pri_bits - 1,
            id_bits=host.id_bits,
            seis=host.seis,
            a3v=host.a3v,
            cbpr=vmcr.cbpr,
            eoimode=vmcr.eoim,
        )

    def write_ctlr(self, value: int) -> None:
        """ICC_CTLR_EL1: only CBPR and EOImode can be written."""
        word = IccCtlr(value)
        self.change(cbpr=word.cbpr, eoim=word.eoimode)

    def write_bpr1(self, value: int) -> None:
        """ICC_BPR1_EL1; ignored while CBPR makes it follow BPR0."""
        if not self.hw.vmcr.cbpr:
            self.change(bpr1=Bpr(value).at_least(MIN_BPR1))

    def write_apr(self, group: int, value: int) -> None:
        """ICC_AP<group>R0_EL1."""
        self.hw.apr[group] = value & mask(31, 0)
