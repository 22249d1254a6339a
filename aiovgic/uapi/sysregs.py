"""CPU_SYSREGS: a vCPU's ICC registers from userspace (vgic-sys-reg-v3.c)."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.arch.icc import SRE_VALUE, SYSREGS, IccCtlr, Sre, Vmcr
from aiovgic.arch.words import mask
from aiovgic.errors import UapiError
from aiovgic.sync import Part

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts
    from aiovgic.uapi.buffer import UserBuffer

FIELDS = {
    "ICC_PMR_EL1": "pmr",
    "ICC_BPR0_EL1": "bpr0",
    "ICC_IGRPEN0_EL1": "enable_grp0",
    "ICC_IGRPEN1_EL1": "enable_grp1",
}
"""Registers that are one field of the interface's control word."""

ACCESSIBLE = (
    *FIELDS,
    "ICC_BPR1_EL1",
    "ICC_CTLR_EL1",
    "ICC_SRE_EL1",
    *(f"ICC_AP{group}R{n}_EL1" for group in range(2) for n in range(4)),
)
BY_INSTR = {SYSREGS[name].instr: name for name in ACCESSIBLE}


class CpuSysregs(Part):
    """ICC registers as userspace sees them: KVM's copy, unmasked, while the vCPU is not loaded."""

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm

    def has(self, instr: int) -> bool:
        """Whether there is such a register."""
        return instr in BY_INSTR

    async def uaccess(self, vcpu: Vcpu, instr: int, user: UserBuffer, *, is_write: bool) -> None:
        """Get or set one register. Raises EFAULT, ENOENT, EINVAL (vgic_v3_cpu_sysregs_uaccess)."""
        value = await user.get_user(8) if is_write else 0
        name = BY_INSTR.get(instr)
        if name is None:
            raise UapiError(errno.ENOENT, f"there is no system register {instr:#x}")
        if is_write:
            self.set(vcpu, name, value)
        else:
            await user.put_user(self.get(vcpu, name), 8)

    def get(self, vcpu: Vcpu, name: str) -> int:
        """The value of one register."""
        vmcr = Vmcr(vcpu.vmcr)
        match name:
            case "ICC_BPR1_EL1":
                return vmcr.effective_bpr1
            case "ICC_CTLR_EL1":
                return self.get_ctlr(vcpu)
            case "ICC_SRE_EL1":
                return SRE_VALUE
            case _ if name in FIELDS:
                return int(getattr(vmcr, FIELDS[name]))
        group = self.active_priorities(vcpu, name)
        return vcpu.ap1r if group else vcpu.ap0r

    def set(self, vcpu: Vcpu, name: str, value: int) -> None:
        """Write one register. Raises EINVAL."""
        vmcr = Vmcr(vcpu.vmcr)
        match name:
            case "ICC_BPR1_EL1":
                if not vmcr.cbpr:
                    vcpu.vmcr = vmcr.but(bpr1=value & Vmcr.FIELDS["bpr1"].values)
            case "ICC_CTLR_EL1":
                self.set_ctlr(vcpu, IccCtlr(value))
            case "ICC_SRE_EL1":
                if not Sre(value).sre:
                    raise UapiError(errno.EINVAL, "ICC_SRE_EL1.SRE is always 1")
            case _ if name in FIELDS:
                field = FIELDS[name]
                vcpu.vmcr = vmcr.but(**{field: value & Vmcr.FIELDS[field].values})
            case _:
                self.set_active_priorities(vcpu, name, value & mask(31, 0))

    def get_ctlr(self, vcpu: Vcpu) -> int:
        """ICC_CTLR_EL1: the host's abilities, as far as this vCPU may have them."""
        host = self.vm.host
        return IccCtlr.of(
            pri_bits=vcpu.num_pri_bits - 1,
            id_bits=vcpu.num_id_bits,
            seis=host.seis,
            a3v=host.a3v,
            cbpr=Vmcr(vcpu.vmcr).cbpr,
            eoimode=Vmcr(vcpu.vmcr).eoim,
        )

    def set_ctlr(self, vcpu: Vcpu, word: IccCtlr) -> None:
        """Lower what this vCPU may have, then refuse what the host has not, then store (set_gic_ctlr)."""
        if word.pri_bits + 1 > vcpu.num_pri_bits:
            raise UapiError(errno.EINVAL, "more priority bits than there are")
        vcpu.num_pri_bits = word.pri_bits + 1
        if word.id_bits > vcpu.num_id_bits:
            raise UapiError(errno.EINVAL, "more INTID bits than there are")
        vcpu.num_id_bits = word.id_bits
        if word.seis != self.vm.host.seis or word.a3v != self.vm.host.a3v:
            raise UapiError(errno.EINVAL, "SEIS and A3V are the host's")
        vcpu.vmcr = Vmcr(vcpu.vmcr).but(cbpr=word.cbpr, eoim=word.eoimode)

    def active_priorities(self, vcpu: Vcpu, name: str) -> int:
        """The group of an ICC_AP<group>R<n> register. Raises EINVAL for one that is not there."""
        group, n = int(name[len("ICC_AP")]), int(name[len("ICC_AP0R")])
        last = {7: 3, 6: 1}.get(vcpu.num_pri_bits, 0)
        if n > last:
            raise UapiError(errno.EINVAL, f"{name} is not implemented")
        return group

    def set_active_priorities(self, vcpu: Vcpu, name: str, value: int) -> None:
        """Write ICC_AP<group>R<n>. Raises EINVAL."""
        if self.active_priorities(vcpu, name):
            vcpu.ap1r = value
        else:
            vcpu.ap0r = value
