"""The two tables of LPIs in guest memory: one configuration byte each, one pending bit each.

Guest memory is read and written outside all spinlocks, so what was read may be old by the time
``irq_lock`` is taken. Each place says what KVM does about that.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.arch.gicr import Pendbaser, Propbaser
from aiovgic.arch.intid import VGIC_MIN_LPI
from aiovgic.arch.words import Word, bit, mask, place
from aiovgic.errors import UapiError
from aiovgic.sync import Part

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq
    from aiovgic.model.lpi_index import LpiIndex
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts

BITS_PER_BYTE = 8


class LpiProperty(Word):
    """An LPI's byte in the configuration table."""

    enable = bit(0)
    priority = place(7, 2)


class LpiTables(Part):
    """What guest memory says about the LPIs of a VM (vm.lpi_tables)."""

    def __init__(self, parts: Parts, name: str, vm: Vm, index: LpiIndex) -> None:
        super().__init__(parts, name)
        self.vm = vm
        self.index = index

    # -- guest memory -------------------------------------------------------------------------

    async def read_byte(self, gpa: int) -> int:
        """A byte of guest memory (kvm_read_guest_lock). Raises EFAULT."""
        data = await self.vm.memory.read(gpa, 1)
        if data is None:
            raise UapiError(errno.EFAULT, f"{gpa:#x} is not memory")
        return data[0]

    async def write_byte(self, gpa: int, value: int) -> None:
        """Write a byte of guest memory (vgic_write_guest_lock). Raises EFAULT."""
        if not await self.vm.memory.write(gpa, bytes((value,))):
            raise UapiError(errno.EFAULT, f"{gpa:#x} is not memory")

    async def pending_byte(self, vcpu: Vcpu, intid: int) -> int:
        """The address of the byte with an LPI's pending bit, in ``vcpu``'s table."""
        return Pendbaser(await vcpu.pendbaser.load()).base + intid // BITS_PER_BYTE

    # -- configuration ------------------------------------------------------------------------

    async def update_lpi_config(self, irq: Irq, filter_vcpu: Vcpu | None = None) -> None:
        """Read an LPI's configuration byte and look at it again (update_lpi_config). Raises EFAULT.

        With ``filter_vcpu``, only if the LPI targets that vCPU. The byte is read before
        irq_lock is taken; of two tasks that reload it, the last one sees the newest byte.
        """
        gpa = Propbaser(await self.vm.dist.propbaser.load()).base + irq.intid - VGIC_MIN_LPI
        while True:
            prop = await self.read_byte(gpa)
            await irq.irq_lock.acquire()
            if filter_vcpu is not None and irq.target_vcpu is not filter_vcpu:
                irq.irq_lock.release()
                return
            self.apply_config(irq, prop)
            await self.configured_unlock(irq)
            if await self.is_newest(gpa, prop):
                return

    async def configured_unlock(self, irq: Irq) -> None:
        """A host that injects this LPI is told; then it is looked at again. Enters with irq_lock, leaves without."""
        await self.vm.forwarding.configure(irq)
        await irq.queue_irq_unlock()

    async def is_newest(self, gpa: int, prop: int) -> bool:
        """The re-check of update_lpi_config: the byte that was applied is what memory holds."""
        return await self.read_byte(gpa) == prop

    def apply_config(self, irq: Irq, prop: int) -> None:
        """Take over a configuration byte; irq_lock held."""
        irq.irq_lock.assert_held()
        word = LpiProperty(prop)
        irq.priority = word.priority
        irq.enabled = word.enable

    # -- pending bits -------------------------------------------------------------------------

    async def sync_pending_status(self, irq: Irq) -> None:
        """Take a new LPI's pending bit out of its target's table (vgic_v3_lpi_sync_pending_status).

        Raises EFAULT; then nothing is latched or queued. The target is chosen before the table is
        read, and looked at again under irq_lock; a bit that was taken counts wherever the LPI goes.
        """
        pending = False
        while True:
            vcpu = await self.data_race(lambda: irq.target_vcpu)
            if vcpu is not None:
                pending |= await self.take_bit(await self.pending_byte(vcpu, irq.intid), irq.intid)
            elif not pending:
                return
            await irq.irq_lock.acquire()
            if self.same_target(irq, vcpu):
                break
            irq.irq_lock.release()
        self.import_pending(irq, pending=pending)
        await irq.queue_irq_unlock()

    async def take_bit(self, gpa: int, intid: int) -> bool:
        """Whether an LPI's bit was set in its byte; it is not any more. Raises EFAULT."""
        value = await self.read_byte(gpa)
        if not is_set(value, intid):
            return False
        await self.write_byte(gpa, with_bit(value, intid, on=False))
        return True

    def import_pending(self, irq: Irq, *, pending: bool) -> None:
        """A bit of the table joins what was latched since the LPI can be found; irq_lock held."""
        irq.pending_latch |= pending

    def same_target(self, irq: Irq, vcpu: Vcpu | None) -> bool:
        """The re-check of sync_pending_status: the LPI was not moved while the table was read."""
        return irq.target_vcpu is vcpu

    async def sync_lpi_pending_table(self, vcpu: Vcpu) -> None:
        """Read a whole pending table, bits stay set (its_sync_lpi_pending_table). Raises EFAULT."""
        table = Pendbaser(await vcpu.pendbaser.load()).base
        last, value = -1, 0
        for intid in await self.scanned(vcpu):
            gpa = table + intid // BITS_PER_BYTE
            if gpa != last:
                last, value = gpa, await self.read_byte(gpa)
            irq = await self.index.get(intid)
            if not self.index.is_there(irq):
                continue
            await irq.irq_lock.acquire()
            if self.takes_table_bit(irq, vcpu):
                irq.pending_latch = is_set(value, intid)
            await irq.queue_irq_unlock()
            await self.index.put(irq)

    async def scanned(self, vcpu: Vcpu) -> tuple[int, ...]:
        """The LPIs whose bits are looked at in ``vcpu``'s table."""
        return await self.index.intids(vcpu)

    def takes_table_bit(self, irq: Irq, vcpu: Vcpu) -> bool:
        """Whether a bit of ``vcpu``'s table is about this LPI, now."""
        return irq.target_vcpu is vcpu

    async def save_pending_tables(self) -> None:
        """Write every LPI's latch to its target's table (vgic_v3_save_pending_tables). Raises EFAULT."""
        await self.vm.forwarding.unmap_all_vpes()
        try:
            await self.save_each_pending()
        except UapiError:
            await self.vm.forwarding.map_all_vpes()
            raise
        await self.vm.forwarding.map_all_vpes()

    async def save_each_pending(self) -> None:
        """Write every latch while the host's own tables are at rest. Raises EFAULT."""
        last, value = -1, 0
        for intid in await self.index.intids():
            irq = await self.index.get(intid)
            if not self.index.is_there(irq):
                continue
            try:
                last, value = await self.save_pending(irq, last, value)
            except UapiError:
                await self.index.put(irq)
                raise
            await self.index.put(irq)

    async def save_pending(self, irq: Irq, last: int, value: int) -> tuple[int, int]:
        """Write one LPI's latch, if it has a target. ``last`` and ``value``: the byte read last."""
        vcpu = await self.data_race(lambda: irq.target_vcpu)
        if vcpu is None:
            return last, value
        gpa = await self.pending_byte(vcpu, irq.intid)
        if gpa != last:
            value = await self.read_byte(gpa)
        pending = await self.data_race(lambda: irq.pending_latch)
        if is_set(value, irq.intid) != pending:
            value = with_bit(value, irq.intid, on=pending)
            await self.write_byte(gpa, value)
        return gpa, value


def is_set(value: int, intid: int) -> bool:
    """Whether an LPI's bit is set in its byte of a pending table."""
    return bool(value & bit_of(intid))


def with_bit(value: int, intid: int, *, on: bool) -> int:
    """A byte of a pending table with one LPI's bit changed."""
    return value | bit_of(intid) if on else value & ~bit_of(intid)


def bit_of(intid: int) -> int:
    """An LPI's bit in its byte."""
    number = intid % BITS_PER_BYTE
    return mask(number, number)
