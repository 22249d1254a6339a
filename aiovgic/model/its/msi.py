"""MSIs: from a write at a doorbell to a pending LPI, by the cache or the long way."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiovgic.errors import UapiError
from aiovgic.model.its.its import Its
from aiovgic.model.mmio import IodevType
from aiovgic.sync import Part

if TYPE_CHECKING:
    from aiovgic.model.bus import Range
    from aiovgic.model.irq import Irq
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts

KVM_MSI_VALID_DEVID = 1
"""MSIs have a device id (kvm_msi.flags)."""


@dataclass(frozen=True, slots=True)
class Msi:
    """One message (struct kvm_msi)."""

    address: int
    data: int
    devid: int = 0
    flags: int = 0


class MsiInjection(Part):
    """Where MSIs enter: KVM_SIGNAL_MSI, irqfds and routes; a vCPU's store to a doorbell does not."""

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm

    async def set_msi(self, msi: Msi) -> int:
        """Inject an MSI if the VM has an ITS at all (kvm_set_msi). Raises ENODEV, EINVAL, EBUSY."""
        if not await self.vm.dist.has_its():
            raise UapiError(errno.ENODEV, "the VM has no ITS")
        return await self.inject_msi(msi)

    async def inject_msi(self, msi: Msi) -> int:
        """1 if it was delivered, 0 if the guest blocked it (vgic_its_inject_msi). Raises EINVAL, EBUSY."""
        if await self.inject_cached_translation(msi):
            return 1
        its = await self.msi_to_its(msi)
        async with its.its_lock:
            error = await its.trigger_msi(msi.devid, msi.data)
        return int(error is None)

    # -- the long way -----------------------------------------------------------------------------

    async def msi_to_its(self, msi: Msi) -> Its:
        """The ITS an MSI is for (vgic_msi_to_its). Raises ENODEV, EINVAL."""
        if not await self.vm.dist.has_its():
            raise UapiError(errno.ENODEV, "the VM has no ITS")
        if not msi.flags & KVM_MSI_VALID_DEVID:
            raise UapiError(errno.EINVAL, "an MSI without device")
        its = await self.doorbell_to_its(msi.address)
        if its is None:
            raise UapiError(errno.EINVAL, f"no ITS at {msi.address:#x}")
        return its

    async def doorbell_to_its(self, address: int) -> Its | None:
        """The ITS at an address, any of its 128 KiB (__vgic_doorbell_to_its).

        What is found is looked at inside the section. The ITS is used after it: an ITS goes
        only with its VM.
        """
        async with self.vm.srcu.read():
            return self.its_of(await self.vm.bus.find(address, 1))

    def its_of(self, hit: Range | None) -> Its | None:
        """What was found, if it is an ITS: the device itself says so (dev->ops, iodev_type)."""
        if hit is None or hit.device.iodev_type is not IodevType.ITS:
            return None
        assert isinstance(hit.device, Its), hit.device
        return hit.device

    # -- the cache --------------------------------------------------------------------------------

    async def inject_cached_translation(self, msi: Msi) -> bool:
        """Make a cached LPI pending; False if it is not cached (vgic_its_inject_cached_translation).

        Nothing else is looked at: not whether the ITS is on, nor LPIs, nor the flags.
        """
        irq = await self.check_cache(msi)
        if irq is None:
            return False
        await self.vm.lpi_control.set_pending(irq)
        await self.put_hit(irq)
        return True

    async def put_hit(self, irq: Irq) -> None:
        """Drop the reference that came with a hit (vgic_put_irq)."""
        await self.vm.put_irq(irq)

    async def check_cache(self, msi: Msi) -> Irq | None:
        """The LPI that is cached for an MSI, with a reference (vgic_its_check_cache)."""
        its = await self.doorbell_to_its(msi.address)
        if its is None:
            return None
        key = await its.cache_key(msi.devid, msi.data)
        return None if key is None else await its.cache.lookup(key)
