"""Redistributor regions: the address ranges of redistributor frames, and the assignment of frames to vCPUs."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.arch import gicd, gicr
from aiovgic.arch.words import SZ_64K
from aiovgic.errors import UapiError
from aiovgic.model.dist import VGIC_ADDR_UNDEF
from aiovgic.sync import Guarded, GuardedList, Part

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts


class RdRegion(Part):
    """One region of redistributor frames (struct vgic_redist_region). A count of 0: one for every vCPU."""

    free_index = Guarded(0, by="config_lock")
    given_back = GuardedList[int](by="config_lock")
    """Slots below free_index that are free again."""

    def __init__(self, parts: Parts, name: str, index: int, base: int, count: int) -> None:
        super().__init__(parts, name)
        self.index = index
        self.base = base
        self.count = count

    def is_full(self) -> bool:
        """Whether no slot is left; a legacy region is never full (vgic_v3_redist_region_full)."""
        return bool(self.count) and self.free_index >= self.count and not self.given_back

    def take_slot(self) -> int:
        """A slot that was given back, else the next one; the region is not full."""
        if self.given_back:
            return self.given_back.pop(0)
        self.free_index += 1
        return self.free_index - 1

    def give_back(self, slot: int) -> None:
        """Undo take_slot. Others may have taken slots since."""
        self.given_back.append(slot)
        while self.free_index - 1 in self.given_back:
            self.free_index -= 1
            self.given_back.remove(self.free_index)

    def end(self) -> int:
        """The first address after a counted region."""
        return self.base + self.count * gicr.KVM_VGIC_V3_REDIST_SIZE


class RdRegions(Part):
    """The list of regions and the registration of frames in them; state is in Dist and Redist."""

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm

    # -- layout --------------------------------------------------------------------------------

    async def size(self, region: RdRegion) -> int:
        """How many bytes a region takes now (vgic_v3_rd_region_size)."""
        return (region.count or len(await self.vm.each_vcpu())) * gicr.KVM_VGIC_V3_REDIST_SIZE

    async def overlaps(self, base: int, size: int) -> bool:
        """Whether a range touches a region (vgic_v3_rdist_overlap)."""
        for region in self.vm.dist.rd_regions:
            if base + size > region.base and region.base + await self.size(region) > base:
                return True
        return False

    async def check_base(self) -> bool:
        """Whether the layout of distributor and regions is possible (vgic_v3_check_base)."""
        dist_base = self.vm.dist.vgic_dist_base
        for region in self.vm.dist.rd_regions:
            try:
                self.vm.check_iorange(VGIC_ADDR_UNDEF, region.base, SZ_64K, await self.size(region))
            except UapiError:
                return False
        if dist_base == VGIC_ADDR_UNDEF:
            return True
        return not await self.overlaps(dist_base, gicd.KVM_VGIC_V3_DIST_SIZE)

    def free_slot(self) -> RdRegion | None:
        """The first region that has room (vgic_v3_rdist_free_slot)."""
        return next((region for region in self.vm.dist.rd_regions if not region.is_full()), None)

    def from_index(self, index: int) -> RdRegion | None:
        """The region with this index (vgic_v3_rdist_region_from_index)."""
        return next((region for region in self.vm.dist.rd_regions if region.index == index), None)

    # -- a new region -----------------------------------------------------------------------------

    async def set_redist_base(self, index: int, base: int, count: int) -> None:
        """Add a region and give frames to the vCPUs that have none (vgic_v3_set_redist_base).

        ``slots_lock`` held. Raises EINVAL, EEXIST, E2BIG, ENOSPC, ENOMEM; then nothing changed.
        """
        self.vm.slots_lock.assert_held()
        async with self.vm.config_lock:
            region = await self.alloc_redist_region(index, base, count)
        try:
            await self.register_all_redist_iodevs(region)
        except UapiError:
            async with self.vm.config_lock:
                await self.free_redist_region(region)
            raise

    async def alloc_redist_region(self, index: int, base: int, count: int) -> RdRegion:
        """Check a new region and link it (vgic_v3_alloc_redist_region)."""
        self.vm.config_lock.assert_held()
        size = (count or len(await self.vm.each_vcpu())) * gicr.KVM_VGIC_V3_REDIST_SIZE
        if base + size > VGIC_ADDR_UNDEF:
            raise UapiError(errno.EINVAL, f"a redistributor region at {base:#x} would wrap")
        self.check_order(index, count)
        dist_base = self.vm.dist.vgic_dist_base
        if (
            not count
            and dist_base != VGIC_ADDR_UNDEF
            and base < dist_base + gicd.KVM_VGIC_V3_DIST_SIZE
            and dist_base < base + size
        ):
            raise UapiError(errno.EINVAL, f"the redistributors at {base:#x} overlap the distributor")
        if await self.overlaps(base, size):
            raise UapiError(errno.EINVAL, f"the region at {base:#x} overlaps another")
        region = await self.vm.faults.make(RdRegion, f"rdreg{index}", index, base, count)
        try:
            self.vm.check_iorange(VGIC_ADDR_UNDEF, base, SZ_64K, size)
        except UapiError:
            region.free()
            raise
        self.vm.dist.rd_regions.append(region)
        return region

    def check_order(self, index: int, count: int) -> None:
        """Whether a region with this index may follow those there are."""
        regions = self.vm.dist.rd_regions
        if not regions:
            if index:
                raise UapiError(errno.EINVAL, f"the first region has index 0, not {index}")
            return
        last = regions[-1]
        if not count:
            if last.count:
                raise UapiError(errno.EINVAL, "there are regions with a count already")
            raise UapiError(errno.EEXIST, "the redistributors have an address already")
        if index != last.index + 1:
            raise UapiError(errno.EINVAL, f"the next region has index {last.index + 1}, not {index}")

    async def free_redist_region(self, region: RdRegion) -> None:
        """Take a region off the list, and clear the pointers of vCPUs to it (vgic_v3_free_redist_region)."""
        self.vm.config_lock.assert_held()
        for vcpu in await self.vm.each_vcpu():
            if vcpu.rd.rdreg is region:
                vcpu.rd.rdreg = None
        self.vm.dist.rd_regions.remove(region)
        region.free()

    # -- frames ---------------------------------------------------------------------------------------

    async def register_all_redist_iodevs(self, region: RdRegion) -> None:
        """A frame for every vCPU that has none (vgic_register_all_redist_iodevs)."""
        vcpus = await self.vm.each_vcpu()
        for i, vcpu in enumerate(vcpus):
            try:
                await self.register_redist_iodev(vcpu)
            except UapiError:
                await self.roll_back(vcpus[:i], region)
                raise

    async def roll_back(self, vcpus: tuple[Vcpu, ...], region: RdRegion) -> None:
        """Undo the frames that were just registered in ``region``."""
        for vcpu in vcpus:
            if vcpu.rd.rdreg is region:
                await self.vm.bus.unregister(vcpu.rd)
                async with self.vm.config_lock:
                    self.forget(vcpu)

    def forget(self, vcpu: Vcpu) -> None:
        """A vCPU has no frame any more; config_lock held."""
        vcpu.rd.base_addr = VGIC_ADDR_UNDEF
        vcpu.rd.rdreg = None

    async def register_redist_iodev(self, vcpu: Vcpu) -> None:
        """Give ``vcpu`` the next free frame, if it has none and there is one (vgic_register_redist_iodev)."""
        self.vm.slots_lock.assert_held()
        async with self.vm.config_lock:
            region = await self.claim_slot(vcpu)
        if region is None:
            return
        try:
            await self.vm.bus.register(vcpu.rd.base_addr, gicr.KVM_VGIC_V3_REDIST_SIZE, vcpu.rd)
        except UapiError:
            async with self.vm.config_lock:
                self.unclaim_slot(vcpu, region)
            raise

    async def claim_slot(self, vcpu: Vcpu) -> RdRegion | None:
        """Take the next slot for ``vcpu``; None if it has one or there is none. Raises EINVAL."""
        self.vm.config_lock.assert_held()
        if vcpu.rd.base_addr != VGIC_ADDR_UNDEF:
            return None
        region = self.free_slot()
        if region is None:
            return None
        if not await self.check_base():
            raise UapiError(errno.EINVAL, "distributor and redistributors do not fit together")
        slot = region.take_slot()
        vcpu.rd.rdreg = region
        vcpu.rd.rdreg_index = slot
        vcpu.rd.base_addr = region.base + slot * gicr.KVM_VGIC_V3_REDIST_SIZE
        return region

    def unclaim_slot(self, vcpu: Vcpu, region: RdRegion) -> None:
        """Undo claim_slot: the frame could not be registered; config_lock held."""
        region.give_back(vcpu.rd.rdreg_index)
        self.forget(vcpu)

    async def unregister_redist_iodev(self, vcpu: Vcpu) -> None:
        """Take the frame of a vCPU that is to go off the bus (vgic_unregister_redist_iodev)."""
        await self.vm.bus.unregister(vcpu.rd)
        async with self.vm.config_lock:
            self.free_slot_of(vcpu)

    def free_slot_of(self, vcpu: Vcpu) -> None:
        """The slot can be had by another vCPU; config_lock held."""
        region = vcpu.rd.rdreg
        if region is not None:
            self.unclaim_slot(vcpu, region)
