"""KVM_CHECK_EXTENSION: what a VM's file descriptor says it can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.inject import KVM_MAX_IRQ_ROUTES
from aiovgic.sync import Part
from aiovgic.uapi.constants import Cap

if TYPE_CHECKING:
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts

ALWAYS = (
    Cap.IRQFD,
    Cap.IOEVENTFD,
    Cap.SIGNAL_MSI,
    Cap.IRQFD_RESAMPLE,
    Cap.ARM_SET_DEVICE_ADDR,
    Cap.DEVICE_CTRL,
    Cap.VM_ATTRIBUTES,
    Cap.IMMEDIATE_EXIT,
    Cap.ARM_USER_IRQ,
    Cap.ARM_IRQ_LINE_LAYOUT_2,
)


class Extensions(Part):
    """The capabilities of a VM (kvm_vm_ioctl_check_extension)."""

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
                return int(cap in ALWAYS)
