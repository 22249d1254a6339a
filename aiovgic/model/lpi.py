"""LPIs as the ITS and the redistributors use them."""

from __future__ import annotations

from contextlib import suppress
from enum import IntEnum
from typing import TYPE_CHECKING

from aiovgic.arch.gicr import Pendbaser
from aiovgic.errors import UapiError
from aiovgic.sync import ACQUIRE, Part

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq
    from aiovgic.model.lpi_index import LpiIndex
    from aiovgic.model.lpi_tables import LpiTables
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts


class LpiCtlr(IntEnum):
    """What a redistributor does with LPIs; the numbers are GICR_CTLR's (vgic_cpu.ctlr)."""

    DISABLED = 0
    ENABLE_LPIS = 1
    RWP = 8
    """On its way from enabled to disabled; counts as off."""


class LpiControl(Part):
    """What commands of an ITS, MSIs and redistributors do with the LPIs of a VM (vm.lpi_control)."""

    def __init__(self, parts: Parts, name: str, vm: Vm, index: LpiIndex, tables: LpiTables) -> None:
        super().__init__(parts, name)
        self.vm = vm
        self.index = index
        self.tables = tables

    async def add_lpi(self, intid: int, vcpu: Vcpu | None) -> Irq:
        """The LPI for a new event, with a reference: one of the index, or a new one (vgic_add_lpi).

        An LPI of the index keeps its state and its target. Raises EFAULT where a table cannot be read, ENOMEM.
        """
        irq = await self.index.get(intid)
        if irq is not None:
            return irq
        irq = await self.index.insert(await self.index.make_lpi(intid, vcpu))
        try:
            await self.tables.update_lpi_config(irq)
            await self.tables.sync_pending_status(irq)
        except UapiError:
            await self.undo_add(irq)
            raise
        return irq

    async def undo_add(self, irq: Irq) -> None:
        """Drop the reference to a new LPI that gets no event; only the index has it."""
        await self.index.put(irq)

    async def map_lpi(self, irq: Irq, vcpu: Vcpu | None) -> bool:
        """Give an LPI to an event, whose vCPU is its target from now on (vgic_its_map_lpi).

        False if another event has the LPI, of this ITS or of another.
        """
        async with irq.irq_lock:
            if irq.mapped:
                return False
            irq.mapped = True
            irq.target_vcpu = vcpu
            moving = irq.misplaced()
        await irq.hand_over(moving)
        return True

    async def unmap_lpi(self, irq: Irq) -> None:
        """Take an LPI from its event, and from the host that injects it (its_free_ite)."""
        async with irq.irq_lock:
            await self.vm.forwarding.unmap(irq)
            irq.mapped = False

    async def set_target(self, irq: Irq, vcpu: Vcpu | None) -> None:
        """Send an LPI elsewhere from now on, also if it is pending (update_affinity)."""
        async with irq.irq_lock:
            irq.target_vcpu = vcpu
            await self.vm.forwarding.move(irq)
            moving = irq.misplaced()
        await irq.hand_over(moving)

    async def move_target(self, irq: Irq, source: Vcpu, target: Vcpu) -> None:
        """Send an LPI to another vCPU if it goes to ``source`` now (MOVALL)."""
        moving = None
        async with irq.irq_lock:
            if irq.target_vcpu is source:
                irq.target_vcpu = target
                await self.vm.forwarding.move(irq)
                moving = irq.misplaced()
        await irq.hand_over(moving)

    async def clear_pending(self, irq: Irq) -> None:
        """Forget that an LPI is pending; a copy in a list register stays (ITS CLEAR)."""
        async with irq.irq_lock:
            irq.pending_latch = False

    async def set_pending(self, irq: Irq) -> None:
        """An MSI for this LPI has come: latch it and queue it."""
        await irq.irq_lock.acquire()
        irq.pending_latch = True
        await irq.queue_irq_unlock()

    # -- GICR_CTLR.EnableLPIs -----------------------------------------------------------------

    async def enable_lpis(self, vcpu: Vcpu) -> None:
        """EnableLPIs went from 0 to 1: read the pending table, unless it is all zero (vgic_enable_lpis)."""
        if not Pendbaser(await vcpu.pendbaser.load()).ptz:
            with suppress(UapiError):  # the guest is wrong: what was read so far counts
                await self.tables.sync_lpi_pending_table(vcpu)

    async def flush_pending_lpis(self, vcpu: Vcpu) -> None:
        """Take every LPI off a vCPU's list, and forget it was pending (vgic_flush_pending_lpis)."""
        flushed: list[Irq] = []
        async with vcpu.ap_list_lock:
            for irq in list(vcpu.ap_list):
                if irq.is_lpi():
                    async with irq.irq_lock:
                        self.lose_pending(irq)
                        vcpu.unlist(irq)
                    flushed.append(irq)
        for irq in flushed:
            await self.index.put(irq)

    def lose_pending(self, irq: Irq) -> None:
        """A flushed LPI belongs nowhere any more, for code that looks without having seen the flush; irq_lock held."""
        irq.pending_latch = False

    async def invalidate_all_caches(self) -> None:
        """Empty the translation cache of every ITS (vgic_its_invalidate_all_caches); an ITS goes only with its VM."""
        for its in await self.vm.devices.load(ACQUIRE):
            await its.forget_translations()

    # -- GICR_INVLPIR, GICR_INVALLR -----------------------------------------------------------

    async def inv_lpi(self, vcpu: Vcpu, intid: int) -> None:
        """Read one LPI's configuration again, if there is such an LPI (vgic_its_inv_lpi)."""
        irq = await self.index.get(intid)
        if irq is None:
            return
        with suppress(UapiError):
            await self.tables.update_lpi_config(irq)
        await self.index.put(irq)

    async def inv_all(self, vcpu: Vcpu) -> None:
        """Read the configuration of all LPIs that target a vCPU again (vgic_its_invall)."""
        for intid in await self.index.intids(vcpu):
            irq = await self.index.get(intid)
            if not self.index.is_there(irq):
                continue
            with suppress(UapiError):
                await self.tables.update_lpi_config(irq, vcpu)
            await self.index.put(irq)
