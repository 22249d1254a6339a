"""KVM_GET_ONE_REG and KVM_SET_ONE_REG: the few registers of a vCPU that matter here."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.arch.affinity import Mpidr
from aiovgic.errors import UapiError
from aiovgic.sync import Part

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu

MPIDR_EL1 = 0x603000000013C005


class OneRegs(Part):
    """Registers of a vCPU by KVM's 64-bit id."""

    async def get(self, vcpu: Vcpu, reg: int) -> int:
        """KVM_GET_ONE_REG. Raises ENOEXEC before KVM_ARM_VCPU_INIT, ENOENT."""
        async with vcpu.mutex:
            self.check(vcpu, reg)
            return vcpu.mpidr

    async def set(self, vcpu: Vcpu, reg: int, value: int) -> None:
        """KVM_SET_ONE_REG. Raises ENOEXEC before KVM_ARM_VCPU_INIT, ENOENT."""
        async with vcpu.mutex:
            self.check(vcpu, reg)
            vcpu.mpidr = Mpidr(value)

    def check(self, vcpu: Vcpu, reg: int) -> None:
        """Whether there is such a register to get or set."""
        if not vcpu.initialised:
            raise UapiError(errno.ENOEXEC, f"{vcpu.name} was not initialised")
        if reg != MPIDR_EL1:
            raise UapiError(errno.ENOENT, f"register {reg:#x} is not modelled")
