"""Interrupts from outside the guest: lines, and the GSI table that names them."""

from __future__ import annotations

import errno
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiovgic.arch.intid import VGIC_MAX_SPI, VGIC_NR_PRIVATE_IRQS
from aiovgic.errors import UapiError
from aiovgic.model.dist import Model
from aiovgic.sync import ACQUIRE, RELEASE, Part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.model.irqfd import EventFd
    from aiovgic.model.its import Msi
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts

KVM_MAX_IRQ_ROUTES = 4096
KVM_IRQCHIP_NUM_PINS = VGIC_MAX_SPI + 1 - VGIC_NR_PRIVATE_IRQS
KVM_NR_IRQCHIPS = 1


@dataclass(frozen=True, slots=True)
class Pin:
    """A GSI that is a pin of the irqchip: SPI ``pin + 32``."""

    pin: int


class Injector(Part):
    """The input lines of the vGIC."""

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm

    async def inject_irq(self, vcpu: Vcpu | None, intid: int, *, level: bool, owner: object = None) -> None:
        """Change an input line (kvm_vgic_inject_irq). Raises EBUSY before INIT, EINVAL for no such interrupt."""
        if not await self.vm.dist.vgic_initialized():
            await self.lazy_init()
        if vcpu is None and intid < VGIC_NR_PRIVATE_IRQS:
            raise UapiError(errno.EINVAL, f"interrupt {intid} is private, and no vCPU is named")
        irq = await self.vm.get_irq(vcpu, intid)
        if irq is None:
            raise UapiError(errno.EINVAL, f"there is no interrupt {intid}")
        await irq.irq_lock.acquire()
        if irq.validate_injection(level=level, owner=owner):
            irq.apply_level(level=level)
            await irq.queue_irq_unlock()
        else:
            irq.irq_lock.release()
        await self.vm.put_irq(irq)

    async def lazy_init(self) -> None:
        """A vGIC that was not initialised: only a GICv2 does it now (vgic_lazy_init). Raises EBUSY."""
        if self.vm.dist.vgic_model is not Model.V2:
            raise UapiError(errno.EBUSY, "the vGIC is not initialised")
        async with self.vm.config_lock:
            await self.vm.init.vgic_init()


class Routing(Part):
    """The GSI routing table (struct kvm_irq_routing_table), replaced as a whole."""

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm
        self.irq_lock = self.lock("kvm->irq_lock", sleeps=True)
        # Published whole under irq_lock (rcu_assign_pointer), read under irq_srcu.
        self.routes = self.shared("routes", no_routes())
        self.irq_srcu = self.srcu_struct("irq_srcu")

    async def make_default(self, nr_spis: int) -> Mapping[int, Pin | Msi]:
        """The table in which GSI n is pin n (kvm_vgic_setup_default_irq_routing). Raises ENOMEM."""
        await self.vm.faults.alloc("default kvm_irq_routing_table")
        return {gsi: Pin(gsi) for gsi in range(nr_spis)}

    async def set_routes(self, routes: Mapping[int, Pin | Msi]) -> None:
        """Replace the table and wait for its readers (kvm_set_irq_routing)."""
        async with self.irq_lock:
            old = await self.routes.load()
            await self.routes.store(routes, RELEASE)
        await self.irq_srcu.synchronize()
        if self.vm.host.gicv4:
            await self.reroute(old, routes)

    # -- direct injection, on a GICv4 host ------------------------------------------------------

    async def forward(self, eventfd: EventFd, gsi: int) -> None:
        """An irqfd and the device behind it have met (kvm_arch_irq_bypass_add_producer)."""
        if self.vm.host.gicv4:
            route = await self.find(gsi)
            if route is not None and not isinstance(route, Pin):
                await self.vm.forwarding.set_forwarding(eventfd.host_irq, route)

    async def unforward(self, eventfd: EventFd, gsi: int) -> None:
        """They part (kvm_arch_irq_bypass_del_producer)."""
        if self.vm.host.gicv4:
            route = await self.find(gsi)
            if route is not None and not isinstance(route, Pin):
                await self.vm.forwarding.unset_forwarding(eventfd.host_irq, route)

    async def reroute(self, old: Mapping[int, Pin | Msi], new: Mapping[int, Pin | Msi]) -> None:
        """Whoever's route has changed is no vLPI any more (kvm_arch_update_irqfd_routing)."""
        async with self.vm.irqfds.irqfds_lock:
            irqfds = tuple(self.vm.irqfds.items)
        for eventfd, gsi in irqfds:
            route = old.get(gsi)
            if route is not None and not isinstance(route, Pin) and new.get(gsi) != route:
                await self.vm.forwarding.unset_forwarding(eventfd.host_irq, route)

    # -- injection --------------------------------------------------------------------------------

    async def find(self, gsi: int) -> Pin | Msi | None:
        """Where a GSI goes."""
        return (await self.routes.load(ACQUIRE)).get(gsi)

    async def set_irq(self, gsi: int, *, level: bool) -> None:
        """Inject by GSI, from a context that may sleep (kvm_set_irq). Failures are nobody's business."""
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


def no_routes() -> Mapping[int, Pin | Msi]:
    """The table of a new VM."""
    return {}
