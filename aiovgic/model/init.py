"""From nothing to a running vGIC: creation, INIT, vCPUs, and the first run (vgic-init.c)."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.arch import gicc, gicd, gicd_v2, gicr
from aiovgic.arch.idregs import KVM_VGIC_IMP_REV_LATEST
from aiovgic.arch.intid import (
    VGIC_NR_IRQS_LEGACY,
    VGIC_NR_PRIVATE_IRQS,
    VGIC_V2_MAX_CPUS,
    VGIC_V3_MAX_CPUS,
)
from aiovgic.arch.words import mask
from aiovgic.errors import UapiError
from aiovgic.model.dist import VGIC_ADDR_UNDEF, Model
from aiovgic.model.irq import Config
from aiovgic.model.irq_array import IrqArray
from aiovgic.sync import ACQUIRE, RELEASE, Part

if TYPE_CHECKING:
    from aiovgic.model.bus import IoDevice
    from aiovgic.model.irq import Irq
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts

FRAME_SIZES = {Model.V2: gicd_v2.KVM_VGIC_V2_DIST_SIZE, Model.V3: gicd.KVM_VGIC_V3_DIST_SIZE}
MAX_CPUS = {Model.V2: VGIC_V2_MAX_CPUS, Model.V3: VGIC_V3_MAX_CPUS}


class VgicInit(Part):
    """The life of a VM's vGIC up to the first run."""

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm

    # -- create ---------------------------------------------------------------------------

    async def create(self, model: Model) -> None:
        """Make the VM's vGIC (kvm_vgic_create); kvm->lock held. Raises EBUSY, EEXIST, E2BIG, ENOMEM."""
        vm = self.vm
        vm.kvm_lock.assert_held()
        vcpus = await vm.trylock_all_vcpus()
        async with vm.config_lock:
            try:
                await self.create_locked(model, vcpus)
            finally:
                vm.unlock_vcpus(vcpus)

    async def create_locked(self, model: Model, vcpus: tuple[Vcpu, ...]) -> None:
        """The checks and effects of create, with every lock held."""
        dist = self.vm.dist
        if dist.in_kernel():
            raise UapiError(errno.EEXIST, "the VM has a vGIC already")
        if any(vcpu.has_run_once for vcpu in vcpus):
            raise UapiError(errno.EBUSY, "a vCPU has run already")
        await self.check_none_in_creation(vcpus)
        before = self.vm.max_vcpus
        self.vm.max_vcpus = MAX_CPUS[model]
        if len(vcpus) > self.vm.max_vcpus:
            raise UapiError(errno.E2BIG, f"{len(vcpus)} vCPUs are more than {self.vm.max_vcpus}")
        try:
            await self.allocate_all_private_irqs(vcpus)
        except UapiError:
            self.vm.max_vcpus = before
            raise
        dist.vgic_model = model
        dist.vgic_dist_base = VGIC_ADDR_UNDEF
        dist.vgic_cpu_base = VGIC_ADDR_UNDEF
        for vcpu in vcpus:
            vcpu.choose_interface()

    async def check_none_in_creation(self, vcpus: tuple[Vcpu, ...]) -> None:
        """The vGIC must not come between a vCPU's creation and its publication. Raises EBUSY."""
        if await self.vm.created_vcpus.load() != len(vcpus):
            raise UapiError(errno.EBUSY, "a vCPU is being created")

    # -- vCPUs -------------------------------------------------------------------------------

    async def vcpu_init(self, vcpu: Vcpu) -> None:
        """Prepare a new vCPU, and give it a frame if there is one (kvm_vgic_vcpu_init).

        Raises EBUSY where INIT was faster, EINVAL, ENOSPC, ENOMEM; then it has neither.
        """
        if not self.vm.dist.in_kernel():
            return
        async with self.vm.config_lock:
            await self.check_not_initialized()
            await self.allocate_private_irqs(vcpu)
        if self.vm.dist.vgic_model is Model.V3:
            try:
                async with self.vm.slots_lock:
                    await self.vm.rd_regions.register_redist_iodev(vcpu)
            except UapiError:
                await self.undo_vcpu_init(vcpu)
                raise

    async def undo_vcpu_init(self, vcpu: Vcpu) -> None:
        """Free the private interrupts of a vCPU that got no frame."""
        async with self.vm.config_lock:
            await self.free_private_irqs(vcpu)

    async def vcpu_destroy(self, vcpu: Vcpu) -> None:
        """A vCPU that never came online gives back what vcpu_init gave (kvm_vgic_vcpu_destroy)."""
        async with self.vm.slots_lock:
            await self.vm.rd_regions.unregister_redist_iodev(vcpu)
        async with self.vm.config_lock:
            await self.free_private_irqs(vcpu)

    async def allocate_all_private_irqs(self, vcpus: tuple[Vcpu, ...]) -> None:
        """The SGIs and PPIs of all vCPUs that have none yet, or of none. Raises ENOMEM."""
        without = [vcpu for vcpu in vcpus if vcpu.private_irqs.reread() is None]
        try:
            for vcpu in without:
                await self.allocate_private_irqs(vcpu)
        except UapiError:
            for vcpu in without:
                await self.free_private_irqs(vcpu)
            raise

    async def check_not_initialized(self) -> None:
        """The re-check of vcpu_precreate, with INIT's own lock held. Raises EBUSY."""
        self.vm.config_lock.assert_held()
        if await self.vm.dist.vgic_initialized():
            raise UapiError(errno.EBUSY, "the vGIC was initialised meanwhile")

    async def allocate_private_irqs(self, vcpu: Vcpu) -> None:
        """A vCPU's SGIs and PPIs, unless it has them (vgic_allocate_private_irqs_locked). Raises ENOMEM."""
        self.vm.config_lock.assert_held()
        if vcpu.private_irqs.reread() is not None:
            return
        irqs = await self.vm.faults.make(
            IrqArray, f"{vcpu.name}.irq", self.vm, 0, VGIC_NR_PRIVATE_IRQS, lambda irq: self.prepare_private(irq, vcpu)
        )
        await vcpu.private_irqs.store(irqs)
        irqs.filled = True

    async def free_private_irqs(self, vcpu: Vcpu) -> None:
        """Undo allocate_private_irqs."""
        self.vm.config_lock.assert_held()
        irqs = vcpu.private_irqs.reread()
        if irqs is not None:
            irqs.free()
            await vcpu.private_irqs.store(None)

    def prepare_private(self, irq: Irq, vcpu: Vcpu) -> None:
        """What an SGI or PPI is like at first: SGIs enabled and edge, PPIs level."""
        irq.target_vcpu = vcpu
        if self.vm.dist.vgic_model is Model.V2:
            irq.group = 0
            irq.targets = mask(vcpu.index, vcpu.index)
        else:
            irq.mpidr = vcpu.affinity
        if irq.is_sgi():
            irq.enabled = True
        else:
            irq.config = Config.LEVEL

    # -- INIT -----------------------------------------------------------------------------------

    async def vgic_init(self) -> None:
        """Make everything that depends on how many there are (vgic_init). Raises EBUSY, ENOMEM.

        ``config_lock`` held. Doing it again is no error; no address is needed.
        """
        vm = self.vm
        dist = vm.dist
        vm.config_lock.assert_held()
        if await dist.vgic_initialized():
            return
        vcpus = await vm.each_vcpu()
        await self.check_all_online(vcpus)
        chosen = dist.nr_spis
        if not chosen:
            dist.nr_spis = VGIC_NR_IRQS_LEGACY - VGIC_NR_PRIVATE_IRQS
        try:
            await self.dist_init(vcpus[0] if vcpus else None)
            await self.allocate_all_private_irqs(vcpus)
            if await dist.has_its():
                await vm.forwarding.v4_init()
            routes = await vm.routing.make_default(dist.nr_spis)
        except UapiError:
            await self.undo_init(chosen)
            raise
        for vcpu in vcpus:
            await self.vcpu_enable(vcpu)
        await vm.routing.set_routes(routes)
        if not dist.implementation_rev:
            dist.implementation_rev = KVM_VGIC_IMP_REV_LATEST
        await dist.initialized.store(value=True)

    async def check_all_online(self, vcpus: tuple[Vcpu, ...]) -> None:
        """INIT must not miss a vCPU that is not published yet. Raises EBUSY."""
        if await self.vm.created_vcpus.load() != len(vcpus):
            raise UapiError(errno.EBUSY, "a vCPU is in creation")

    async def undo_init(self, nr_spis: int) -> None:
        """INIT came to nothing: there are no SPIs, and their number is as it was, 0 if it was free."""
        dist = self.vm.dist
        spis = dist.spis.reread()
        if spis is not None:
            spis.free()
            await dist.spis.store(None)
        dist.nr_spis = nr_spis

    async def dist_init(self, vcpu0: Vcpu | None) -> None:
        """The SPIs, all targeting the first vCPU (kvm_vgic_dist_init). Raises ENOMEM."""
        dist = self.vm.dist
        group = 0 if dist.vgic_model is Model.V2 else 1

        def prepare(irq: Irq) -> None:
            irq.target_vcpu = vcpu0
            irq.group = group

        first, count = VGIC_NR_PRIVATE_IRQS, dist.nr_spis
        spis = await self.vm.faults.make(IrqArray, "irq", self.vm, first, count, prepare)
        await dist.spis.store(spis)
        spis.filled = True

    async def vcpu_enable(self, vcpu: Vcpu) -> None:
        """Reset a vCPU's interface (vgic_v3_enable, vgic_v2_enable)."""
        vcpu.reset_interface()
        if self.vm.dist.vgic_model is Model.V3:
            await vcpu.pendbaser.store(gicr.PENDBASER_RESET)

    # -- the first run -----------------------------------------------------------------------------

    async def map_resources(self) -> None:
        """Put the vGIC on the bus before any vCPU runs (kvm_vgic_map_resources).

        Once a VM. Raises ENXIO, EINVAL, EBUSY, ENOSPC, ENOMEM; then the VM is dead.
        """
        if await self.vgic_ready():
            return
        async with self.vm.slots_lock:
            try:
                await self.map_resources_locked()
            except UapiError:
                await self.map_failed()
                raise

    async def map_failed(self) -> None:
        """Mark the VM dead after a failed mapping; other tasks may use the vGIC, so it is freed only with the VM."""
        await self.vm.mark_dead()

    async def map_resources_locked(self) -> None:
        """Put the vGIC on the bus with slots_lock held: check again, check the layout, register, and set ready."""
        vm = self.vm
        async with vm.config_lock:
            if await vm.dist.ready.load():
                return
            frame = await self.check_resources()
            base = vm.dist.vgic_dist_base
        await vm.bus.register(base, FRAME_SIZES[vm.dist.vgic_model], frame)
        await self.say_ready()

    async def vgic_ready(self) -> bool:
        """Whether the vGIC is on the bus, for a run that takes no lock (vgic_ready)."""
        return await self.vm.dist.ready.load(ACQUIRE)

    async def say_ready(self) -> None:
        """The vGIC is on the bus: the registration made every reader of the bus see the distributor first.

        Up to 7.2 its synchronize_srcu was the barrier that 7.3 writes as store-release (docs/facts/races.md#9).
        """
        await self.vm.dist.ready.store(value=True, order=RELEASE)

    async def check_resources(self) -> IoDevice:
        """Whether the vGIC is complete, by its model; its distributor's frame. Raises ENXIO, EINVAL, EBUSY."""
        if self.vm.dist.vgic_model is Model.V2:
            await self.v2_map_resources()
            return self.vm.dist_v2
        await self.v3_map_resources()
        return self.vm.dist

    async def v2_map_resources(self) -> None:
        """Whether a GICv2 has its addresses; it is initialised now, if it was not (vgic_v2_map_resources).

        Raises ENXIO, EINVAL.
        """
        dist = self.vm.dist
        dist_base, cpu_base = dist.vgic_dist_base, dist.vgic_cpu_base
        if VGIC_ADDR_UNDEF in (dist_base, cpu_base):
            raise UapiError(errno.ENXIO, "distributor or CPU interface has no address")
        if dist_base < cpu_base + gicc.KVM_VGIC_V2_CPU_SIZE and cpu_base < dist_base + gicd_v2.KVM_VGIC_V2_DIST_SIZE:
            raise UapiError(errno.EINVAL, "distributor and CPU interface overlap")
        await self.vgic_init()
        dist.gicv_base = cpu_base

    async def v3_map_resources(self) -> None:
        """Whether a GICv3 is complete (vgic_v3_map_resources). Raises ENXIO, EINVAL, EBUSY."""
        vm = self.vm
        for vcpu in await vm.each_vcpu():
            if vcpu.rd.base_addr == VGIC_ADDR_UNDEF:
                raise UapiError(errno.ENXIO, f"{vcpu.name} has no redistributor")
        if vm.dist.vgic_dist_base == VGIC_ADDR_UNDEF:
            raise UapiError(errno.ENXIO, "the distributor has no address")
        if not await vm.rd_regions.check_base():
            raise UapiError(errno.EINVAL, "distributor and redistributors do not fit together")
        if not await vm.dist.vgic_initialized():
            raise UapiError(errno.EBUSY, "the vGIC is not initialised")
