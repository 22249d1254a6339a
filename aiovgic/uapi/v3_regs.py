"""Register groups of a vgic-v3: which vCPU, which register, in which order of checks."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.arch.words import Word, bits
from aiovgic.errors import UapiError
from aiovgic.model.mmio import Access
from aiovgic.sync import Part
from aiovgic.uapi.constants import Group
from aiovgic.uapi.line_level import LineLevels
from aiovgic.uapi.locked import all_stopped
from aiovgic.uapi.sysregs import CpuSysregs

if TYPE_CHECKING:
    from aiovgic.model.mmio import Frame
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts
    from aiovgic.uapi.buffer import UserBuffer

SZ_REG = 4


class RegAttr(Word):
    """The attribute of a register group: where, and on which vCPU."""

    offset = bits(31, 0)
    instr = bits(15, 0)
    vintid = bits(9, 0)
    info = bits(31, 10)
    affinity = bits(63, 32)


class V3Registers(Part):
    """DIST_REGS, REDIST_REGS, CPU_SYSREGS and LEVEL_INFO (vgic_v3_attr_regs_access)."""

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm
        self.sysregs = parts.make(CpuSysregs, f"{name}.sysregs", vm)
        self.levels = parts.make(LineLevels, f"{name}.levels", vm)

    async def access(self, group: Group, raw: int, user: UserBuffer, *, is_write: bool) -> None:
        """Read or write one register. Raises EINVAL, EFAULT, EBUSY, and what the register refuses."""
        attr = RegAttr(raw)
        vcpu = await self.parse(group, attr)
        value = await user.get_user(SZ_REG) if is_write and group != Group.CPU_SYSREGS else 0
        async with all_stopped(self.vm):
            if not await self.vm.dist.vgic_initialized():
                raise UapiError(errno.EBUSY, "the vGIC is not initialised")
            match group:
                case Group.CPU_SYSREGS:
                    await self.sysregs.uaccess(vcpu, attr.instr, user, is_write=is_write)
                case Group.LEVEL_INFO:
                    value = await self.levels.access(vcpu, attr.info, attr.vintid, value, is_write=is_write)
                case _:
                    value = await self.frame_access(group, vcpu, attr.offset, value, is_write=is_write)
        if not is_write and group != Group.CPU_SYSREGS:
            await user.put_user(value, SZ_REG)

    async def frame_access(self, group: Group, vcpu: Vcpu, offset: int, value: int, *, is_write: bool) -> int:
        """A 32-bit access of a frame; what is not there reads zero and ignores writes."""
        frame = self.frame(group, vcpu)
        at = Access(vcpu, None, offset, SZ_REG)
        if is_write:
            await frame.uaccess_write(at, value)
            return 0
        return await frame.uaccess_read(at)

    async def has(self, group: Group, raw: int) -> None:
        """Whether there is such a register (vgic_v3_has_attr_regs). Raises EINVAL, ENXIO."""
        attr = RegAttr(raw)
        if group == Group.LEVEL_INFO:
            there = attr.info == 0
        else:
            vcpu = await self.parse(group, attr)
            if group == Group.CPU_SYSREGS:
                there = self.sysregs.has(attr.instr)
            else:
                there = self.frame(group, vcpu).region(attr.offset, SZ_REG) is not None
        if not there:
            raise UapiError(errno.ENXIO, f"there is no register {raw:#x} in {group.name}")

    async def parse(self, group: Group, attr: RegAttr) -> Vcpu:
        """The vCPU an attribute names; DIST_REGS always the first (vgic_v3_parse_attr). Raises EINVAL."""
        if group == Group.DIST_REGS:
            vcpus = await self.vm.each_vcpu()
            vcpu = vcpus[0] if vcpus else None
        else:
            vcpu = await self.vm.mpidr_to_vcpu(attr.affinity)
        if vcpu is None:
            raise UapiError(errno.EINVAL, f"there is no vCPU with affinity {attr.affinity:#x}")
        return vcpu

    def frame(self, group: Group, vcpu: Vcpu) -> Frame:
        """The frame a group is about."""
        return self.vm.dist if group == Group.DIST_REGS else vcpu.rd
