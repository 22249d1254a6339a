"""KVM_CHECK_EXTENSION: what a VM's file descriptor says it can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from aiovgic.model.routing import KVM_MAX_IRQ_ROUTES
from aiovgic.sync import Part
from aiovgic.uapi.constants import Cap

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts

VALUES: Mapping[int, int] = {
    Cap.NR_MEMSLOTS: 32767,
    Cap.GUEST_DEBUG_HW_BPS: 6,
    Cap.GUEST_DEBUG_HW_WPS: 4,
    Cap.MANUAL_DIRTY_LOG_PROTECT2: 0x3,
    Cap.SET_GUEST_DEBUG2: 0x30003,
    Cap.DIRTY_LOG_RING_ACQ_REL: 1 << 20,
    Cap.ARM_SUPPORTED_BLOCK_SIZES: 0x40201000,
}
"""Values of capabilities that depend neither on the VM nor on the host's GIC; those not named are 1."""

PER_VM = (
    Cap.IRQCHIP,
    Cap.NR_VCPUS,
    Cap.MAX_VCPUS,
    Cap.MAX_VCPU_ID,
    Cap.IRQ_ROUTING,
    Cap.MSI_DEVID,
    Cap.ARM_VM_IPA_SIZE,
)


class Extensions(Part):
    """The capabilities of a VM (kvm_vm_ioctl_check_extension)."""

    CONSTANT: ClassVar[Mapping[int, int]] = {cap: VALUES.get(cap, 1) for cap in Cap if cap not in PER_VM}

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm

    async def check(self, cap: int) -> int:
        """The value of a capability; 0 for what there is not."""
        match cap:
            case Cap.IRQCHIP:
                return int(self.vm.host.gic != 0)
            case Cap.NR_VCPUS:
                return min(self.vm.host.cpus, self.vm.max_vcpus)
            case Cap.MAX_VCPUS | Cap.MAX_VCPU_ID:
                return self.vm.max_vcpus
            case Cap.IRQ_ROUTING:
                return KVM_MAX_IRQ_ROUTES
            case Cap.MSI_DEVID:
                return int(await self.vm.dist.msis_require_devid.load())
            case Cap.ARM_VM_IPA_SIZE:
                return self.vm.host.ipa_limit
            case _:
                return self.CONSTANT.get(cap, 0)
