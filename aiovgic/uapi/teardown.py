"""The end of a VM: when its last reference goes, and in which order its parts go (kvm_main.c, vgic-init.c).

Descriptors and running ioctls hold references. An eventfd holds none: who writes to it may come in
the middle of all this, which is why irqfds go first, and wait.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.errors import UapiError
from aiovgic.model.bus import no_ranges
from aiovgic.record.finding import Violation
from aiovgic.sync import Part

if TYPE_CHECKING:
    from aiovgic.model.its import Its
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts


class Teardown(Part):
    """The references to a VM, and what happens once there is none (kvm_put_kvm)."""

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm
        self.closed = False
        """Its descriptors are closed; changed with the table of descriptors."""
        # Ioctls that are running; each holds the VM by its file.
        self.users = self.shared("users_count", 0)
        self.unused = self.wait_queue("unused")

    async def get(self) -> None:
        """An ioctl begins (fget)."""
        await self.users.update(lambda count: count + 1)

    async def put(self) -> None:
        """An ioctl ends (fput)."""
        await self.users.update(lambda count: count - 1)
        self.unused.wake()

    async def is_last(self) -> bool:
        """Whether no other ioctl is inside the VM."""
        return await self.users.load() == 1

    async def destroy(self) -> None:
        """All descriptors are closed: once the last ioctl is over, everything goes (kvm_destroy_vm).

        Raises EINTR if the task is killed while a vCPU sleeps and so keeps the VM.
        """
        await self.release_irqfds()
        await self.unused.wait(self.is_last, idle=True, killable=True)
        if self.rt.signalled():
            raise UapiError(errno.EINTR, "killed while another ioctl still used the VM")
        await self.destroy_vm()

    async def destroy_vm(self) -> None:
        """Free the VM and all that belongs to it; nothing holds the VM any more."""
        self.vm.ending = True
        await self.vm.routing.destroy()
        await self.destroy_buses()
        await self.destroy_vgic()
        await self.destroy_vcpus()
        await self.destroy_devices()
        self.check_nothing_left()
        self.vm.free()

    async def release_irqfds(self) -> None:
        """No eventfd reaches the VM any more (kvm_irqfd_release)."""
        for eventfd, gsi in tuple(self.vm.irqfds.items):
            await self.vm.irqfds.deassign(eventfd, gsi)

    async def destroy_buses(self) -> None:
        """Empty the bus. No task is inside the VM, so no grace period is needed (kvm_io_bus_destroy)."""
        await self.vm.bus.ranges.store(no_ranges())

    async def destroy_vgic(self) -> None:
        """Each vCPU gives up the LPIs on its list (kvm_vgic_destroy, kvm_vgic_vcpu_destroy)."""
        for vcpu in await self.vm.each_vcpu():
            await self.vm.lpi_control.flush_pending_lpis(vcpu)

    async def destroy_vcpus(self) -> None:
        """The vCPUs go (kvm_destroy_vcpus)."""
        for vcpu in await self.vm.each_vcpu():
            vcpu.free()

    async def destroy_devices(self) -> None:
        """The devices go, newest first (kvm_destroy_devices)."""
        for its in await self.vm.devices.load():
            await self.destroy_its(its)
        for device in reversed(self.vm.kvm_devices):
            self.free_device(device)

    def free_device(self, device: Part) -> None:
        """What KVM_CREATE_DEVICE allocated is the type's to free (kvm_device_ops.destroy)."""
        device.free()

    async def destroy_its(self, its: Its) -> None:
        """An ITS goes with its devices, events and collections (vgic_its_destroy)."""
        async with its.its_lock:
            await its.invalidate_cache()
            await its.forget_all()
        its.free()

    def check_nothing_left(self) -> None:
        """Every LPI went with its last reference, and every device. Raises Violation."""
        left = [irq.name for irq in self.vm.lpis.lpi_xa.stored()]
        left += [device.name for device in self.vm.kvm_devices if not device.freed]
        if left:
            raise Violation("leak", "vm-destroyed", f"{', '.join(left)} outlives the VM", thing=left[0])
