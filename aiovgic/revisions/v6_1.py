"""Linux 6.1 where it differs from 6.12, but for the ITS and LPIs: layers over v6.12."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, ClassVar

from aiovgic.arch.affinity import affinity
from aiovgic.arch.words import mask
from aiovgic.bugs import guest_mode_published_early, ready_before_iodev, redist_frame_stuck, redist_rollback_older
from aiovgic.errors import UapiError
from aiovgic.model.guest_mode import ESR_ABORT
from aiovgic.model.host import GICV3
from aiovgic.model.irq_banks import IrqBanks
from aiovgic.model.mpidr import MpidrTable
from aiovgic.model.sgi import Sgis
from aiovgic.model.vcpu import Vcpu
from aiovgic.model.vcpu_state import NO_FEATURE, Feature
from aiovgic.revisions import v6_1_private
from aiovgic.sync import replaces
from aiovgic.uapi.constants import Cap
from aiovgic.uapi.create import KNOWN_FEATURES, Creation
from aiovgic.uapi.extensions import Extensions
from aiovgic.uapi.id_regs import ID_AA64PFR0_EL1, ID_PFR1_EL1, IdRegs
from aiovgic.uapi.lines import Lines
from aiovgic.uapi.vgic import VgicDevice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.model.guest import Guest
    from aiovgic.model.mmio import Access


@replaces(VgicDevice)
class NrIrqsUntilReady(VgicDevice):
    """NR_IRQS is refused once the VM is ready, too (docs/facts/uapi.md#6)."""

    async def freeze_nr_irqs(self, nr_spis: int) -> None:
        if await self.vm.dist.ready.load():
            raise UapiError(errno.EBUSY, "a vCPU has run already")
        await super().freeze_nr_irqs(nr_spis)


@replaces(Lines)
class LinesByIndex(Lines):
    """KVM_IRQ_LINE names vCPUs by index, and the id found there is taken as an index again (docs/facts/uapi.md#9)."""

    async def line_vcpu(self, number: int) -> Vcpu:
        vcpus = await self.vm.each_vcpu()
        if number >= len(vcpus):
            raise UapiError(errno.EINVAL, f"there is no vCPU number {number}")
        return vcpus[number]

    async def injected_vcpu(self, vcpu: Vcpu) -> Vcpu | None:
        vcpus = await self.vm.each_vcpu()
        return vcpus[vcpu.vcpu_id] if vcpu.vcpu_id < len(vcpus) else None


@replaces(IrqBanks)
class ActiveAlwaysHalts(IrqBanks):
    """Every access of active state halts all vCPUs, of one's own private interrupts too (docs/facts/registers.md#3)."""

    def active_needs_halt(self, at: Access) -> bool:
        return True


@replaces(MpidrTable)
class AlwaysScans(MpidrTable):
    """There is no table of affinities: the first vCPU that has one is found (docs/facts/uapi.md#12)."""

    async def init_data(self) -> None:
        pass


@replaces(Sgis)
class BroadcastByIndex(Sgis):
    """A broadcast leaves out the vCPU whose index is the sender's id, sender or not (asked of 6.1.0-56)."""

    def is_sender(self, vcpu: Vcpu, sender: Vcpu) -> bool:
        return vcpu.index == sender.vcpu_id


@replaces(Vcpu)
class IccWithoutVgic(Vcpu):
    """Without a vGIC the ICC registers that do not trap reach the CPU (docs/facts/registers.md#5)."""

    def icc_present(self) -> bool:
        return self.vm.host.gic == GICV3


@replaces(Vcpu)
class AbortSignExtended(Vcpu):
    """The syndrome of an abort that KVM injects is sign-extended to 64 bits (asked of 6.1.0-56)."""

    def inject_abort(self, guest: Guest, addr: int) -> None:
        guest.fault(mask(63, 32) | ESR_ABORT, addr)


@replaces(Creation)
class FeaturesOfEachVcpu(Creation):
    """Every vCPU keeps the features of its first KVM_ARM_VCPU_INIT, POWER_OFF too (asked of 6.1.0-56).

    Known features join them as they are read, and stay where a call then fails for an unknown
    one; a call that fails for one that is not offered drops all.
    """

    def check_features(self, vcpu: Vcpu, features: int) -> None:
        wanted = Feature(features & KNOWN_FEATURES)
        if vcpu.initialised and vcpu.features != wanted:
            raise UapiError(errno.EINVAL, f"{vcpu.name} was initialised with {vcpu.features!r}")
        vcpu.features |= wanted
        try:
            super().check_features(vcpu, features | vcpu.features)
        except UapiError as refused:
            if refused.errno == errno.EINVAL:
                vcpu.features = NO_FEATURE
            raise

    async def set_features(self, vcpu: Vcpu, features: Feature) -> None:
        """They are set by now."""


@replaces(Creation)
class AffinityResets(Creation):
    """KVM_ARM_VCPU_INIT undoes what KVM_SET_ONE_REG made of the affinity (asked of 6.1.0-56)."""

    def reset_vcpu(self, vcpu: Vcpu) -> None:
        super().reset_vcpu(vcpu)
        vcpu.mpidr = affinity(vcpu.vcpu_id)


@replaces(IdRegs)
class IdRegsNeverHide(IdRegs):
    """ID registers show the host's GIC whatever the VM has; CSV2 and CSV3 change at any time (asked of 6.1.0-56)."""

    WRITABLE: ClassVar[Mapping[int, tuple[str, ...]]] = {ID_PFR1_EL1: (), ID_AA64PFR0_EL1: ("csv2", "csv3")}

    async def check_not_run(self, reg: int, value: int) -> None:
        pass

    async def hides_gic(self) -> bool:
        return False


@replaces(Extensions)
class FewerExtensions(Extensions):
    """Capabilities that came after 6.1."""

    CONSTANT: ClassVar[Mapping[int, int]] = {
        cap: value for cap, value in Extensions.CONSTANT.items() if cap < Cap.DIRTY_LOG_RING_ACQ_REL
    }


LAYERS = (
    *redist_rollback_older.LAYERS,
    *redist_frame_stuck.LAYERS,
    *ready_before_iodev.LAYERS,
    *v6_1_private.LAYERS,
    NrIrqsUntilReady,
    LinesByIndex,
    ActiveAlwaysHalts,
    AlwaysScans,
    BroadcastByIndex,
    IccWithoutVgic,
    AbortSignExtended,
    *guest_mode_published_early.LAYERS,
    FeaturesOfEachVcpu,
    AffinityResets,
    IdRegsNeverHide,
    FewerExtensions,
)
