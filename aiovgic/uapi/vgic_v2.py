"""The vgic-v2 device: addresses, NR_IRQS, CTRL, DIST_REGS and CPU_REGS (vgic-kvm-device.c)."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.arch import gicc, gicd_v2
from aiovgic.arch.words import Word, bits
from aiovgic.errors import UapiError
from aiovgic.model.mmio import Access
from aiovgic.uapi.constants import AddrType, Ctrl, Group
from aiovgic.uapi.locked import all_stopped
from aiovgic.uapi.vgic import VgicDevice

if TYPE_CHECKING:
    from aiovgic.model.mmio import Frame
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.uapi.buffer import UserBuffer

SZ_4K = 0x1000
SZ_REG = 4
ADDRS = (AddrType.V2_DIST, AddrType.V2_CPU)
REGISTER_GROUPS = (Group.DIST_REGS, Group.CPU_REGS)


class V2RegAttr(Word):
    """The attribute of a register group: where, and on which vCPU."""

    offset = bits(31, 0)
    cpuid = bits(39, 32)


class VgicV2Device(VgicDevice):
    """KVM_DEV_TYPE_ARM_VGIC_V2."""

    CTRLS = (Ctrl.INIT,)
    ADDRS = ADDRS
    REGISTER_GROUPS = REGISTER_GROUPS

    async def set_addr(self, attr: int, value: int) -> None:
        """Put a part of the vGIC somewhere (kvm_vgic_addr). Raises ENXIO, EEXIST, EINVAL, E2BIG."""
        vm = self.vm
        async with vm.slots_lock:
            match attr:
                case AddrType.V2_DIST:
                    async with vm.config_lock:
                        vm.check_iorange(vm.dist.vgic_dist_base, value, SZ_4K, gicd_v2.KVM_VGIC_V2_DIST_SIZE)
                        vm.dist.vgic_dist_base = value
                case AddrType.V2_CPU:
                    async with vm.config_lock:
                        vm.check_iorange(vm.dist.vgic_cpu_base, value, SZ_4K, gicc.KVM_VGIC_V2_CPU_SIZE)
                        vm.dist.vgic_cpu_base = value
                case _:
                    raise self.no_such(Group.ADDR, attr)

    async def get_addr(self, attr: int, wanted: int) -> int:
        """Where a part of the vGIC is; all ones if nowhere. Raises ENXIO."""
        async with self.vm.slots_lock, self.vm.config_lock:
            match attr:
                case AddrType.V2_DIST:
                    return self.vm.dist.vgic_dist_base
                case AddrType.V2_CPU:
                    return self.vm.dist.vgic_cpu_base
                case _:
                    raise self.no_such(Group.ADDR, attr)

    # -- registers --------------------------------------------------------------------------

    async def access(self, group: int, raw: int, user: UserBuffer, *, is_write: bool) -> None:
        """Read or write one register; initialises the vGIC (vgic_v2_attr_regs_access). Raises EINVAL, EFAULT, EBUSY."""
        attr = V2RegAttr(raw)
        vcpu = await self.parse(attr)
        value = await user.get_user(SZ_REG) if is_write else 0
        at = Access(vcpu, None, attr.offset, SZ_REG)
        async with all_stopped(self.vm):
            await self.vm.init.vgic_init()
            if is_write:
                await self.frame(group).uaccess_write(at, value)
            else:
                value = await self.frame(group).uaccess_read(at)
        if not is_write:
            await user.put_user(value, SZ_REG)

    async def has_register(self, group: int, raw: int) -> None:
        """Whether there is such a register (vgic_v2_has_attr_regs). Raises EINVAL, ENXIO."""
        attr = V2RegAttr(raw)
        await self.parse(attr)
        if self.frame(group).region(attr.offset, SZ_REG) is None:
            raise self.no_such(group, raw)

    async def parse(self, attr: V2RegAttr) -> Vcpu:
        """The vCPU an attribute names, by its id (vgic_v2_parse_attr). Raises EINVAL."""
        vcpu = await self.vm.get_vcpu_by_id(attr.cpuid)
        if vcpu is None:
            raise UapiError(errno.EINVAL, f"there is no vCPU {attr.cpuid}")
        return vcpu

    def frame(self, group: int) -> Frame:
        """The registers a group is about."""
        return self.vm.dist_v2 if group == Group.DIST_REGS else self.vm.cpu_regs_v2
