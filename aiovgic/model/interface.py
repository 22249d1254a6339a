"""What every virtual CPU interface has: list registers, state that is loaded and put, two lines to the CPU."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiovgic.record.finding import Violation
from aiovgic.sync import Part

if TYPE_CHECKING:
    from aiovgic.model.host import Host
    from aiovgic.model.vgic_cpu import VgicCpu
    from aiovgic.sync import Parts


@dataclass(slots=True)
class ListRegister:
    """One list register (ICH_LR<n>_EL2, GICH_LR<n>)."""

    intid: int
    priority: int
    group: int
    pending: bool = False
    active: bool = False
    eoi_maintenance: bool = False
    """Its end interrupts the hypervisor."""
    source: int = 0
    """Of an SGI on a GICv2: the vCPU that sent it."""

    def is_free(self) -> bool:
        """Whether it holds nothing."""
        return not (self.pending or self.active)


class VirtualInterface(Part):
    """The hardware behind a vCPU while it is loaded; KVM's copy is stale in between."""

    def __init__(self, parts: Parts, name: str, host: Host) -> None:
        super().__init__(parts, name)
        self.host = host
        self.lrs: list[ListRegister] = []

    def fill(self, lrs: list[ListRegister]) -> None:
        """What the next entry has; one interrupt in two list registers is unpredictable (IHI 0048B 5.2.2)."""
        for n, lr in enumerate(lrs):
            if any(lr.intid == other.intid for other in lrs[:n]):
                what = f"{self.name} has interrupt {lr.intid} in two list registers"
                raise Violation("list", "one-list-register", what, thing=self.name)
        self.lrs = lrs

    def find_active(self, intid: int) -> ListRegister | None:
        """The list register in which this interrupt is active."""
        return next((lr for lr in self.lrs if lr.active and lr.intid == intid), None)

    def maintenance(self, *, underflow: bool) -> bool:
        """Whether the hypervisor is interrupted: by an end it asked for, or, with ``underflow``, want of entries."""
        ended = any(lr.eoi_maintenance and lr.is_free() for lr in self.lrs)
        return ended or (underflow and sum(not lr.is_free() for lr in self.lrs) <= 1)

    def load(self, vcpu: VgicCpu) -> None:
        """Take over a vCPU's state; the hardware keeps only what it implements."""
        raise NotImplementedError

    def put(self, vcpu: VgicCpu) -> None:
        """Give it back."""
        raise NotImplementedError

    def lines(self) -> tuple[bool, bool]:
        """Whether IRQ, and whether FIQ, is signalled to the guest."""
        raise NotImplementedError
