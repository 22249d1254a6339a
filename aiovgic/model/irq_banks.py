"""Banks of per-interrupt bits and bytes, the same in GICD and GICR (vgic-mmio.c).

MMIO reads look at ``enabled``, ``group``, ``priority``, ``config`` and ``active`` without
irq_lock, as KVM does (docs/facts/interrupts.md#8.1); every write takes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.arch.intid import PRIORITY_MASK, VGIC_NR_PRIVATE_IRQS
from aiovgic.arch.words import set_bits
from aiovgic.model.irq import Config
from aiovgic.model.mmio import Frame, first_intid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aiovgic.model.irq import Irq
    from aiovgic.model.mmio import Access

EDGE_BITS = 2
"""What a two-bit ICFGR field reads for an edge-triggered interrupt."""


class IrqBanks(Frame):
    """A frame with banks of interrupts."""

    def irqs(self, at: Access, bits: int) -> Iterator[tuple[int, Irq]]:
        """(index, interrupt) of every interrupt that an access of a ``bits`` wide bank touches."""
        first = first_intid(bits, at.offset)
        for i in range(at.length * 8 // bits):
            irq = self.vm.find_irq(at.vcpu, first + i)
            if irq is not None:
                yield i, irq

    def marked(self, at: Access, value: int) -> Iterator[Irq]:
        """The interrupts whose bit is set in what is written to a one-bit bank."""
        first = first_intid(1, at.offset)
        for i in set_bits(value):
            irq = self.vm.find_irq(at.vcpu, first + i) if i < at.length * 8 else None
            if irq is not None:
                yield irq

    async def collect(self, at: Access, field: Callable[[Irq], object]) -> int:
        """A word of one-bit answers, read without irq_lock."""
        irqs = tuple(self.irqs(at, 1))
        return await self.data_race(lambda: sum(1 << i for i, irq in irqs if field(irq)))

    # -- group, enable ------------------------------------------------------------------------

    async def read_group(self, at: Access) -> int:
        """IGROUPR (vgic_mmio_read_group)."""
        return await self.collect(at, lambda irq: irq.group)

    async def write_group(self, at: Access, value: int) -> None:
        """IGROUPR; each interrupt is looked at again (vgic_mmio_write_group)."""
        for i, irq in self.irqs(at, 1):
            await irq.irq_lock.acquire()
            irq.group = value >> i & 1
            await irq.queue_irq_unlock()

    async def read_enable(self, at: Access) -> int:
        """ISENABLER, ICENABLER (vgic_mmio_read_enable)."""
        return await self.collect(at, lambda irq: irq.enabled)

    async def write_senable(self, at: Access, value: int) -> None:
        """ISENABLER: enable, and queue what is pending (vgic_mmio_write_senable)."""
        for irq in self.marked(at, value):
            await irq.irq_lock.acquire()
            irq.enabled = True
            await irq.queue_irq_unlock()

    async def write_cenable(self, at: Access, value: int) -> None:
        """ICENABLER: disable; no vCPU is kicked, list registers stay (vgic_mmio_write_cenable)."""
        for irq in self.marked(at, value):
            async with irq.irq_lock:
                irq.enabled = False

    # -- pending ----------------------------------------------------------------------------------

    async def read_pending(self, at: Access) -> int:
        """ISPENDR, ICPENDR: latch, or level and line (vgic_mmio_read_pending)."""
        value = 0
        for i, irq in self.irqs(at, 1):
            async with irq.irq_lock:
                value |= irq.is_pending() << i
        return value

    async def uread_pending(self, at: Access) -> int:
        """ISPENDR for userspace: the latch alone (vgic_v3_uaccess_read_pending)."""
        value = 0
        for i, irq in self.irqs(at, 1):
            async with irq.irq_lock:
                value |= irq.pending_latch << i
        return value

    async def write_spending(self, at: Access, value: int) -> None:
        """ISPENDR: latch, and queue (vgic_mmio_write_spending)."""
        for irq in self.marked(at, value):
            await irq.irq_lock.acquire()
            irq.pending_latch = True
            await irq.queue_irq_unlock()

    async def write_cpending(self, at: Access, value: int) -> None:
        """ICPENDR: clear the latch; the line stays (vgic_mmio_write_cpending)."""
        for irq in self.marked(at, value):
            async with irq.irq_lock:
                irq.pending_latch = False

    async def uwrite_pending(self, at: Access, value: int) -> None:
        """ISPENDR by userspace sets and clears the latch (vgic_v3_uaccess_write_pending)."""
        for i, irq in self.irqs(at, 1):
            await irq.irq_lock.acquire()
            irq.pending_latch = bool(value >> i & 1)
            if irq.pending_latch:
                await irq.queue_irq_unlock()
            else:
                irq.irq_lock.release()

    async def uread_nothing(self, at: Access) -> int:
        """ICPENDR for userspace reads as zero: ISPENDR sets and clears."""
        return 0

    async def uwrite_nothing(self, at: Access, value: int) -> None:
        """ICPENDR by userspace is ignored."""

    # -- active --------------------------------------------------------------------------------------

    async def read_active(self, at: Access) -> int:
        """ISACTIVER, ICACTIVER: stop the vCPUs that could hold the state, and read it (vgic_mmio_read_active)."""
        async with self.vm.config_lock:
            await self.access_active_prepare(at)
            value = await self.collect(at, lambda irq: irq.active)
            await self.access_active_finish(at)
        return value

    async def uread_active(self, at: Access) -> int:
        """ISACTIVER, ICACTIVER for userspace, which has stopped all vCPUs (vgic_uaccess_read_active)."""
        return await self.collect(at, lambda irq: irq.active)

    async def write_sactive(self, at: Access, value: int) -> None:
        """ISACTIVER (vgic_mmio_write_sactive)."""
        async with self.vm.config_lock:
            await self.access_active_prepare(at)
            await self.uwrite_sactive(at, value)
            await self.access_active_finish(at)

    async def write_cactive(self, at: Access, value: int) -> None:
        """ICACTIVER (vgic_mmio_write_cactive)."""
        async with self.vm.config_lock:
            await self.access_active_prepare(at)
            await self.uwrite_cactive(at, value)
            await self.access_active_finish(at)

    async def uwrite_sactive(self, at: Access, value: int) -> None:
        """ISACTIVER by userspace (vgic_mmio_uaccess_write_sactive)."""
        for irq in self.marked(at, value):
            await self.change_active(at, irq, active=True)

    async def uwrite_cactive(self, at: Access, value: int) -> None:
        """ICACTIVER by userspace (vgic_mmio_uaccess_write_cactive)."""
        for irq in self.marked(at, value):
            await self.change_active(at, irq, active=False)

    async def change_active(self, at: Access, irq: Irq, *, active: bool) -> None:
        """Set the active state; what is active now is queued (vgic_mmio_change_active)."""
        await irq.irq_lock.acquire()
        irq.active = active
        if irq.active:
            await irq.queue_irq_unlock()
        else:
            irq.irq_lock.release()

    async def access_active_prepare(self, at: Access) -> None:
        """Get the state out of running vCPUs' list registers (vgic_access_active_prepare)."""
        if self.active_needs_halt(at):
            await self.vm.halt_guest()

    async def access_active_finish(self, at: Access) -> None:
        """Let the vCPUs run again (vgic_access_active_finish)."""
        if self.active_needs_halt(at):
            await self.vm.resume_guest()

    def active_needs_halt(self, at: Access) -> bool:
        """Whether another vCPU could hold this state: an SPI, or the frame of another vCPU."""
        return at.vcpu is not at.running or first_intid(1, at.offset) >= VGIC_NR_PRIVATE_IRQS

    # -- priority, configuration -------------------------------------------------------------------------

    async def read_priority(self, at: Access) -> int:
        """IPRIORITYR (vgic_mmio_read_priority)."""
        irqs = tuple(self.irqs(at, 8))
        return await self.data_race(lambda: sum(irq.priority << 8 * i for i, irq in irqs))

    async def write_priority(self, at: Access, value: int) -> None:
        """IPRIORITYR: five bits each; lists are not sorted again (vgic_mmio_write_priority)."""
        for i, irq in self.irqs(at, 8):
            async with irq.irq_lock:
                irq.priority = value >> 8 * i & PRIORITY_MASK

    async def read_config(self, at: Access) -> int:
        """ICFGR (vgic_mmio_read_config)."""
        irqs = tuple(self.irqs(at, 2))
        return await self.data_race(lambda: sum(EDGE_BITS << 2 * i for i, irq in irqs if irq.config is Config.EDGE))

    async def write_config(self, at: Access, value: int) -> None:
        """ICFGR: edge or level; private interrupts keep theirs (vgic_mmio_write_config)."""
        for i, irq in self.irqs(at, 2):
            if irq.intid < VGIC_NR_PRIVATE_IRQS:
                continue
            async with irq.irq_lock:
                self.set_config(irq, Config.EDGE if value >> 2 * i & EDGE_BITS else Config.LEVEL)

    def set_config(self, irq: Irq, config: Config) -> None:
        """Trigger an interrupt so from now on. A high line counts from now on; nothing is queued. irq_lock held."""
        irq.config = config
