"""The interrupt of an assigned device on the host, as far as a GICv4 host can inject it by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aiovgic.record.finding import Violation
from aiovgic.sync import Guarded, Part

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.sync import Parts


class Vlpi(NamedTuple):
    """What the host's ITS makes of an event: an LPI of a guest, pending on one vCPU (struct its_vlpi_map)."""

    vcpu: Vcpu
    intid: int


class HostIrq(Part):
    """The host's interrupt of an assigned device (irq_bypass_producer), and the vLPI it is, if it is one."""

    activated = Guarded(default=False, by="irq_desc->lock")
    """Of a vPE's doorbell: whether it may come (irqd_is_activated)."""
    vpe = Guarded["Vcpu | None"](None, by="irq_desc->lock")
    """The vCPU of its vLPI; None while it is an interrupt of the host."""
    vintid = Guarded(0, by="irq_desc->lock")
    """The INTID of its vLPI, if it is one."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.desc_lock = self.lock("irq_desc->lock", irqsave=True)

    async def activate(self, *, activated: bool) -> None:
        """Let a doorbell come, or not (request_irq, free_irq)."""
        async with self.desc_lock:
            self.activated = activated

    async def is_activated(self) -> bool:
        """Whether a doorbell that comes now is handled (handle_irq_event)."""
        async with self.desc_lock:
            return self.activated

    async def translate(self) -> Vlpi | None:
        """The vLPI that the host's ITS makes of it now, or None; vCPU and INTID are read in one step."""
        async with self.desc_lock:
            vcpu = self.vpe
            return None if vcpu is None else Vlpi(vcpu, self.vintid)

    async def map_vlpi(self, vcpu: Vcpu, intid: int) -> None:
        """Let it be this LPI of this vCPU from now on (its_map_vlpi)."""
        async with self.desc_lock:
            self.vpe = vcpu
            self.vintid = intid

    async def prop_update_vlpi(self) -> None:
        """Its configuration has changed (its_prop_update_vlpi). Raises Violation if it is no vLPI."""
        async with self.desc_lock:
            self.check_mapped("configured")

    async def unmap_vlpi(self) -> None:
        """Let it be an interrupt of the host again (its_unmap_vlpi). Raises Violation if it is one."""
        async with self.desc_lock:
            self.check_mapped("unmapped")
            self.vpe = None

    def check_mapped(self, verb: str) -> None:
        """Check that the host's ITS has a vLPI to act on. Raises Violation."""
        if self.vpe is None:
            raise Violation("map", "vlpi-mapped", f"{self.name} is {verb}, and is no vLPI", thing=self.name)
