"""A GICv4 host, as far as waking goes: LPIs reach a vCPU without KVM, which hears of one only by a doorbell.

While a vCPU is resident the hardware makes its LPIs pending by itself. While it is not they are
recorded; a doorbell interrupt tells KVM, if it was asked for when the vCPU became non-resident. A vCPU that
waits asks for it, and stays non-resident however often it is preempted on its way to sleep (
docs/facts/races.md#15). An LPI that the hardware recorded stands on its vCPU's list here.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from aiovgic.model.irq import Irq
from aiovgic.model.vcpu import Vcpu
from aiovgic.sync import Guarded, replaces
from aiovgic.uapi.create import Creation

if TYPE_CHECKING:
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts


class Residency(Enum):
    """Where a vPE is (its_vpe.resident), and whether its doorbell is on."""

    RESIDENT = "resident"
    DOORBELL = "doorbell"
    SILENT = "silent"


class VpeVcpu(Vcpu):
    """A vCPU with a vPE."""

    in_wfi = Guarded(default=False, by="vcpu->mutex")
    """Whether it waits, or is about to (IN_WFI)."""

    def __init__(self, parts: Parts, name: str, vm: Vm, vcpu_id: int) -> None:
        super().__init__(parts, name, vm, vcpu_id)
        # Written by the vCPU's thread; the hardware looks when an LPI comes.
        self.vpe = self.shared("vpe", Residency.RESIDENT)

    async def v4_load(self) -> None:
        """Become resident, but not in a wait (vgic_v4_load)."""
        if not self.in_wfi:
            await self.vpe.store(Residency.RESIDENT)

    async def v4_put(self, *, doorbell: bool) -> None:
        """Become non-resident; nothing happens to one that is that already (vgic_v4_put)."""
        if await self.vpe.load() is Residency.RESIDENT:
            await self.vpe.store(Residency.DOORBELL if doorbell else Residency.SILENT)

    def wants_doorbell(self) -> bool:
        """Whether it needs a doorbell while its thread is scheduled out (vgic_v4_want_doorbell)."""
        return self.in_wfi

    async def sched_out(self) -> None:
        await super().sched_out()
        await self.v4_put(doorbell=self.wants_doorbell())

    async def sched_in(self) -> None:
        await super().sched_in()
        await self.v4_load()

    async def blocking(self) -> None:
        """The doorbell is on before the vCPU waits; its thread may be preempted in between."""
        self.in_wfi = True
        await super().blocking()
        await self.v4_put(doorbell=True)
        if await self.choose(2, f"{self.name} is preempted on its way to sleep"):
            await self.sched_out()
            await self.sched_in()

    async def unblocking(self) -> None:
        self.in_wfi = False
        await super().unblocking()
        await self.v4_load()


@replaces(Creation)
class MakesVpes(Creation):
    """Every vCPU has a vPE."""

    async def make_vcpu(self, name: str, vcpu_id: int) -> Vcpu:
        return await self.faults.make(VpeVcpu, name, self.vm, vcpu_id)


@replaces(Irq)
class Forwarded(Irq):
    """An LPI makes itself known where its vCPU is resident, or has its doorbell on."""

    async def notify(self, vcpu: Vcpu) -> None:
        assert isinstance(vcpu, VpeVcpu), vcpu
        if not self.is_lpi() or await vcpu.vpe.load() is not Residency.SILENT:
            await super().notify(vcpu)


LAYERS = (MakesVpes, Forwarded)
