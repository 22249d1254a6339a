"""Eventfds that raise GSIs (virt/kvm/eventfd.c).

A write to an eventfd wakes its irqfd under the eventfd's own lock, in a context that may not
sleep; what cannot be injected there is left to a worker.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.errors import UapiError
from aiovgic.model.host_irq import HostIrq
from aiovgic.sync import Context, Guarded, GuardedList, Part

if TYPE_CHECKING:
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts


class EventFd(Part):
    """A counter in a file (struct eventfd_ctx), and the GSI of the irqfd that waits for it."""

    count = Guarded(0, by="wqh.lock")
    gsi = Guarded[int | None](None, by="wqh.lock")

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.wqh_lock = self.lock("wqh.lock", irqsave=True)
        # Work is queued under wqh.lock, and counted until it is done (irqfd->inject).
        self.queued = self.shared("inject", 0)
        self.flushed = self.wait_queue("flushed")
        self.host_irq = parts.make(HostIrq, f"{name}.host_irq")
        """The interrupt that writes it, where a device is assigned."""

    async def is_idle(self) -> bool:
        """Whether no worker injects for it, or will."""
        return await self.queued.load() == 0


class Irqfds(Part):
    """The irqfds of a VM (kvm->irqfds)."""

    items = GuardedList[tuple[EventFd, int]](by="irqfds.lock")

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm
        self.irqfds_lock = self.lock("irqfds.lock", irqsave=True)

    async def assign(self, eventfd: EventFd, gsi: int) -> None:
        """Let an eventfd raise a GSI (kvm_irqfd_assign). Raises EAGAIN before INIT, ENOMEM, EBUSY if in use.

        What was written to the eventfd before is injected now.
        """
        await self.check_initialized()
        await self.vm.faults.alloc("kvm_kernel_irqfd")
        async with self.irqfds_lock:
            if any(used is eventfd for used, _ in self.items):
                raise UapiError(errno.EBUSY, "this eventfd is assigned already")
            self.items.append((eventfd, gsi))
        async with eventfd.wqh_lock:
            eventfd.gsi = gsi
            written = eventfd.count > 0
        await self.vm.routing.forward(eventfd, gsi)
        if written:
            await self.inject(gsi)

    async def check_initialized(self) -> None:
        """There is nothing to raise before INIT (kvm_arch_irqfd_allowed). Raises EAGAIN."""
        if not await self.vm.dist.vgic_initialized():
            raise UapiError(errno.EAGAIN, "the vGIC is not initialised")

    async def deassign(self, eventfd: EventFd, gsi: int) -> None:
        """Undo assign; no error if there is nothing to undo (kvm_irqfd_deassign)."""
        async with self.irqfds_lock:
            assigned = (eventfd, gsi) in self.items
            if assigned:
                self.items.remove((eventfd, gsi))
        if assigned:
            await self.vm.routing.unforward(eventfd, gsi)
            await self.shutdown(eventfd)

    async def shutdown(self, eventfd: EventFd) -> None:
        """Remove the irqfd after its readers, read the eventfd, and wait for its worker (irqfd_shutdown)."""
        await self.vm.routing.irq_srcu.synchronize()
        async with eventfd.wqh_lock:
            eventfd.gsi = None
            eventfd.count = 0
        await self.flush(eventfd)

    async def flush(self, eventfd: EventFd) -> None:
        """Wait for what was left to a worker (flush_work)."""
        await eventfd.flushed.wait(eventfd.is_idle)

    async def signal(self, eventfd: EventFd) -> None:
        """The eventfd is written: inject at once if that is possible, else by a worker (irqfd_wakeup)."""
        if self.vm.host.gicv4 and await self.vm.forwarding.delivers(eventfd.host_irq):
            return
        async with eventfd.wqh_lock:
            gsi = eventfd.gsi
            eventfd.count = eventfd.count + 1 if gsi is None else 0
            done = gsi is None or await self.vm.routing.set_irq_inatomic(gsi)
            if not done:
                await eventfd.queued.update(lambda count: count + 1)
        if gsi is None or done:
            return
        me = self.rt.current
        if me.isr:
            self.rt.spawn(self.work(eventfd, gsi), Context(f"{me.name}.worker", me.cpu))
        else:
            await self.work(eventfd, gsi)

    async def work(self, eventfd: EventFd, gsi: int) -> None:
        """Do what was left to a worker; here a thread does it itself, which makes no visible difference."""
        await self.inject(gsi)
        await eventfd.queued.update(lambda count: count - 1)
        eventfd.flushed.wake()

    async def inject(self, gsi: int) -> None:
        """The worker's half: raise and lower (irqfd_inject)."""
        await self.vm.routing.set_irq(gsi, level=True)
        await self.vm.routing.set_irq(gsi, level=False)
