"""The vgic-v3 device: addresses, NR_IRQS, CTRL, and its register groups (vgic-kvm-device.c)."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.arch import gicd
from aiovgic.arch.words import SZ_64K
from aiovgic.errors import UapiError
from aiovgic.model.dist import VGIC_ADDR_UNDEF, Model
from aiovgic.uapi.constants import AddrType, Ctrl, Group
from aiovgic.uapi.locked import all_stopped
from aiovgic.uapi.region_word import RegionWord
from aiovgic.uapi.v3_regs import V3Registers
from aiovgic.uapi.vgic import VgicDevice

if TYPE_CHECKING:
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts
    from aiovgic.uapi.buffer import UserBuffer


class VgicV3Device(VgicDevice):
    """KVM_DEV_TYPE_ARM_VGIC_V3."""

    ADDRS = (AddrType.V3_DIST, AddrType.V3_REDIST, AddrType.V3_REDIST_REGION)
    CTRLS = (Ctrl.INIT, Ctrl.SAVE_PENDING_TABLES)
    REGISTER_GROUPS = (Group.DIST_REGS, Group.REDIST_REGS, Group.CPU_SYSREGS, Group.LEVEL_INFO)

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name, vm)
        self.regs = parts.make(V3Registers, f"{name}.regs", vm)

    async def access(self, group: int, raw: int, user: UserBuffer, *, is_write: bool) -> None:
        await self.regs.access(Group(group), raw, user, is_write=is_write)

    async def has_register(self, group: int, raw: int) -> None:
        await self.regs.has(Group(group), raw)

    # -- addresses ------------------------------------------------------------------------

    async def set_addr(self, attr: int, value: int) -> None:
        """Put a part of the vGIC somewhere (kvm_vgic_addr). Raises ENXIO, EEXIST, EINVAL, E2BIG."""
        async with self.vm.slots_lock:
            match attr:
                case AddrType.V3_DIST:
                    await self.set_dist_base(value)
                case AddrType.V3_REDIST:
                    await self.vm.rd_regions.set_redist_base(0, value, 0)
                case AddrType.V3_REDIST_REGION:
                    word = RegionWord(value)
                    if not word.count or word.flags:
                        raise UapiError(errno.EINVAL, "a region has a count and no flags")
                    await self.vm.rd_regions.set_redist_base(word.index, word.base, word.count)
                case _:
                    raise self.no_such(Group.ADDR, attr)

    async def set_dist_base(self, value: int) -> None:
        """Put the distributor somewhere; overlap shows later."""
        dist = self.vm.dist
        async with self.vm.config_lock:
            self.vm.check_iorange(dist.vgic_dist_base, value, SZ_64K, gicd.KVM_VGIC_V3_DIST_SIZE)
            dist.vgic_dist_base = value

    async def get_addr(self, attr: int, wanted: int) -> int:
        """Where a part of the vGIC is; all ones if nowhere. Raises ENXIO, ENOENT."""
        async with self.vm.slots_lock:
            match attr:
                case AddrType.V3_DIST:
                    async with self.vm.config_lock:
                        return self.vm.dist.vgic_dist_base
                case AddrType.V3_REDIST:
                    async with self.vm.config_lock:
                        regions = self.vm.dist.rd_regions
                        return regions[0].base if regions else VGIC_ADDR_UNDEF
                case AddrType.V3_REDIST_REGION:
                    return await self.get_region(RegionWord(wanted).index)
                case _:
                    raise self.no_such(Group.ADDR, attr)

    async def get_region(self, index: int) -> int:
        """One redistributor region as userspace encodes it. Raises ENOENT."""
        async with self.vm.config_lock:
            region = self.vm.rd_regions.from_index(index)
        if region is None:
            raise UapiError(errno.ENOENT, f"there is no region {index}")
        return RegionWord.of(index=index, base=region.base, count=region.count)

    # -- CTRL -------------------------------------------------------------------------------

    async def ctrl(self, attr: int) -> None:
        """INIT, or SAVE_PENDING_TABLES."""
        if attr == Ctrl.SAVE_PENDING_TABLES:
            await self.save_pending_tables()
        else:
            await super().ctrl(attr)

    async def save_pending_tables(self) -> None:
        """KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES. Raises EBUSY, ENXIO before INIT, EFAULT."""
        async with all_stopped(self.vm):
            if self.vm.dist.vgic_model is not Model.V3 or not await self.vm.dist.vgic_initialized():
                raise UapiError(errno.ENXIO, "the vGIC is not initialised")
            await self.vm.lpi_tables.save_pending_tables()
