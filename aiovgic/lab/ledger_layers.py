"""What makes a machine keep the ledger of its LPIs: layers over the revision's, which change nothing."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aiovgic.arch.commands import Int
from aiovgic.arch.intid import is_lpi
from aiovgic.engine.places import calling
from aiovgic.errors import UapiError
from aiovgic.lab.ledger import UNMAPPED, Why
from aiovgic.model.cpuif import CpuInterface
from aiovgic.model.irq import Irq
from aiovgic.model.its.commands import ItsCommands
from aiovgic.model.its.its import Its
from aiovgic.model.its.msi import MsiInjection
from aiovgic.model.lpi import LpiControl
from aiovgic.model.lpi_tables import LpiTables
from aiovgic.model.lrs import LrsV3
from aiovgic.sync import instrument, replaces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiovgic.arch.commands import Command, ItsError
    from aiovgic.lab.ledger import Ledger
    from aiovgic.model.interface import ListRegister
    from aiovgic.model.its.msi import Msi
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Context, Layer


class Bookkeeper:
    """Sees every change of an LPI's pending state, and enters it."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.seen: dict[Irq, None] = {}
        """LPIs that were ever pending in this race, those unmapped since among them."""
        self.doing: dict[Context, list[Why]] = {}
        """The operations that each context is inside now, the innermost last."""
        self.layers: tuple[Layer, ...] = (*latch_layers(self), *operation_layers(self), *sender_layers(ledger))

    @contextmanager
    def inside(self, me: Context, why: Why) -> Iterator[None]:
        """What a context writes here belongs to this operation."""
        doing = self.doing.setdefault(me, [])
        doing.append(why)
        try:
            yield
        finally:
            doing.pop()

    def why(self, me: Context) -> Why:
        """The innermost operation that a context is inside."""
        doing = self.doing.get(me)
        return doing[-1] if doing else Why.OTHER

    def open(self, vm: Vm) -> None:
        """A race begins on this machine."""
        self.seen = {}
        self.doing = {}
        self.ledger.open(pending_lpis(vm))

    def settle(self, vm: Vm) -> tuple[Counter[int], dict[int, bool]]:
        """What is pending now, and which LPIs are referred to. One whose last reference went while pending is lost."""
        stored = vm.lpis.lpi_xa.stored()
        had = {irq.intid: True for irq in stored}
        for irq in [irq for irq in self.seen if irq not in stored]:
            if irq.refcount.count:
                had[irq.intid] = True
                continue
            del self.seen[irq]
            if irq.pending_latch:
                self.ledger.lose(irq.intid, UNMAPPED)
        return pending_lpis(vm), had


def pending_lpis(vm: Vm) -> Counter[int]:
    """How often each LPI is pending: by its latch, and in list registers."""
    pending = Counter(irq.intid for irq in vm.lpis.lpi_xa.stored() if irq.pending_latch)
    for vcpu in vm.vcpus.value:
        pending.update(lr.intid for lr in vcpu.hw.lrs if lr.pending and is_lpi(lr.intid))
    return pending


def latch_layers(keeper: Bookkeeper) -> tuple[Layer, ...]:
    """Layers that enter each write of an LPI's latch, and each LPI that a guest takes."""

    @replaces(Irq)
    class WatchedIrq(Irq):
        """An interrupt that enters each write of its latch in the ledger."""

        HEARS = ("pending_latch",)

        def wrote(self, field: str, before: object) -> None:
            super().wrote(field, before)
            if field == "pending_latch" and is_lpi(self.intid):
                keeper.seen[self] = None
                why = Why.VM_ENDED if self.vm.ending else keeper.why(self.rt.current)
                by = calling(sys._getframe(1)).function  # noqa: SLF001  the report names the function
                keeper.ledger.latch(self.intid, why, by, was=bool(before), now=self.pending_latch)

    @replaces(CpuInterface)
    class WatchedInterface(CpuInterface):
        """An interface that tells of LPIs that its guest takes."""

        def acknowledge(self, group: int) -> int:
            intid = super().acknowledge(group)
            if is_lpi(intid):
                keeper.ledger.deliver(intid)
            return intid

    return tuple(map(instrument, (WatchedIrq, WatchedInterface)))


def operation_layers(keeper: Bookkeeper) -> tuple[Layer, ...]:
    """Layers that say which operation writes a latch; a layer below them that replaces it is inside it, too."""

    @replaces(LpiControl)
    class WatchedControl(LpiControl):
        """MSIs, CLEAR, and EnableLPIs from 1 to 0."""

        async def set_pending(self, irq: Irq) -> None:
            with keeper.inside(self.rt.current, Why.SENT):
                await super().set_pending(irq)

        async def clear_pending(self, irq: Irq) -> None:
            with keeper.inside(self.rt.current, Why.CLEARED):
                await super().clear_pending(irq)

        async def flush_pending_lpis(self, vcpu: Vcpu) -> None:
            with keeper.inside(self.rt.current, Why.LPIS_OFF):
                await super().flush_pending_lpis(vcpu)

    @replaces(LpiTables)
    class WatchedTables(LpiTables):
        """The pending table, which is read as EnableLPIs goes from 0 to 1."""

        async def sync_lpi_pending_table(self, vcpu: Vcpu) -> None:
            with keeper.inside(self.rt.current, Why.TABLE_READ):
                await super().sync_lpi_pending_table(vcpu)

    @replaces(LrsV3)
    class WatchedRegisters(LrsV3):
        """What goes into a list register, and what comes back."""

        def populate_lr(self, irq: Irq) -> ListRegister:
            with keeper.inside(self.rt.current, Why.TO_REGISTER):
                return super().populate_lr(irq)

        def fold_lr(self, lr: ListRegister, irq: Irq) -> None:
            with keeper.inside(self.rt.current, Why.FROM_REGISTER):
                super().fold_lr(lr, irq)

    return tuple(map(instrument, (WatchedControl, WatchedTables, WatchedRegisters)))


def sender_layers(ledger: Ledger) -> tuple[Layer, ...]:
    """Instruments that tell what senders of MSIs were told."""

    @replaces(MsiInjection)
    class WatchedInjection(MsiInjection):
        """MSIs from userspace, routes and irqfds."""

        async def set_msi(self, msi: Msi) -> int:
            try:
                delivered = await super().set_msi(msi)
            except UapiError as refused:
                ledger.refuse(refused.why)
                raise
            if not delivered:
                ledger.refuse(UNMAPPED)
            return delivered

        async def inject_cached_translation(self, msi: Msi) -> bool:
            done = await super().inject_cached_translation(msi)
            if done:
                ledger.accept()
            return done

    @replaces(Its)
    class WatchedIts(Its):
        """MSIs that take the long way, and INT."""

        async def trigger_msi(self, device_id: int, event_id: int) -> ItsError | None:
            error = await super().trigger_msi(device_id, event_id)
            if error is None:
                ledger.accept()
            return error

    @replaces(ItsCommands)
    class WatchedCommands(ItsCommands):
        """INT that reaches no LPI."""

        async def dispatch(self, command: Command) -> ItsError | None:
            try:
                error = await super().dispatch(command)
            except UapiError as refused:
                if isinstance(command, Int):
                    ledger.refuse(refused.why)
                raise
            if error is not None and isinstance(command, Int):
                ledger.refuse(UNMAPPED)
            return error

    return tuple(map(instrument, (WatchedInjection, WatchedIts, WatchedCommands)))
