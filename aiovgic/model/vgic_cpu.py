"""A vCPU's share of the vGIC: its list of interrupts, and the list registers they go through.

Before guest mode the list is flushed into list registers; after it they are folded back and
the list is pruned of what no longer belongs. Both run with interrupts off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.arch.gicc import VmcrV2
from aiovgic.arch.icc import Vmcr
from aiovgic.model.ap_list import ApList
from aiovgic.model.cpuif import CpuInterface
from aiovgic.model.dist import Model
from aiovgic.model.gicv import GicV
from aiovgic.model.host import GICV2
from aiovgic.model.icc import IccRegisters
from aiovgic.model.lpi import LpiCtlr
from aiovgic.model.lrs import LrsV2, LrsV3
from aiovgic.model.redist import Redist
from aiovgic.sync import ACQUIRE, Guarded

if TYPE_CHECKING:
    from aiovgic.model.interface import ListRegister, VirtualInterface
    from aiovgic.model.irq import Irq
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts

LOWEST_PRIORITY = 0xFF


class VgicCpu(ApList):
    """The vGIC state of one vCPU (struct vgic_cpu)."""

    vmcr = Guarded(0, by="vcpu->mutex")
    ap0r = Guarded(0, by="vcpu->mutex")
    ap1r = Guarded(0, by="vcpu->mutex")
    num_pri_bits = Guarded(0, by="vcpu->mutex")
    num_id_bits = Guarded(0, by="vcpu->mutex")
    used_lrs = Guarded(0, by="vcpu->mutex")
    underflow = Guarded(default=False, by="vcpu->mutex")

    def __init__(self, parts: Parts, name: str, vm: Vm, vcpu_id: int) -> None:
        super().__init__(parts, name, vm, vcpu_id)
        # {0, ENABLE_LPIS, RWP}: cmpxchg-acquire and set-release, no lock (docs/facts/races.md#1.4).
        self.lpi_ctlr = self.shared("ctlr", LpiCtlr.DISABLED)
        # 64-bit cmpxchg, since guests may write halves; plain readers (docs/facts/interrupts.md#8.1).
        self.pendbaser = self.shared("pendbaser", 0)
        self.rd = parts.make(Redist, f"{name}.rd", vm, self.as_vcpu())
        self.cpuif = parts.make(CpuInterface, f"{name}.cpuif", vm.host)
        self.icc = parts.make(IccRegisters, f"{name}.icc", self.cpuif)
        self.gicv = parts.make(GicV, f"{name}.gicv", vm.host)
        self.lrs_v2 = parts.make(LrsV2, f"{name}.lrs")
        self.lrs_v3 = parts.make(LrsV3, f"{name}.lrs")
        self.choose_interface()

    def free(self) -> None:
        """The vCPU's memory is gone, and that of its redistributor, which is part of it."""
        super().free()
        self.rd.free()

    def choose_interface(self) -> None:
        """The hardware behind this vCPU: what the host has, and what its guest is to see."""
        v2 = self.vm.host.gic == GICV2 or self.vm.dist.vgic_model is Model.V2
        self.hw: VirtualInterface = self.gicv if v2 else self.cpuif
        self.lrs: LrsV3 = self.lrs_v2 if v2 else self.lrs_v3

    async def lpis_enabled(self) -> bool:
        """Whether GICR_CTLR is exactly EnableLPIs (vgic_lpis_enabled)."""
        return await self.lpi_ctlr.load(ACQUIRE) == LpiCtlr.ENABLE_LPIS

    # -- into the guest ---------------------------------------------------------------------

    async def flush_hwstate(self) -> None:
        """Fill the list registers from the ap_list (kvm_vgic_flush_hwstate).

        The test for an empty list takes no lock: a task that queues after it also makes a request.
        """
        if not await self.data_race(lambda: len(self.ap_list)):
            return
        async with self.ap_list_lock:
            await self.flush_lr_state()

    async def flush_lr_state(self) -> None:
        """The list, sorted if it does not fit, into list registers (vgic_flush_lr_state).

        All sources of a GICv2 SGI are to be seen before anything less urgent.
        """
        self.ap_list_lock.assert_held()
        room = self.vm.host.list_registers
        depth, multi_sgi = await self.ap_list_depth()
        if depth > room or multi_sgi:
            await self.sort_ap_list()
        lrs: list[ListRegister] = []
        listed = list(self.ap_list)
        least_urgent = LOWEST_PRIORITY
        for irq in listed:
            async with irq.irq_lock:
                if multi_sgi and irq.priority > least_urgent:
                    break
                if irq.target_oracle() is self:
                    self.populate(lrs, irq)
                    if irq.source:
                        least_urgent = irq.priority
            if len(lrs) == room:
                self.underflow = irq is not listed[-1]
                break
        self.hw.fill(lrs)
        self.used_lrs = len(lrs)

    def populate(self, lrs: list[ListRegister], irq: Irq) -> None:
        """One interrupt in one list register; a GICv2 SGI's other sources wait for the next entry. irq_lock held."""
        lrs.append(self.lrs.populate_lr(irq))
        irq.loaded_by = self.rt.current

    async def ap_list_depth(self) -> tuple[int, bool]:
        """How many list registers the list wants, and whether one interrupt wants several (compute_ap_list_depth)."""
        depth, multi_sgi = 0, False
        for irq in self.ap_list:
            async with irq.irq_lock:
                demand = irq.lr_demand()
                depth += demand
                multi_sgi |= demand > 1
        return depth, multi_sgi

    # -- and back ---------------------------------------------------------------------------------

    async def sync_hwstate(self) -> None:
        """Fold the list registers back and prune the list (kvm_vgic_sync_hwstate)."""
        if not await self.data_race(lambda: len(self.ap_list)):
            return
        if self.used_lrs:
            await self.fold_lr_state()
        await self.prune_ap_list()

    async def fold_lr_state(self) -> None:
        """What the guest did to the list registers (vgic_v3_fold_lr_state)."""
        self.underflow = False
        for lr in self.hw.lrs:
            irq = await self.vm.get_irq(self.as_vcpu(), lr.intid)
            if irq is None:
                continue  # an LPI that was unmapped meanwhile
            async with irq.irq_lock:
                self.lrs.fold_lr(lr, irq)
                irq.loaded_by = None
            await self.vm.put_irq(irq)
        self.hw.lrs = []
        self.used_lrs = 0

    def reset_interface(self) -> None:
        """The interface as INIT leaves it (vgic_v3_enable)."""
        self.vmcr = 0
        self.num_pri_bits = self.vm.host.pri_bits
        self.num_id_bits = self.vm.host.id_bits

    # -- loaded and put -----------------------------------------------------------------------

    def vgic_load(self) -> None:
        """Give this vCPU's interface state to the hardware (kvm_vgic_load)."""
        self.hw.load(self)

    def vgic_put(self) -> None:
        """Save this vCPU's interface state from the hardware (kvm_vgic_put)."""
        self.hw.put(self)

    async def vcpu_pending_irq(self) -> bool:
        """Whether something listed could be delivered (kvm_vgic_vcpu_pending_irq).

        Group enables, running priority and binary points play no part.
        """
        if not await self.data_race(lambda: self.vm.dist.enabled):
            return False
        vmcr = self.vmcr
        pmr = VmcrV2(vmcr).pmr if self.hw is self.gicv else Vmcr(vmcr).pmr
        async with self.ap_list_lock:
            for irq in self.ap_list:
                async with irq.irq_lock:
                    if irq.is_pending() and irq.enabled and not irq.active and irq.priority < pmr:
                        return True
        return False
