"""Operations on the VM and its vCPUs."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any, ClassVar

from aiovgic.arch.words import SZ_4K
from aiovgic.errors import UapiError, UsageError
from aiovgic.model.memory import Ram, Slot
from aiovgic.uapi.session import VmSession

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.model.vm import Vm
    from aiovgic.uapi.actor import Actor
    from aiovgic.uapi.machine import Machine

    Fields = Mapping[str, Any]


ADDRESS_BITS = 64
KVM_MEM_MAX_NR_PAGES = (1 << 31) - 1

USER_BITS = 48
"""Userspace's own addresses: what it can map is smaller."""


class VmOps:
    """KVM_CREATE_VM, KVM_CREATE_VCPU, and the ioctls of a vCPU that run no guest."""

    NAMES: ClassVar = (
        "create_vm",
        "destroy_vm",
        "create_vcpu",
        "arm_vcpu_init",
        "get_one_reg",
        "set_one_reg",
        "check_extension",
        "create_irqchip",
    )

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.ram: Ram | None = None

    async def create_vm(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_CREATE_VM and its memory; a VM before it is gone. Raises EINVAL, EFAULT, ENOMEM."""
        machine = self.machine
        await machine.files.change()
        machine.session = None
        machine.labels.clear()
        machine.eventfds.clear()
        actor.new_vm()
        machine.faults.new_vm()
        session = await VmSession.create(machine.parts, machine.faults, machine.host, fields["ipa_bits"])
        machine.session = session
        gpa, size = fields["ram_gpa"], fields["ram_size"]
        if not fields["keep_ram"] or self.ram is None or self.ram.size != size:
            self.ram = None
            self.ram = map_ram(size)
        session.ram = Slot(gpa, self.ram)
        for slot in (session.ram, *machine.slots):
            await self.add_slot(session.vm, slot)
        return {}

    async def add_slot(self, vm: Vm, slot: Slot) -> None:
        """KVM_SET_USER_MEMORY_REGION (kvm_set_memory_region). Raises EINVAL, EFAULT, EEXIST, ENOMEM."""
        await vm.faults.copy("kvm_userspace_memory_region")
        gpa, size = slot.gpa, slot.ram.size
        if gpa % SZ_4K or size % SZ_4K or not size:
            raise UapiError(errno.EINVAL, "a memory slot is whole pages")
        if gpa + size >= 1 << ADDRESS_BITS or size // SZ_4K > KVM_MEM_MAX_NR_PAGES:
            raise UapiError(errno.EINVAL, f"no memory slot has {size:#x} bytes at {gpa:#x}")
        if any(gpa < other.gpa + other.ram.size and other.gpa < gpa + size for other in vm.memory.slots):
            raise UapiError(errno.EEXIST, f"there is memory at {gpa:#x} already")
        if gpa + size > 1 << vm.ipa_bits:
            raise UapiError(errno.EFAULT, f"memory ends beyond {vm.ipa_bits} bits")
        await vm.faults.alloc("kvm_memory_slot")
        vm.memory.add(slot)

    async def destroy_vm(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """Close all descriptors; later lookups give EBADF. Raises UsageError if it was not known before the race."""
        machine = self.machine
        if not machine.files.destroying:
            why = "no step of a task has this operation, and no code of a task has its name as one string"
            raise UsageError(f"destroy_vm: {why}")
        session = await machine.vm()
        await machine.files.change()
        session.teardown.closed = True
        await session.teardown.destroy()
        if machine.session is session:
            machine.session = None
        return {}

    async def create_vcpu(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_CREATE_VCPU."""
        session = await self.machine.vm()
        vcpu = await session.creation.create_vcpu(fields["id"])
        await self.machine.files.change()
        actor.vcpus.append(vcpu)
        return {}

    async def arm_vcpu_init(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_ARM_VCPU_INIT with the preferred target."""
        vcpu = await self.machine.vcpu(actor, fields["vcpu"])
        session = await self.machine.vm()
        await session.creation.vcpu_init(vcpu, fields["features"])
        return {}

    async def get_one_reg(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_GET_ONE_REG."""
        vcpu = await self.machine.vcpu(actor, fields["vcpu"])
        session = await self.machine.vm()
        return {"value": hex(await session.one_regs.get(vcpu, fields["id"]))}

    async def set_one_reg(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_SET_ONE_REG."""
        vcpu = await self.machine.vcpu(actor, fields["vcpu"])
        session = await self.machine.vm()
        await session.one_regs.set(vcpu, fields["id"], fields["value"])
        return {}

    async def check_extension(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_CHECK_EXTENSION on the VM."""
        session = await self.machine.vm()
        return {"ret": await session.extensions.check(fields["cap"])}

    async def create_irqchip(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_CREATE_IRQCHIP."""
        session = await self.machine.vm()
        await session.creation.create_irqchip()
        return {}


def map_ram(size: int) -> Ram:
    """Userspace's memory for a guest (mmap). Raises EINVAL, ENOMEM."""
    if not size:
        raise UapiError(errno.EINVAL, "nothing cannot be mapped")
    if size >= 1 << USER_BITS:
        raise UapiError(errno.ENOMEM, f"userspace has no room for {size:#x} bytes")
    return Ram(size)
