"""Direct injection on a GICv4 host: an assigned device's interrupt becomes a guest's LPI without KVM (vgic-v4.c).

The host's ITS maps the device's own interrupt to a vLPI of some vCPU. KVM keeps that mapping in step with
what the guest's ITS says of the LPI: both are changed under the LPI's irq_lock, or they come apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.errors import UapiError
from aiovgic.model.host_irq import HostIrq
from aiovgic.sync import Guarded, Part

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq
    from aiovgic.model.its import Its, Msi
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts


class VpeTable(Part):
    """What the host's ITS has of a VM's vCPUs (its_vm.vpes): a doorbell each."""

    def __init__(self, parts: Parts, name: str, vcpus: tuple[Vcpu, ...]) -> None:
        super().__init__(parts, name)
        self.doorbells = {vcpu: parts.make(HostIrq, f"{vcpu.name}.doorbell") for vcpu in vcpus}
        for doorbell in self.doorbells.values():
            doorbell.activated = True


class Forwarding(Part):
    """Which host interrupts are LPIs of this VM."""

    vpes = Guarded[VpeTable | None](None, by="config_lock")

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm
        self.known: list[HostIrq] = []
        """Every host interrupt that was ever forwarded: for rules."""

    async def v4_init(self) -> None:
        """Tell the host's ITS of the vCPUs, once (vgic_v4_init). Raises ENOMEM."""
        if self.vm.host.gicv4 and self.vpes is None:
            self.vpes = await self.vm.faults.make(VpeTable, "vpes", await self.vm.each_vcpu())

    # -- the hardware's part --------------------------------------------------------------------

    async def delivers(self, host_irq: HostIrq) -> bool:
        """An assigned device raises its interrupt: whether the host makes an LPI of it, and rings a doorbell.

        The host's ITS translates the event in one step. What it translated stays pending if the mapping changes
        after that step; only an LPI that the guest unmaps meanwhile is gone.
        """
        vlpi = await host_irq.translate()
        if vlpi is None:
            return False
        irq = await self.vm.lpis.get(vlpi.intid)
        if irq is not None:
            await self.vm.lpi_control.set_pending(irq)  # what the hardware records stands on the vCPU's list here
            await self.vm.put_irq(irq)
        await self.doorbell_handler(vlpi.vcpu)
        return True

    async def doorbell_handler(self, vcpu: Vcpu) -> None:
        """A vCPU that is not resident hears of a vLPI (vgic_v4_doorbell_handler)."""
        vpes = await self.data_race(lambda: self.vpes)
        if vpes is not None and await vpes.doorbells[vcpu].is_activated():
            await vcpu.kick()

    async def unmap_all_vpes(self) -> None:
        """Unmap all vPEs, so that the host's pending tables can be read (unmap_all_vpes); config_lock held."""
        await self.activate_doorbells(activated=False)

    async def map_all_vpes(self) -> None:
        """Map all vPEs again after the host's pending tables were read (map_all_vpes)."""
        await self.activate_doorbells(activated=True)

    async def activate_doorbells(self, *, activated: bool) -> None:
        """Activate or deactivate the doorbells of all vPEs."""
        if self.vpes is not None:
            for doorbell in self.vpes.doorbells.values():
                await self.activate(doorbell, activated=activated)

    async def activate(self, doorbell: HostIrq, *, activated: bool) -> None:
        """Let one doorbell come, or not: its descriptor is the host's, too."""
        await doorbell.activate(activated=activated)

    # -- on and off ---------------------------------------------------------------------------

    async def set_forwarding(self, host_irq: HostIrq, msi: Msi) -> None:
        """Let an assigned device's interrupt be the LPI its MSI names, if it names one (kvm_vgic_v4_set_forwarding)."""
        its = await self.its_of(msi)
        if its is None:
            return
        async with its.its_lock:
            ite = its.maps.find_ite(msi.devid, msi.data)
            if ite is None or ite.irq is None:
                return
            irq = ite.irq
            async with irq.irq_lock:
                vcpu = irq.target_vcpu
                if irq.host_irq is None and vcpu is not None:
                    self.known.append(host_irq)
                    await host_irq.map_vlpi(vcpu, irq.intid)
                    irq.host_irq = host_irq

    async def unset_forwarding(self, host_irq: HostIrq, msi: Msi) -> None:
        """Make it an interrupt of the host again, whatever it was (kvm_vgic_v4_unset_forwarding)."""
        irq = await self.find_forwarded(host_irq, msi)
        if irq is None:
            return
        async with irq.irq_lock:
            if irq.host_irq is host_irq:
                await self.unmap(irq)
        await self.vm.put_irq(irq)

    async def find_forwarded(self, host_irq: HostIrq, _msi: Msi) -> Irq | None:
        """The LPI to unmap, by the host's interrupt: the route may name another event by now."""
        return await self.find_vlpi(host_irq)

    async def find_vlpi(self, host_irq: HostIrq) -> Irq | None:
        """The LPI that a host interrupt is, with a reference (__vgic_host_irq_get_vlpi)."""
        for intid in await self.vm.lpis.intids():
            irq = await self.vm.lpis.get(intid)
            if not self.vm.lpis.is_there(irq):
                continue
            async with irq.irq_lock:
                found = irq.host_irq is host_irq
            if found:
                return irq
            await self.vm.put_irq(irq)
        return None

    async def its_of(self, msi: Msi) -> Its | None:
        """The ITS an MSI is for (vgic_get_its)."""
        try:
            return await self.vm.msi.msi_to_its(msi)
        except UapiError:
            return None

    # -- in step with the guest's ITS; irq_lock held ----------------------------------------------

    async def move(self, irq: Irq) -> None:
        """The LPI has another target (update_affinity)."""
        if irq.host_irq is not None and irq.target_vcpu is not None:
            await irq.host_irq.map_vlpi(irq.target_vcpu, irq.intid)

    async def configure(self, irq: Irq) -> None:
        """The LPI has another configuration (update_lpi_config)."""
        if irq.host_irq is not None:
            await irq.host_irq.prop_update_vlpi()

    async def unmap(self, irq: Irq) -> None:
        """Let the host inject the LPI no more, if it does."""
        host_irq = irq.host_irq
        if host_irq is not None:
            irq.host_irq = None
            await host_irq.unmap_vlpi()
