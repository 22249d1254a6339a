"""What if INIT said that it is done before the SPIs are there?"""

from __future__ import annotations

from aiovgic.arch.idregs import KVM_VGIC_IMP_REV_LATEST
from aiovgic.model.init import VgicInit
from aiovgic.sync import replaces


@replaces(VgicInit)
class InitializedFirst(VgicInit):
    """Says so, then does it."""

    async def vgic_init(self) -> None:
        vcpus = await self.vm.each_vcpu()
        self.vm.dist.implementation_rev = KVM_VGIC_IMP_REV_LATEST
        await self.vm.dist.initialized.store(value=True)
        await self.allocate_all_private_irqs(vcpus)
        for vcpu in vcpus:
            await self.vcpu_enable(vcpu)
        await self.vm.routing.set_routes(await self.vm.routing.make_default(self.vm.dist.nr_spis))
        await self.dist_init(vcpus[0])


LAYERS = (InitializedFirst,)
