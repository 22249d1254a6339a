"""A GICv2's CPU interface as userspace sees it: KVM's copy, while the vCPU is not loaded (vgic-mmio-v2.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.arch import gicc
from aiovgic.arch.idregs import IMPLEMENTER_ARM, PRODUCT_ID_KVM
from aiovgic.arch.words import mask
from aiovgic.model.mmio import Access, Frame, On, Table

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu

IIDR = gicc.GiccIidr.of(product_id=PRODUCT_ID_KVM, architecture=2, implementer=IMPLEMENTER_ARM)


class CpuRegsV2(Frame):
    """The CPU_REGS of every vCPU of a VM."""

    def vmcr(self, vcpu: Vcpu) -> gicc.VmcrV2:
        """How a vCPU's interface is set (vgic_get_vmcr)."""
        return gicc.VmcrV2(vcpu.vmcr)

    async def read_ctlr(self, at: Access) -> int:
        """GICC_CTLR."""
        return self.vmcr(at.vcpu).ctlr

    async def write_ctlr(self, at: Access, value: int) -> None:
        """GICC_CTLR."""
        at.vcpu.vmcr = self.vmcr(at.vcpu).with_ctlr(gicc.GiccCtlr(value))

    async def read_pmr(self, at: Access) -> int:
        """GICC_PMR, shifted."""
        return gicc.GiccUserPmr.of(mask=self.vmcr(at.vcpu).priority_mask)

    async def write_pmr(self, at: Access, value: int) -> None:
        """GICC_PMR, shifted."""
        at.vcpu.vmcr = self.vmcr(at.vcpu).but(priority_mask=gicc.GiccUserPmr(value).mask)

    async def read_bpr(self, at: Access) -> int:
        """GICC_BPR."""
        return self.vmcr(at.vcpu).bpr

    async def write_bpr(self, at: Access, value: int) -> None:
        """GICC_BPR: any three bits; the host raises what is too low when the vCPU runs."""
        at.vcpu.vmcr = self.vmcr(at.vcpu).but(bpr=gicc.GiccBpr(value).binary_point)

    async def read_abpr(self, at: Access) -> int:
        """GICC_ABPR."""
        return self.vmcr(at.vcpu).abpr

    async def write_abpr(self, at: Access, value: int) -> None:
        """GICC_ABPR."""
        at.vcpu.vmcr = self.vmcr(at.vcpu).but(abpr=gicc.GiccBpr(value).binary_point)

    async def read_apr(self, at: Access) -> int:
        """GICC_APRn: only the first is there (vgic_mmio_read_apr)."""
        return at.vcpu.ap0r if at.offset == gicc.APR.offset else 0

    async def write_apr(self, at: Access, value: int) -> None:
        """GICC_APRn."""
        if at.offset == gicc.APR.offset:
            at.vcpu.ap0r = value & mask(31, 0)

    async def read_iidr(self, at: Access) -> int:
        """GICC_IIDR."""
        return IIDR


# fmt: off
CpuRegsV2.TABLE = Table((
    On(gicc.CTLR, read=CpuRegsV2.read_ctlr, write=CpuRegsV2.write_ctlr),
    On(gicc.PMR,  read=CpuRegsV2.read_pmr,  write=CpuRegsV2.write_pmr),
    On(gicc.BPR,  read=CpuRegsV2.read_bpr,  write=CpuRegsV2.write_bpr),
    On(gicc.ABPR, read=CpuRegsV2.read_abpr, write=CpuRegsV2.write_abpr),
    On(gicc.APR,  read=CpuRegsV2.read_apr,  write=CpuRegsV2.write_apr),
    On(gicc.IIDR, read=CpuRegsV2.read_iidr),
))
# fmt: on
