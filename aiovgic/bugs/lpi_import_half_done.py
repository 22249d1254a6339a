"""lpi-import-half-done: an LPI whose pending bit cannot be cleared is delivered, though it was not mapped.

The bit of a new LPI is read, latched and queued, then cleared in guest memory. Where that write fails the command is
undone: there is no event, but the LPI is on its vCPU's list, which holds a reference, and the bit is still in the
table (own reading of the order in docs/facts/its.md#3 and #6.2; 6.12.117 has the fault). No commit is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.lpi_tables import LpiTables, is_set, with_bit
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq


@replaces(LpiTables)
class LpiImportHalfDone(LpiTables):
    """The bit is cleared last."""

    async def sync_pending_status(self, irq: Irq) -> None:
        while True:
            vcpu = await self.data_race(lambda: irq.target_vcpu)
            if vcpu is None:
                return
            gpa = await self.pending_byte(vcpu, irq.intid)
            value = await self.read_byte(gpa)
            await irq.irq_lock.acquire()
            if self.same_target(irq, vcpu):
                break
            irq.irq_lock.release()
        pending = is_set(value, irq.intid)
        self.import_pending(irq, pending=pending)
        await irq.queue_irq_unlock()
        if pending:
            await self.write_byte(gpa, with_bit(value, irq.intid, on=False))


LAYERS = (LpiImportHalfDone,)

BUG = Bug(
    id="lpi-import-half-done", layers=LAYERS, kinds=("expectation", "map"), scenario="mapti-of-pending", doc=__doc__
)
