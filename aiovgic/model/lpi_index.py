"""Which LPIs a VM has, and how long each lives.

References are held by every event that maps an LPI, by the ap_list it is on, by every cached
translation, and by each task that looked it up. Dropping the last one takes the LPI out of the index.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, ClassVar, TypeGuard

from aiovgic.errors import UapiError
from aiovgic.model.irq import Irq
from aiovgic.model.xarray import XArray
from aiovgic.sync import Part

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts


class LpiIndex(Part):
    """The LPIs of a VM by INTID (vm.lpis; vgic_dist.lpi_xa)."""

    LOCK: ClassVar[str] = "lpi_xa_lock"
    IRQSAVE: ClassVar[bool] = True
    """Whether interrupts are off while it is held: handlers put LPIs, too."""

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm
        self.lpi_xa_lock = self.lock(self.LOCK, irqsave=self.IRQSAVE)
        # Changed under lpi_xa_lock, looked up under RCU alone (docs/facts/races.md#1.4).
        self.lpi_xa: XArray[Irq] = XArray(self, "lpi_xa")

    # -- looking up ---------------------------------------------------------------------------

    async def get(self, intid: int) -> Irq | None:
        """The LPI with this INTID, and a reference to it (vgic_get_lpi)."""
        async with self.vm.rcu.read():
            irq = await self.lpi_xa.load(intid)
            if irq is None or not await self.try_get(irq):
                return None
            return irq

    async def try_get(self, irq: Irq) -> bool:
        """Take a reference unless it is dying: a dying LPI reads as absent (vgic_try_get_irq_kref)."""
        return await irq.refcount.get_unless_zero()

    def is_there(self, irq: Irq | None) -> TypeGuard[Irq]:
        """The re-check of a walk over INTIDs: an LPI may have gone since they were listed."""
        return irq is not None

    async def intids(self, filter_vcpu: Vcpu | None = None) -> tuple[int, ...]:
        """The INTIDs of the LPIs there are now, ascending; a later look-up may find one gone.

        ``filter_vcpu`` is whose LPIs the caller is after. KVM stopped asking that here (6.10).
        """
        return tuple([intid for intid, _ in await self.lpi_xa.items()])

    # -- birth --------------------------------------------------------------------------------

    async def make_lpi(self, intid: int, vcpu: Vcpu | None) -> Irq:
        """An LPI as it is born: edge, group 1, disabled, held once. Raises ENOMEM."""
        irq = await self.vm.faults.make(Irq, f"irq{intid}", self.vm, intid)
        irq.target_vcpu = vcpu
        return irq

    async def insert(self, new: Irq) -> Irq:
        """Put a new LPI into the index. Raises ENOMEM.

        If another task was faster, its LPI stays, and the caller gets that with a reference.
        """
        if not await self.reserve(new.intid):
            new.free()
            raise UapiError(errno.ENOMEM, f"no room in the index for LPI {new.intid}")
        async with self.lpi_xa_lock:
            old = await self.find_living(new.intid)
            if old is None and await self.has_room(new.intid):
                await self.lpi_xa.store(new.intid, new)
                return new
        new.free()
        if old is None:
            await self.release(new.intid)
            raise UapiError(errno.ENOMEM, f"no room in the index for LPI {new.intid}")
        return old

    async def reserve(self, intid: int) -> bool:
        """Make room for a new LPI before the lock is taken (xa_reserve_irq); False without memory."""
        faults = self.vm.faults
        if await faults.alloc_fails("lpi_xa"):
            return False
        if faults.allocs.limit:
            await self.lpi_xa.reserve(intid)
        return True

    async def has_room(self, intid: int) -> bool:
        """Whether a new LPI can be stored; lpi_xa_lock held.

        Its room is reserved, unless a dying LPI of that INTID was there, and took it along.
        """
        self.lpi_xa_lock.assert_held()
        return self.lpi_xa.has_room(intid) or not await self.vm.faults.alloc_fails("lpi_xa once more")

    async def release(self, intid: int) -> None:
        """Give back room that is not needed (xa_release)."""
        async with self.lpi_xa_lock:
            await self.lpi_xa.release(intid)

    async def find_living(self, intid: int) -> Irq | None:
        """The re-check of insert: an LPI that has come since, with a reference; one dying is replaced."""
        self.lpi_xa_lock.assert_held()
        old = await self.lpi_xa.load(intid)
        return old if old is not None and await self.try_get(old) else None

    # -- death --------------------------------------------------------------------------------

    async def put(self, irq: Irq) -> None:
        """Drop a reference; the last takes the LPI out of the index (vgic_put_irq)."""
        if not await self.put_and_lock(irq):
            return
        await self.lpi_xa.erase(irq.intid)
        self.lpi_xa_lock.release()
        self.vm.rcu.call(irq.free)

    async def put_and_lock(self, irq: Irq) -> bool:
        """Drop a reference; True, with lpi_xa_lock held, if it was the last (refcount_dec_and_lock).

        No reference is ever zero while the lock is free, so no task can put another LPI in
        this one's place before it is erased.
        """
        if await irq.refcount.put_not_last():
            return False
        await self.lpi_xa_lock.acquire()
        if await irq.refcount.put():
            return True
        self.lpi_xa_lock.release()
        return False
