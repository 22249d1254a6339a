"""One virtual interrupt, and the rule that decides whose list it belongs on.

``irq_lock`` guards every field. ``vcpu`` (whose ap_list holds it) changes only with both that
list's ``ap_list_lock`` and ``irq_lock`` held. ``ap_list_lock`` is outside ``irq_lock``, so
queueing drops the one, takes both, and looks again.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from aiovgic.arch.intid import is_lpi, is_sgi
from aiovgic.arch.words import mask, set_bits
from aiovgic.sync import Guarded, Part

if TYPE_CHECKING:
    from aiovgic.model.host_irq import HostIrq  # noqa: F401  ruff does not look into Guarded["..."]
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Context, Parts


class Config(IntEnum):
    """How an interrupt is triggered (enum vgic_irq_config)."""

    EDGE = 0
    LEVEL = 1


class Irq(Part):
    """One virtual interrupt (struct vgic_irq): private to a vCPU, an SPI, or an LPI."""

    enabled = Guarded(default=False, by="irq_lock")
    pending_latch = Guarded(default=False, by="irq_lock")
    line_level = Guarded(default=False, by="irq_lock")
    active = Guarded(default=False, by="irq_lock", mirrored=True)
    config = Guarded(Config.EDGE, by="irq_lock")
    priority = Guarded(0, by="irq_lock")
    group = Guarded(1, by="irq_lock")
    mpidr = Guarded(0, by="irq_lock")
    targets = Guarded(0, by="irq_lock")
    source = Guarded(0, by="irq_lock")
    active_source = Guarded(0, by="irq_lock")
    owner = Guarded[object](None, by="irq_lock")
    target_vcpu = Guarded["Vcpu | None"](None, by="irq_lock")
    host_irq = Guarded["HostIrq | None"](None, by="irq_lock")
    mapped = Guarded(default=False, by="irq_lock")
    """Of an LPI: whether an event has it."""
    vcpu = Guarded["Vcpu | None"](None, by=("ap_list_lock", "irq_lock"), mirrored=True)
    loaded_by = Guarded["Context | None"](None, by="irq_lock")
    """The task that put it into a list register, until it is folded back; `ApList.hand_over` and rules look at it."""

    def __init__(self, parts: Parts, name: str, vm: Vm, intid: int) -> None:
        super().__init__(parts, name)
        self.vm = vm
        self.intid = intid
        self.irq_lock = self.lock("irq_lock", intid, irqsave=True)
        self.refcount = self.ref()

    def mirror(self) -> Context | None:
        return self.loaded_by

    # -- derived state; irq_lock held -----------------------------------------------------

    def is_pending(self) -> bool:
        """Whether it is pending: latched, or a level input that is high (irq_is_pending)."""
        if self.config is Config.EDGE:
            return self.pending_latch
        return self.pending_latch or self.line_level

    def target_oracle(self) -> Vcpu | None:
        """The vCPU this interrupt belongs on now, or None if on no vCPU (vgic_target_oracle)."""
        self.irq_lock.assert_held()
        if self.active:
            return self.vcpu or self.target_vcpu  # an active interrupt stays put
        if self.enabled and self.is_pending():
            target = self.target_vcpu
            if target is not None and not self.vm.dist.enabled:
                return None
            return target
        return None

    def lr_demand(self) -> int:
        """How many list registers it wants: a GICv2 SGI one for each source (vgic_irq_get_lr_count)."""
        if self.is_sgi() and self.source:
            return self.source.bit_count() + self.active
        return int(self.is_pending() or self.active)

    def is_multi_sgi(self) -> bool:
        """Whether it wants more than one list register (vgic_irq_is_multi_sgi)."""
        return self.lr_demand() > 1

    def add_source(self, vcpu_id: int) -> None:
        """A GICv2 SGI has come from this vCPU."""
        self.source |= mask(vcpu_id, vcpu_id)

    def take_source(self) -> int:
        """The lowest vCPU that has sent this GICv2 SGI; it has not any more."""
        lowest = next(set_bits(self.source))
        self.source &= ~mask(lowest, lowest)
        return lowest

    def is_sgi(self) -> bool:
        """Whether it is a software generated interrupt."""
        return is_sgi(self.intid)

    def is_lpi(self) -> bool:
        """Whether it is a locality-specific interrupt, the only kind that is counted."""
        return is_lpi(self.intid)

    # -- queueing ---------------------------------------------------------------------------

    async def queue_irq_unlock(self) -> bool:
        """Put this interrupt on its vCPU's ap_list; True if this call did it (vgic_queue_irq_unlock).

        Enters with ``irq_lock`` held and leaves with no lock. The caller owns a reference.
        """
        self.irq_lock.assert_held()
        while True:
            vcpu = self.target_oracle()
            if self.vcpu is not None or vcpu is None:
                return await self.already_placed(vcpu)
            # ap_list_lock is outside irq_lock: drop irq_lock, take both, and check again.
            self.irq_lock.release()
            await vcpu.ap_list_lock.acquire()
            await self.irq_lock.acquire()
            if self.still_belongs(vcpu):
                break
            self.irq_lock.release()
            vcpu.ap_list_lock.release()
            await self.irq_lock.acquire()
        await self.put_on_list(vcpu)
        self.irq_lock.release()
        vcpu.ap_list_lock.release()
        await self.notify(vcpu)
        return True

    async def already_placed(self, vcpu: Vcpu | None) -> bool:
        """The interrupt is on a list already, or belongs on none: ask its vCPU, if it has one, to flush again."""
        self.irq_lock.release()
        if vcpu is not None:
            # A second edge on a listed interrupt needs an exit and a refill.
            await self.notify(vcpu)
        return False

    async def notify(self, vcpu: Vcpu) -> None:
        """Make a vCPU flush its list: set the request first, then kick it."""
        await vcpu.make_request_irq_pending()
        await vcpu.kick()

    def misplaced(self) -> tuple[Vcpu, Vcpu] | None:
        """The vCPU that lists it and the vCPU that it belongs on, if these differ; irq_lock held."""
        holder = self.vcpu
        if holder is None:
            return None
        target = self.target_oracle()
        return None if target is None or target is holder else (holder, target)

    async def hand_over(self, moving: tuple[Vcpu, Vcpu] | None) -> None:
        """Move it to its target's list, if `misplaced` said so when the target changed.

        No spinlock is held, and the caller has a reference. KVM leaves this to the vCPU that lists it, when that vCPU
        leaves its guest; a vCPU that does not run would keep the interrupt.
        """
        if moving is not None and await moving[0].hand_over(self, moving[1]):
            await self.notify(moving[1])

    def still_belongs(self, vcpu: Vcpu) -> bool:
        """The re-check of queue_irq_unlock: listed nowhere still, and the same vCPU still."""
        return self.vcpu is None and self.target_oracle() is vcpu

    async def put_on_list(self, vcpu: Vcpu) -> None:
        """Append to ``vcpu``'s list, which holds a reference; both locks held."""
        await self.vm.get_irq_ref(self)
        vcpu.ap_list.append(self)
        self.vcpu = vcpu

    # -- the input ----------------------------------------------------------------------------

    def validate_injection(self, *, level: bool, owner: object) -> bool:
        """Whether this change of the input means anything (vgic_validate_injection)."""
        if self.owner is not owner:
            return False
        if self.config is Config.LEVEL:
            return self.line_level != level
        return level

    def apply_level(self, *, level: bool) -> None:
        """Take over the input's new level, or latch its edge; irq_lock held."""
        if self.config is Config.LEVEL:
            self.line_level = level
        else:
            self.pending_latch = True
