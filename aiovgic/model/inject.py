"""Interrupts from outside the guest: the input lines of the vGIC."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.arch.intid import VGIC_NR_PRIVATE_IRQS
from aiovgic.errors import UapiError
from aiovgic.model.dist import Model
from aiovgic.sync import Part

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts


class Injector(Part):
    """The input lines of the vGIC."""

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm

    async def inject_irq(self, vcpu: Vcpu | None, intid: int, *, level: bool, owner: object = None) -> None:
        """Change an input line (kvm_vgic_inject_irq). Raises EBUSY before INIT, EINVAL for no such interrupt."""
        if not await self.vm.dist.vgic_initialized():
            await self.lazy_init()
        if vcpu is None and intid < VGIC_NR_PRIVATE_IRQS:
            raise UapiError(errno.EINVAL, f"interrupt {intid} is private, and no vCPU is named")
        irq = await self.vm.get_irq(vcpu, intid)
        if irq is None:
            raise UapiError(errno.EINVAL, f"there is no interrupt {intid}")
        await irq.irq_lock.acquire()
        if irq.validate_injection(level=level, owner=owner):
            irq.apply_level(level=level)
            await irq.queue_irq_unlock()
        else:
            irq.irq_lock.release()
        await self.vm.put_irq(irq)

    async def lazy_init(self) -> None:
        """A vGIC that was not initialised: only a GICv2 does it now (vgic_lazy_init). Raises EBUSY."""
        if self.vm.dist.vgic_model is not Model.V2:
            raise UapiError(errno.EBUSY, "the vGIC is not initialised")
        async with self.vm.config_lock:
            await self.vm.init.vgic_init()
