"""Making vCPUs and devices: the ioctls that give new file descriptors."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.arch.affinity import affinity
from aiovgic.arch.words import mask
from aiovgic.errors import UapiError
from aiovgic.model.dist import Model
from aiovgic.model.host import GICV2, GICV3
from aiovgic.model.its import Its
from aiovgic.model.vcpu import Vcpu
from aiovgic.model.vcpu_state import Feature
from aiovgic.model.vm import KVM_MAX_VCPUS
from aiovgic.sync import RELEASE, Part
from aiovgic.uapi.constants import DeviceType
from aiovgic.uapi.device import KvmDevice, VfioDevice
from aiovgic.uapi.its_device import ItsDevice
from aiovgic.uapi.one_reg import NOT_RESET, PSTATE
from aiovgic.uapi.vgic_v2 import VgicV2Device
from aiovgic.uapi.vgic_v3 import VgicV3Device

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts


KNOWN_FEATURES = mask(6, 0)
OFFERED = Feature.POWER_OFF | Feature.PSCI_0_2 | Feature.PMU_V3
"""What the recorded host has."""

PSTATE_RESET = 0x3C5
"""EL1h, all exceptions masked."""

VGICS = {GICV2: (DeviceType.ARM_VGIC_V2,), GICV3: (DeviceType.ARM_VGIC_V3, DeviceType.ARM_VGIC_ITS)}
"""What a host can make, by the version of its own GIC."""


class Creation(Part):
    """KVM_CREATE_VCPU, KVM_CREATE_DEVICE and what belongs to them."""

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm
        self.faults = vm.faults

    # -- vCPUs -----------------------------------------------------------------------------

    async def create_vcpu(self, vcpu_id: int) -> Vcpu:
        """KVM_CREATE_VCPU. Raises EINVAL, EBUSY after INIT, ENOMEM, EEXIST, and what a redistributor frame raises."""
        vm = self.vm
        if vcpu_id >= KVM_MAX_VCPUS:
            raise UapiError(errno.EINVAL, f"vCPU id {vcpu_id} is above {KVM_MAX_VCPUS - 1}")
        async with vm.kvm_lock:
            await self.vcpu_precreate(vcpu_id)
            await vm.created_vcpus.update(lambda count: count + 1)
        try:
            return await self.build_vcpu(vcpu_id)
        except UapiError:
            async with vm.kvm_lock:
                await vm.created_vcpus.update(lambda count: count - 1)
            raise

    async def build_vcpu(self, vcpu_id: int) -> Vcpu:
        """A vCPU that is complete and known to all, or none (kvm_arch_vcpu_create, and what follows it)."""
        init = self.vm.init
        vcpu = await self.make_vcpu(f"vcpu{vcpu_id}", vcpu_id)
        try:
            await self.faults.alloc("kvm_run")
            await init.vcpu_init(vcpu)
        except UapiError:
            vcpu.free()
            raise
        try:
            await self.publish_vcpu(vcpu)
        except UapiError:
            await init.vcpu_destroy(vcpu)
            vcpu.free()
            raise
        return vcpu

    async def make_vcpu(self, name: str, vcpu_id: int) -> Vcpu:
        """A vCPU, as this host runs it. Raises ENOMEM."""
        return await self.faults.make(Vcpu, name, self.vm, vcpu_id)

    async def publish_vcpu(self, vcpu: Vcpu) -> None:
        """Give a vCPU its place and its descriptor. Raises EEXIST, ENOMEM."""
        async with self.vm.kvm_lock:
            if await self.vm.get_vcpu_by_id(vcpu.vcpu_id) is not None:
                raise UapiError(errno.EEXIST, f"there is a vCPU {vcpu.vcpu_id} already")
            await self.faults.alloc("vcpu_array")
            await self.faults.alloc("fd of the vCPU")
            await self.vm.publish_vcpu(vcpu)

    async def vcpu_precreate(self, vcpu_id: int) -> None:
        """Whether there may be one more vCPU (kvm_arch_vcpu_precreate). Raises EINVAL, EBUSY."""
        vm = self.vm
        created = await vm.created_vcpus.load()
        if created >= vm.max_vcpus:
            raise UapiError(errno.EINVAL, f"there are {created} vCPUs already")
        if vm.dist.in_kernel() and await vm.dist.vgic_initialized():
            raise UapiError(errno.EBUSY, "the vGIC is initialised already")
        if vcpu_id >= vm.max_vcpus:
            raise UapiError(errno.EINVAL, f"vCPU id {vcpu_id} is above {vm.max_vcpus - 1}")

    async def vcpu_init(self, vcpu: Vcpu, features: int) -> None:
        """KVM_ARM_VCPU_INIT: reset the vCPU; its affinity comes from its id. Raises EFAULT, ENOENT, EINVAL, EINTR."""
        await vcpu.lock_killable()
        try:
            await self.faults.copy("kvm_vcpu_init")
            wanted = Feature(features & KNOWN_FEATURES)
            self.check_features(vcpu, features)
            await self.set_features(vcpu, wanted)
            self.reset_vcpu(vcpu)
            vcpu.powered_off = Feature.POWER_OFF in vcpu.features
            vcpu.initialised = True
        finally:
            vcpu.mutex.release()

    def check_features(self, vcpu: Vcpu, features: int) -> None:
        """Whether this host has these features (kvm_vcpu_init_check_features). Raises ENOENT, EINVAL."""
        if features & ~KNOWN_FEATURES:
            raise UapiError(errno.ENOENT, f"features {features:#x} are unknown")
        if Feature(features) & ~OFFERED:
            raise UapiError(errno.EINVAL, f"features {features:#x} are not offered")

    async def set_features(self, vcpu: Vcpu, features: Feature) -> None:
        """A VM's vCPUs have the features of the first (__kvm_vcpu_set_target). Raises EINVAL."""
        wanted = features & ~Feature.POWER_OFF
        async with self.vm.config_lock:
            if self.vm.vcpu_features is None:
                self.vm.vcpu_features = wanted
            if wanted != self.vm.vcpu_features:
                raise UapiError(errno.EINVAL, f"other vCPUs have {self.vm.vcpu_features!r}, not {wanted!r}")
        vcpu.features = features

    def reset_vcpu(self, vcpu: Vcpu) -> None:
        """Registers as the architecture resets them; the affinity only once (kvm_reset_vcpu, kvm_reset_sys_regs)."""
        kept = {place: value for place, value in vcpu.core_regs.items() if place in NOT_RESET}
        vcpu.core_regs = {**kept, PSTATE: PSTATE_RESET}
        if not vcpu.initialised:
            vcpu.mpidr = affinity(vcpu.vcpu_id)

    # -- devices ------------------------------------------------------------------------------

    def device_type(self, kind: int) -> DeviceType:
        """A device type that this host can make. Raises ENODEV."""
        for each in (DeviceType.VFIO, *self.vgics()):
            if kind == each:
                return each
        raise UapiError(errno.ENODEV, f"this host has no device of type {kind}")

    def vgics(self) -> tuple[DeviceType, ...]:
        """The vGICs that this host can make."""
        host = self.vm.host
        compat = (DeviceType.ARM_VGIC_V2,) if host.gic == GICV3 and host.gicv2_compat else ()
        return (*VGICS.get(host.gic, ()), *compat)

    async def create_device(self, kind: DeviceType) -> KvmDevice:
        """KVM_CREATE_DEVICE. Raises ENOMEM, and what the type's creation raises; then nothing was made."""
        await self.faults.alloc("kvm_device")
        await self.take_fd()
        return await self.make_device(kind)

    async def publish_device(self, install: Callable[[], Awaitable[None]]) -> None:
        """Give a device its descriptor, which holds the VM before another thread can close it (kvm_get_kvm)."""
        await self.vm.users_count.get()
        await install()

    async def take_fd(self) -> None:
        """A descriptor for the device. Raises ENOMEM."""
        await self.faults.alloc("fd of the device")

    async def make_device(self, kind: DeviceType) -> KvmDevice:
        """The type's own part in it (kvm_device_ops.create), under kvm->lock."""
        async with self.vm.kvm_lock:
            device = await self.make_device_locked(kind)
            self.vm.kvm_devices.append(device)
            return device

    async def make_device_locked(self, kind: DeviceType) -> KvmDevice:
        """The type's own part in creating a device. The caller holds kvm->lock."""
        match kind:
            case DeviceType.ARM_VGIC_V3:
                await self.vm.init.create(Model.V3)
                return self.parts.make(VgicV3Device, "vgic", self.vm)
            case DeviceType.ARM_VGIC_V2:
                await self.vm.init.create(Model.V2)
                return self.parts.make(VgicV2Device, "vgic", self.vm)
            case DeviceType.ARM_VGIC_ITS:
                return await self.create_its()
            case _:
                return self.create_vfio()

    async def create_its(self) -> ItsDevice:
        """An ITS: no vGIC is needed, nothing is checked (vgic_its_create); kvm->lock held. Raises ENOMEM."""
        number = len(await self.vm.devices.load())
        its = await self.make_its(f"its{number}")
        try:
            async with self.vm.config_lock:
                await its.create()
        except UapiError:
            its.free()
            raise
        await self.add_device(its)
        return self.parts.make(ItsDevice, f"its{number}.device", self.vm, its)

    async def add_device(self, its: Its) -> None:
        """Let all tasks find an ITS that is complete, newest first (list_add_rcu on kvm->devices)."""
        await self.vm.devices.update(lambda now: (its, *now), RELEASE)

    async def make_its(self, name: str) -> Its:
        """An ITS, as this kernel builds it. Raises ENOMEM."""
        return await self.faults.make(Its, name, self.vm)

    def create_vfio(self) -> KvmDevice:
        """The VFIO pseudo device (kvm_vfio_create). Raises EBUSY for a second one."""
        if self.vm.has_vfio:
            raise UapiError(errno.EBUSY, "there is a VFIO device already")
        self.vm.has_vfio = True
        return self.parts.make(VfioDevice, "vfio", self.vm)

    async def create_irqchip(self) -> None:
        """KVM_CREATE_IRQCHIP: a vGICv2, on hosts that can. Raises ENXIO without a vGIC, ENODEV."""
        if not self.vm.host.gic:
            raise UapiError(errno.ENXIO, "the host has no vGIC")
        async with self.vm.kvm_lock:
            if DeviceType.ARM_VGIC_V2 not in self.vgics():
                raise UapiError(errno.ENODEV, "this host has no vGICv2")
            await self.vm.init.create(Model.V2)
