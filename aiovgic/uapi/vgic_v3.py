"""The vgic-v3 device: addresses, NR_IRQS, CTRL, and its register groups (vgic-kvm-device.c)."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.arch import gicd
from aiovgic.arch.intid import VGIC_MAX_RESERVED, VGIC_NR_PRIVATE_IRQS
from aiovgic.errors import UapiError
from aiovgic.model.dist import VGIC_ADDR_UNDEF, Model
from aiovgic.model.rd_region import SZ_64K
from aiovgic.uapi.constants import AddrType, Ctrl, Group
from aiovgic.uapi.device import KvmDevice
from aiovgic.uapi.locked import all_stopped
from aiovgic.uapi.region_word import RegionWord
from aiovgic.uapi.v3_regs import V3Registers

if TYPE_CHECKING:
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts
    from aiovgic.uapi.buffer import UserBuffer

V3_ADDRS = (AddrType.V3_DIST, AddrType.V3_REDIST, AddrType.V3_REDIST_REGION)
REGISTER_GROUPS = (Group.DIST_REGS, Group.REDIST_REGS, Group.CPU_SYSREGS, Group.LEVEL_INFO)


class VgicV3Device(KvmDevice):
    """KVM_DEV_TYPE_ARM_VGIC_V3."""

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name, vm)
        self.regs = parts.make(V3Registers, f"{name}.regs", vm)

    async def set_attr(self, group: int, attr: int, user: UserBuffer) -> None:
        """Set an attribute (vgic_v3_set_attr). Raises ENXIO for what is not there."""
        match group:
            case Group.ADDR:
                await self.set_addr(attr, user.get_user(8))
            case Group.NR_IRQS:
                await self.set_nr_irqs(user.get_user(4))
            case Group.CTRL if attr == Ctrl.INIT:
                await self.ctrl_init()
            case Group.CTRL if attr == Ctrl.SAVE_PENDING_TABLES:
                await self.save_pending_tables()
            case _ if group in REGISTER_GROUPS:
                await self.regs.access(Group(group), attr, user, is_write=True)
            case _:
                raise self.no_such(group, attr)

    async def get_attr(self, group: int, attr: int, user: UserBuffer) -> None:
        """Get an attribute (vgic_v3_get_attr). Raises ENXIO for what is not there."""
        match group:
            case Group.ADDR:
                user.put_user(await self.get_addr(attr, user), 8)
            case Group.NR_IRQS:
                user.put_user(self.vm.dist.nr_irqs(), 4)
            case _ if group in REGISTER_GROUPS:
                await self.regs.access(Group(group), attr, user, is_write=False)
            case _:
                raise self.no_such(group, attr)

    async def has_attr(self, group: int, attr: int) -> None:
        """Whether there is such an attribute (vgic_v3_has_attr). Raises ENXIO, EINVAL."""
        match group:
            case Group.ADDR if attr in V3_ADDRS:
                return
            case Group.NR_IRQS:
                return
            case Group.CTRL if attr in (Ctrl.INIT, Ctrl.SAVE_PENDING_TABLES):
                return
            case _ if group in REGISTER_GROUPS:
                await self.regs.has(Group(group), attr)
            case _:
                raise self.no_such(group, attr)

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

    async def get_addr(self, attr: int, user: UserBuffer) -> int:
        """Where a part of the vGIC is; all ones if nowhere. Raises ENXIO, ENOENT, EFAULT."""
        wanted = user.get_user(8) if attr == AddrType.V3_REDIST_REGION else 0
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

    # -- the rest -----------------------------------------------------------------------------

    async def set_nr_irqs(self, value: int) -> None:
        """How many interrupts there will be, private ones included. Raises EINVAL, EBUSY."""
        if not 2 * VGIC_NR_PRIVATE_IRQS <= value <= VGIC_MAX_RESERVED or value % 32:
            raise UapiError(errno.EINVAL, f"{value} is no number of interrupts")
        async with self.vm.config_lock:
            await self.freeze_nr_irqs(value - VGIC_NR_PRIVATE_IRQS)

    async def freeze_nr_irqs(self, nr_spis: int) -> None:
        """Fix the number of SPIs, once. Raises EBUSY."""
        if self.vm.dist.nr_spis:
            raise UapiError(errno.EBUSY, "the number of interrupts is fixed already")
        self.vm.dist.nr_spis = nr_spis

    async def ctrl_init(self) -> None:
        """KVM_DEV_ARM_VGIC_CTRL_INIT. Raises EBUSY while a vCPU is being created."""
        async with self.vm.config_lock:
            await self.vm.init.vgic_init()

    async def save_pending_tables(self) -> None:
        """KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES. Raises EBUSY, ENXIO before INIT, EFAULT."""
        async with all_stopped(self.vm):
            if self.vm.dist.vgic_model is not Model.V3 or not await self.vm.dist.vgic_initialized():
                raise UapiError(errno.ENXIO, "the vGIC is not initialised")
            await self.vm.lpis.save_pending_tables()
