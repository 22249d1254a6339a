"""Operations that raise interrupts from outside."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any, ClassVar

from aiovgic.errors import UapiError
from aiovgic.model.irqfd import EventFd
from aiovgic.uapi.routes import msi_of, route_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.uapi.actor import Actor
    from aiovgic.uapi.machine import Machine

    Fields = Mapping[str, Any]

MAX_GSI = 1024
"""GSIs a player has eventfds for."""


class IrqOps:
    """KVM_SIGNAL_MSI, KVM_IRQ_LINE, KVM_SET_GSI_ROUTING, KVM_IRQFD and its eventfds."""

    NAMES: ClassVar = ("signal_msi", "irq_line", "set_gsi_routing", "irqfd", "irqfd_signal")

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    async def signal_msi(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_SIGNAL_MSI."""
        session = await self.machine.vm()
        await self.machine.faults.copy("kvm_msi")
        return {"ret": await session.lines.signal_msi(msi_of(fields))}

    async def irq_line(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_IRQ_LINE."""
        session = await self.machine.vm()
        await self.machine.faults.copy("kvm_irq_level")
        await session.lines.irq_line(fields["irq"], level=bool(fields["level"]))
        return {}

    async def set_gsi_routing(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_SET_GSI_ROUTING."""
        session = await self.machine.vm()
        entries = [route_of(entry) for entry in fields["entries"]]
        await self.machine.faults.copy("kvm_irq_routing")
        await session.lines.set_gsi_routing(entries, fields["flags"])
        return {}

    async def irqfd(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_IRQFD with the eventfd that stands for this GSI."""
        gsi = fields["gsi"]
        if gsi >= MAX_GSI:
            raise UapiError(errno.ENOBUFS, f"there are eventfds for {MAX_GSI} GSIs")
        eventfd = self.machine.eventfds.get(gsi)
        if eventfd is None:
            eventfd = self.machine.eventfds[gsi] = self.machine.parts.make(EventFd, f"eventfd{gsi}")
        session = await self.machine.vm()
        await self.machine.faults.copy("kvm_irqfd")
        await session.lines.irqfd(eventfd, gsi, fields["flags"])
        return {}

    async def irqfd_signal(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """Write to the eventfd that stands for a GSI."""
        gsi = fields["gsi"]
        eventfd = self.machine.eventfds.get(gsi)
        if eventfd is None:
            raise UapiError(errno.EBADF, f"there is no eventfd for GSI {gsi}")
        if self.machine.session is not None:
            await self.machine.session.vm.irqfds.signal(eventfd)
        return {}
