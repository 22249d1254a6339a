"""A machine that operations are played on: what a VMM process has open, and what each name does.

The operations are those of the recordings (oracle/README.md), and a result is exactly the
object a recording has.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

from aiovgic.errors import UapiError
from aiovgic.model.guest import Mmio
from aiovgic.model.host import Host
from aiovgic.sync import Parts
from aiovgic.uapi.actor import Actor
from aiovgic.uapi.buffer import UserBuffer
from aiovgic.uapi.constants import KVM_CREATE_DEVICE_TEST, number64
from aiovgic.uapi.guest_ops import OpsGuest
from aiovgic.uapi.memory_ops import MemoryOps
from aiovgic.uapi.routes import msi_of, route_of, u32
from aiovgic.uapi.session import VmSession

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from aiovgic.model.vcpu import Vcpu
    from aiovgic.record.operation import Operation, Result
    from aiovgic.sync import Layer, Runtime
    from aiovgic.uapi.device import KvmDevice

    Fields = Mapping[str, Any]
    Handler = Callable[[Actor, Fields], Awaitable[dict[str, Any]]]

GUEST_OPS = ("mmio_read", "mmio_write", "sysreg_read", "sysreg_write", "run", "wfi")
MAX_GSI = 1024
"""GSIs a player has eventfds for."""


class Machine:
    """One VMM process: at most one VM at a time, its devices and vCPUs by index."""

    def __init__(
        self, rt: Runtime, layers: Sequence[Layer] = (), *, host: Host | None = None, noting: bool = False
    ) -> None:
        self.rt = rt
        self.host = host or Host()
        self.parts = Parts(rt, layers, noting=noting)
        self.memory = MemoryOps()
        self.session: VmSession | None = None
        self.handlers: dict[str, Handler] = {
            name.removeprefix("op_"): getattr(self, name) for name in dir(self) if name.startswith("op_")
        }

    def actor(self, name: str) -> Actor:
        """A thread of userspace."""
        return Actor(name)

    async def perform(self, actor: Actor, op: Operation) -> Result:
        """Do one operation; its result, as a recording has it."""
        try:
            if op.name in GUEST_OPS:
                return (await self.run_guest(actor, number64(op.fields.get("vcpu", 0)), (op,)))[0]
            return {"ret": 0, "errno": None, **await self.handlers[op.name](actor, op.fields)}
        except UapiError as error:
            return {"ret": -1, "errno": error.name}

    async def run_guest(self, actor: Actor, index: int, ops: Sequence[Operation]) -> list[Result]:
        """One vCPU executes ``ops``; KVM_RUN is called again where an access left to userspace. Raises UapiError."""
        vcpu = await self.vcpu(index)
        guest = OpsGuest(actor, index, ops)
        while True:
            async with vcpu.mutex:
                leave = await vcpu.run(guest)
            if not isinstance(leave, Mmio):
                return guest.results
            guest.left(leave)

    # -- what is open -----------------------------------------------------------------------

    async def vm(self) -> VmSession:
        """The VM's file descriptor. Raises EBADF without a VM, EIO on a dead one."""
        if self.session is None:
            raise UapiError(errno.EBADF, "there is no VM")
        if await self.session.vm.vm_dead.load():
            raise UapiError(errno.EIO, "the VM is dead")
        return self.session

    async def vcpu(self, index: int) -> Vcpu:
        """A vCPU's file descriptor. Raises EBADF, EIO."""
        if self.session is None or index >= len(self.session.vcpus):
            raise UapiError(errno.EBADF, f"there is no vCPU number {index}")
        await self.vm()
        return self.session.vcpus[index]

    async def device(self, fields: Fields) -> KvmDevice:
        """A device's file descriptor. Raises EBADF, EIO."""
        index = number64(fields.get("dev", 0))
        devices = self.session.devices if self.session else []
        device = devices[index] if index < len(devices) else None
        if device is None:
            raise UapiError(errno.EBADF, f"there is no device number {index}")
        await self.vm()
        return device

    # -- the VM and its vCPUs ------------------------------------------------------------------

    async def op_create_vm(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_CREATE_VM and its memory; a VM before it is gone."""
        self.session = None
        actor.reads.clear()
        vm = VmSession.create(self.parts, self.host, number64(fields.get("ipa_bits", 0)))
        self.session = vm
        self.memory.give_ram(vm.vm, fields)
        return {}

    async def op_create_vcpu(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_CREATE_VCPU; vCPUs are then known by index."""
        vm = await self.vm()
        vm.vcpus.append(await vm.creation.create_vcpu(number64(fields.get("id", 0))))
        return {}

    async def op_arm_vcpu_init(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_ARM_VCPU_INIT with the preferred target."""
        vcpu = await self.vcpu(number64(fields.get("vcpu", 0)))
        vm = await self.vm()
        await vm.creation.vcpu_init(vcpu, number64(fields.get("features", 0)))
        return {}

    async def op_get_one_reg(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_GET_ONE_REG."""
        vcpu = await self.vcpu(number64(fields.get("vcpu", 0)))
        return {"value": hex(await (await self.vm()).one_regs.get(vcpu, number64(fields["id"])))}

    async def op_set_one_reg(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_SET_ONE_REG."""
        vcpu = await self.vcpu(number64(fields.get("vcpu", 0)))
        await (await self.vm()).one_regs.set(vcpu, number64(fields["id"]), number64(fields.get("value", 0)))
        return {}

    async def op_check_extension(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_CHECK_EXTENSION on the VM."""
        return {"ret": await (await self.vm()).extensions.check(number64(fields["cap"]))}

    # -- devices -----------------------------------------------------------------------------------

    async def op_create_irqchip(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_CREATE_IRQCHIP."""
        await (await self.vm()).creation.create_irqchip()
        return {}

    async def op_create_device(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_CREATE_DEVICE; what it makes is then known by index."""
        vm = await self.vm()
        kind = vm.creation.device_type(u32(fields["type"]))
        if u32(fields.get("flags", 0)) & KVM_CREATE_DEVICE_TEST:
            return {}
        vm.devices.append(await vm.creation.create_device(kind))
        return {"dev": len(vm.devices) - 1}

    async def op_close_device(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """close(2) of a device; it goes on working."""
        index = number64(fields.get("dev", 0))
        devices = self.session.devices if self.session else []
        if index >= len(devices) or devices[index] is None:
            raise UapiError(errno.EBADF, f"there is no device number {index}")
        devices[index] = None
        return {}

    def user_buffer(self, actor: Actor, fields: Fields) -> UserBuffer:
        """The buffer an attribute's address points at."""
        if back := number64(fields.get("value_from_get", 0)):
            value = actor.nth_get(back)
        else:
            value = number64(fields.get("value", 0))
        return UserBuffer(value, bad=bool(number64(fields.get("addr_bad", 0))))

    async def op_set_device_attr(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_SET_DEVICE_ATTR."""
        user = self.user_buffer(actor, fields)
        device = await self.device(fields)
        await device.set_attr(u32(fields["group"]), number64(fields.get("attr", 0)), user)
        return {}

    async def op_get_device_attr(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_GET_DEVICE_ATTR; the result has the whole buffer."""
        user = self.user_buffer(actor, fields)
        try:
            device = await self.device(fields)
            await device.get_attr(u32(fields["group"]), number64(fields.get("attr", 0)), user)
        except UapiError:
            actor.note_get(0)
            raise
        actor.note_get(user.value)
        return {"value": hex(user.value)}

    async def op_has_device_attr(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_HAS_DEVICE_ATTR."""
        device = await self.device(fields)
        await device.has_attr(u32(fields["group"]), number64(fields.get("attr", 0)))
        return {}

    # -- interrupts --------------------------------------------------------------------------------

    async def op_signal_msi(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_SIGNAL_MSI."""
        return {"ret": await (await self.vm()).lines.signal_msi(msi_of(fields))}

    async def op_irq_line(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_IRQ_LINE."""
        await (await self.vm()).lines.irq_line(u32(fields["irq"]), level=bool(u32(fields.get("level", 0))))
        return {}

    async def op_set_gsi_routing(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_SET_GSI_ROUTING."""
        entries = [route_of(entry) for entry in fields.get("entries", ())]
        await (await self.vm()).lines.set_gsi_routing(entries, number64(fields.get("flags", 0)))
        return {}

    async def op_irqfd(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_IRQFD with the eventfd that stands for this GSI."""
        gsi = number64(fields.get("gsi", 0))
        if gsi >= MAX_GSI:
            raise UapiError(errno.ENOBUFS, f"there are eventfds for {MAX_GSI} GSIs")
        vm = self.session
        if vm is not None:
            vm.eventfds.add(gsi)
        await (await self.vm()).lines.irqfd(gsi, gsi, u32(fields.get("flags", 0)))
        return {}

    async def op_irqfd_signal(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """Write to the eventfd that stands for a GSI."""
        gsi = number64(fields.get("gsi", 0))
        vm = self.session
        if vm is None or gsi not in vm.eventfds:
            raise UapiError(errno.EBADF, f"there is no eventfd for GSI {gsi}")
        await vm.vm.irqfds.signal(gsi)
        return {}

    # -- memory ----------------------------------------------------------------------------------------

    async def op_mem_write(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """Userspace writes guest memory."""
        return self.memory.write(self.session, fields)

    async def op_mem_read(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """Userspace reads guest memory."""
        return self.memory.read(self.session, fields)

    async def op_mem_scan(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """Userspace lists the words that are not zero."""
        return self.memory.scan(self.session, fields)
