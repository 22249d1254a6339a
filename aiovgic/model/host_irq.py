"""The interrupt of an assigned device on the host, as far as a GICv4 host can inject it by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.record.finding import Violation
from aiovgic.sync import Guarded, Part

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.sync import Parts


class HostIrq(Part):
    """The host's interrupt of an assigned device (irq_bypass_producer), and the vLPI it is, if it is one."""

    activated = Guarded(default=False, by="irq_desc->lock")
    """Of a vPE's doorbell: whether it may come (irqd_is_activated)."""
    vpe = Guarded["Vcpu | None"](None, by="irq_desc->lock")

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

    async def mapped_to(self) -> Vcpu | None:
        """The vCPU whose vLPI it is."""
        async with self.desc_lock:
            return self.vpe

    async def map_vlpi(self, vcpu: Vcpu) -> None:
        """It goes to this vCPU from now on (its_map_vlpi)."""
        async with self.desc_lock:
            self.vpe = vcpu

    async def prop_update_vlpi(self) -> None:
        """Its configuration has changed (its_prop_update_vlpi)."""
        async with self.desc_lock:
            self.check_mapped("configured")

    async def unmap_vlpi(self) -> None:
        """It is an interrupt of the host again (its_unmap_vlpi)."""
        async with self.desc_lock:
            self.check_mapped("unmapped")
            self.vpe = None

    def check_mapped(self, verb: str) -> None:
        """Who acts on a vLPI believes that there is one. Raises Violation."""
        if self.vpe is None:
            raise Violation("map", "vlpi-mapped", f"{self.name} is {verb}, and is no vLPI")
