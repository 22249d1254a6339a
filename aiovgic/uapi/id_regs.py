"""The ID registers of a VM that tell of its GIC, through KVM_GET_ONE_REG and KVM_SET_ONE_REG.

They belong to the VM, not to a vCPU. What they say without a GIC is the host CPU's (a cortex-a76 in the recordings).
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, ClassVar

from aiovgic.arch.idfeatures import IdAa64Pfr0, IdPfr1
from aiovgic.errors import UapiError
from aiovgic.model.dist import Model
from aiovgic.model.host import GICV3
from aiovgic.sync import Guarded, Part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts

ID_PFR1_EL1 = 0x603000000013C009
ID_AA64PFR0_EL1 = 0x603000000013C020
OF_THE_CPU: Mapping[int, IdPfr1 | IdAa64Pfr0] = {
    ID_PFR1_EL1: IdPfr1(0x0001_0000),
    ID_AA64PFR0_EL1: IdAa64Pfr0(0x1100_0000_1011_0112),
}


class IdRegs(Part):
    """ID_PFR1_EL1 and ID_AA64PFR0_EL1 of a VM."""

    WRITABLE: ClassVar[Mapping[int, tuple[str, ...]]] = {
        ID_PFR1_EL1: ("gen_timer", "gic"),
        ID_AA64PFR0_EL1: ("el0", "el1", "el2", "gic", "csv2", "csv3"),
    }
    """Fields that userspace may lower."""

    lowered_pfr1 = Guarded(0, by="config_lock")
    lowered_aa64pfr0 = Guarded(0, by="config_lock")

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm
        self.lowered_pfr1 = int(self.limit(ID_PFR1_EL1))
        self.lowered_aa64pfr0 = int(self.limit(ID_AA64PFR0_EL1))

    def limit(self, reg: int) -> IdPfr1 | IdAa64Pfr0:
        """What the host can give: its GIC's system registers, if it has them."""
        return OF_THE_CPU[reg].but(gic=int(self.vm.host.gic == GICV3))

    async def get(self, reg: int) -> int:
        """The value of a register (get_id_reg)."""
        async with self.vm.config_lock:
            return await self.value(reg)

    async def set(self, reg: int, value: int) -> None:
        """Lower fields of a register before a vCPU has run (set_id_reg). Raises EBUSY, EINVAL."""
        async with self.vm.config_lock:
            await self.check_not_run(reg, value)
            self.check_features(reg, value)
            if reg == ID_PFR1_EL1:
                self.lowered_pfr1 = value
            else:
                self.lowered_aa64pfr0 = value

    async def check_not_run(self, reg: int, value: int) -> None:
        """After the first run only the value that is there is accepted. Raises EBUSY."""
        if await self.has_run() and value != await self.value(reg):
            raise UapiError(errno.EBUSY, "a vCPU has run already")

    def check_features(self, reg: int, value: int) -> None:
        """Whether every field is the host's, or less where that is allowed (arm64_check_features). Raises EINVAL."""
        limit = self.limit(reg)
        wanted = type(limit)(value)
        for field in self.WRITABLE[reg]:
            if getattr(wanted, field) > getattr(limit, field):
                raise UapiError(errno.EINVAL, f"{field} is more than the host has")
            wanted = wanted.but(**{field: getattr(limit, field)})
        if wanted != limit:
            raise UapiError(errno.EINVAL, f"{value:#x} changes what cannot be changed")

    async def value(self, reg: int) -> int:
        """A register as it is: without the GIC once it is certain that there is none; config_lock held."""
        word = IdPfr1(self.lowered_pfr1) if reg == ID_PFR1_EL1 else IdAa64Pfr0(self.lowered_aa64pfr0)
        return int(word.but(gic=0) if await self.hides_gic() else word)

    async def hides_gic(self) -> bool:
        """Whether a vCPU has run without a vGICv3 (kvm_finalize_sys_regs)."""
        return self.vm.dist.vgic_model is not Model.V3 and await self.has_run()

    async def has_run(self) -> bool:
        """Whether any vCPU has (kvm_vm_has_ran_once)."""
        return any(vcpu.has_run_once for vcpu in await self.vm.each_vcpu())
