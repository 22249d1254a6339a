"""The GSI routing table, which names interrupts for userspace and for irqfds (virt/kvm/irqchip.c).

A table is never changed: another one is published in its place, and it is freed when no task reads it any more.
"""

from __future__ import annotations

import errno
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from aiovgic.arch.intid import VGIC_MAX_SPI, VGIC_NR_PRIVATE_IRQS
from aiovgic.errors import UapiError
from aiovgic.sync import ACQUIRE, RELEASE, Part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.model.irqfd import EventFd
    from aiovgic.model.its import Msi
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts

KVM_MAX_IRQ_ROUTES = 4096
KVM_IRQCHIP_NUM_PINS = VGIC_MAX_SPI + 1 - VGIC_NR_PRIVATE_IRQS
KVM_NR_IRQCHIPS = 1


@dataclass(frozen=True, slots=True)
class Pin:
    """A GSI that is a pin of the irqchip: SPI ``pin + 32``."""

    pin: int


Routes: TypeAlias = "Mapping[int, Pin | Msi]"
"""Where each GSI goes."""


class RoutingTable(Part):
    """One table (struct kvm_irq_routing_table); its number counts the VM's tables."""

    def __init__(self, parts: Parts, number: int, routes: Routes) -> None:
        super().__init__(parts, f"irq_routing{number}")
        self.number = number
        # Written before the table is published, and never again: a reader may only find it freed.
        self.map = self.shared("map", routes)


class Routing(Part):
    """The table that is in force (kvm->irq_routing), and injection by it."""

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm
        self.irq_lock = self.lock("kvm->irq_lock", sleeps=True)
        # Published whole under irq_lock (rcu_assign_pointer), read under irq_srcu.
        self.irq_routing = self.shared("irq_routing", parts.make(RoutingTable, 0, {}))
        self.irq_srcu = self.srcu_struct("irq_srcu")

    async def make_default(self, nr_spis: int) -> Routes:
        """The table in which GSI n is pin n (kvm_vgic_setup_default_irq_routing). Raises ENOMEM."""
        await self.vm.faults.alloc("default kvm_irq_routing_table")
        return {gsi: Pin(gsi) for gsi in range(nr_spis)}

    async def set_routes(self, routes: Routes) -> None:
        """Publish a new table, wait for the readers of the old one, and free that (kvm_set_irq_routing)."""
        async with self.irq_lock:
            old = await self.publish(routes)
            if self.vm.host.gicv4:
                await self.reroute(await old.map.load(), routes)
        await self.irq_srcu.synchronize()
        old.free()

    async def publish(self, routes: Routes) -> RoutingTable:
        """Publish a new table (rcu_assign_pointer). Returns the old one."""
        old = await self.irq_routing.load()
        table = self.vm.faults.keep(self.parts.make(RoutingTable, old.number + 1, routes))
        await self.irq_routing.store(table, RELEASE)
        return old

    async def destroy(self) -> None:
        """Free the table when the VM is destroyed: no task injects any more (kvm_free_irq_routing)."""
        table = await self.irq_routing.load()
        table.free()

    # -- direct injection, on a GICv4 host ------------------------------------------------------

    async def forward(self, eventfd: EventFd, gsi: int) -> None:
        """An irqfd and the device behind it have met (kvm_arch_irq_bypass_add_producer)."""
        if self.vm.host.gicv4:
            async with self.irq_srcu.read():
                route = await self.find(gsi)
            if route is not None and not isinstance(route, Pin):
                await self.vm.forwarding.set_forwarding(eventfd.host_irq, route)

    async def unforward(self, eventfd: EventFd, gsi: int) -> None:
        """An irqfd and the device behind it are separated (kvm_arch_irq_bypass_del_producer)."""
        if self.vm.host.gicv4:
            async with self.irq_srcu.read():
                route = await self.find(gsi)
            if route is not None and not isinstance(route, Pin):
                await self.vm.forwarding.unset_forwarding(eventfd.host_irq, route)

    async def reroute(self, old: Routes, new: Routes) -> None:
        """Unmap the vLPI of each irqfd whose route has changed (kvm_arch_update_irqfd_routing)."""
        async with self.vm.irqfds.irqfds_lock:
            irqfds = tuple(self.vm.irqfds.items)
        for eventfd, gsi in irqfds:
            route = old.get(gsi)
            if route is not None and not isinstance(route, Pin) and new.get(gsi) != route:
                await self.vm.forwarding.unset_forwarding(eventfd.host_irq, route)

    # -- injection --------------------------------------------------------------------------------

    async def find(self, gsi: int) -> Pin | Msi | None:
        """Where a GSI goes; for readers under irq_srcu (kvm_irq_map_gsi)."""
        self.irq_srcu.assert_reading()
        table = await self.irq_routing.load(ACQUIRE)
        return (await table.map.load()).get(gsi)

    async def set_irq(self, gsi: int, *, level: bool) -> None:
        """Inject by GSI, from a context that may sleep (kvm_set_irq). Failures are ignored."""
        async with self.irq_srcu.read():
            route = await self.find(gsi)
        try:
            match route:
                case Pin(pin=pin):
                    await self.irqfd_set_irq(pin, level=level)
                case None:
                    pass
                case msi:
                    if level:
                        await self.vm.msi.set_msi(msi)
        except UapiError:
            pass

    async def set_irq_inatomic(self, gsi: int) -> bool:
        """Raise a GSI from a context that may not sleep; False if it has to be deferred (kvm_arch_set_irq_inatomic)."""
        async with self.irq_srcu.read():
            match await self.find(gsi):
                case Pin(pin=pin):
                    if not await self.vm.dist.vgic_initialized():
                        return False
                    with suppress(UapiError):  # a pin beyond NR_IRQS is dropped
                        await self.irqfd_set_irq(pin, level=True)
                    return True
                case None:
                    return False
                case msi:
                    return await self.vm.msi.inject_cached_translation(msi)

    async def irqfd_set_irq(self, pin: int, *, level: bool) -> None:
        """An input pin of the irqchip (vgic_irqfd_set_irq). Raises EINVAL for no valid SPI."""
        intid = pin + VGIC_NR_PRIVATE_IRQS
        if intid >= self.vm.dist.nr_irqs():
            raise UapiError(errno.EINVAL, f"pin {pin} is no SPI of this VM")
        await self.vm.injector.inject_irq(None, intid, level=level)
