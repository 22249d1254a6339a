"""Between interrupts and list registers, as a GICv3 host and as a GICv2 host has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.arch.icc import PRIORITIES
from aiovgic.model.interface import ListRegister
from aiovgic.model.irq import Config
from aiovgic.sync import Part

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq


class LrsV3(Part):
    """List registers of a GICv3 (vgic-v3.c)."""

    def populate_lr(self, irq: Irq) -> ListRegister:
        """One interrupt as a list register; an edge now belongs to it (vgic_v3_populate_lr). irq_lock held."""
        level = irq.config is Config.LEVEL
        lr = ListRegister(irq.intid, irq.priority & PRIORITIES, irq.group, active=irq.active, eoi_maintenance=level)
        if irq.is_pending() and not (level and irq.active):
            lr.pending = True
            if not level:
                irq.pending_latch = False
        return lr

    def fold_lr(self, lr: ListRegister, irq: Irq) -> None:
        """One list register back into its interrupt; irq_lock held."""
        irq.active = lr.active
        if irq.config is Config.EDGE:
            if lr.pending:
                irq.pending_latch = True
        elif lr.is_free():
            irq.pending_latch = False


class LrsV2(LrsV3):
    """List registers of a GICv2 (vgic-v2.c): an SGI has the number of its sender."""

    def populate_lr(self, irq: Irq) -> ListRegister:
        """One interrupt as a list register; of an SGI's sources the lowest comes first (vgic_v2_populate_lr)."""
        if not irq.is_sgi():
            return super().populate_lr(irq)
        lr = ListRegister(irq.intid, irq.priority & PRIORITIES, irq.group, active=irq.active)
        if irq.active:
            lr.source = irq.active_source
            lr.eoi_maintenance = irq.is_multi_sgi()
        if irq.is_pending() and not (irq.active and irq.is_multi_sgi()):
            irq.pending_latch = False
            if irq.source:  # KVM warns, and leaves the register empty, where a pending SGI has no sender
                lr.pending = True
                lr.source = irq.take_source()
                if irq.source:
                    irq.pending_latch = lr.eoi_maintenance = True
        return lr

    def fold_lr(self, lr: ListRegister, irq: Irq) -> None:
        """One list register back into its interrupt; an SGI keeps its source (vgic_v2_fold_lr_state)."""
        super().fold_lr(lr, irq)
        if irq.is_sgi():
            if irq.active:
                irq.active_source = lr.source
            if lr.pending:
                irq.add_source(lr.source)
