"""Private interrupts up to Linux 6.9: they are part of a vCPU, no pointer leads to them, and INIT completes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.arch.intid import VGIC_NR_PRIVATE_IRQS
from aiovgic.model.init import VgicInit
from aiovgic.model.irq_array import IrqArray
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu


@replaces(VgicInit)
class PrivateIrqsInVcpu(VgicInit):
    """A vCPU has its private interrupts before it is published, whether there is a vGIC or not (kvm_vgic_vcpu_init)."""

    async def vcpu_init(self, vcpu: Vcpu) -> None:
        irqs = self.parts.make(
            IrqArray, f"{vcpu.name}.irq", self.vm, 0, VGIC_NR_PRIVATE_IRQS, lambda irq: self.prepare_private(irq, vcpu)
        )
        irqs.filled = True
        await vcpu.private_irqs.store(irqs)
        await super().vcpu_init(vcpu)

    async def allocate_all_private_irqs(self, vcpus: tuple[Vcpu, ...]) -> None:
        """INIT writes group and affinity of each; the creation of the vGIC writes nothing (vgic_init)."""
        if self.vm.dist.in_kernel():
            for vcpu in vcpus:
                irqs = vcpu.private_irqs.reread()
                assert irqs is not None
                irqs.filled = True


LAYERS = (PrivateIrqsInVcpu,)
