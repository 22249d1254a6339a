"""Why an interrupt that is due was left on no list: an instrument that reads state when KVM decides.

KVM decides when an interrupt becomes enabled, pending, active or gets a group, when it leaves a list, and where it
asks the oracle. At each such occasion the reason is made anew from the state then: a reason holds until KVM would
decide again, whether or not the code that runs does so. An occasion is a write of a field, not a function, so code
that a layer rewrites is covered. GICD_CTLR, GICD_ICFGR and a new target are no occasions: KVM queues nothing then.

A step that makes a reason depends on the steps that change what the reason is made of (`Runtime.judged`).
The reason is among the facts of the interrupt, and a rule of `check/` judges it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.irq import Config, Irq
from aiovgic.model.lpi import LpiCtlr
from aiovgic.model.vgic_cpu import VgicCpu
from aiovgic.sync import instrument, replaces

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.sync import Layer

NO_TARGET = "unqueued-no-target"
DISTRIBUTOR_OFF = "unqueued-distributor-off"
LPIS_OFF = "unqueued-lpis-off"
LINE_COUNTS = "unqueued-line-counts"

REMEMBERED = "unqueued"
"""The attribute of an interrupt in which its reason is kept."""

OCCASIONS = ("enabled", "pending_latch", "line_level", "active")
"""Fields that are set before KVM queues an interrupt. To clear one is no occasion."""


@instrument
def why_unqueued(irq: Irq) -> str:
    """Why KVM left this interrupt on no list when it decided last, or nothing."""
    why: str = vars(irq).get(REMEMBERED, "")
    return why


@instrument
def is_due(irq: Irq) -> bool:
    """Whether it is enabled and pending."""
    return irq.enabled and irq.is_pending()


@instrument
def why_nowhere(irq: Irq) -> str:
    """Why an interrupt that is due belongs on no vCPU now, as its state says; nothing if it belongs on one."""
    if irq.target_vcpu is None:
        return NO_TARGET
    return "" if irq.active or irq.vm.dist.enabled else DISTRIBUTOR_OFF


@instrument
def why_after(irq: Irq, field: str, before: object) -> str:
    """The reason after a write of one of the fields of an interrupt."""
    if irq.vcpu is not None or not is_due(irq):
        return ""
    if field == "vcpu":
        return why_unlisted(irq, before)
    if field == "config" and before is Config.EDGE and irq.config is Config.LEVEL and not irq.pending_latch:
        return LINE_COUNTS
    if field == "group" or (field in OCCASIONS and getattr(irq, field) and not is_folded(irq)):
        return why_nowhere(irq)
    return why_unqueued(irq)


@instrument
def why_unlisted(irq: Irq, before: object) -> str:
    """Why an interrupt that is due was taken off the list of the vCPU that it was on."""
    lpis_off = isinstance(before, VgicCpu) and before.lpi_ctlr.value is not LpiCtlr.ENABLE_LPIS
    return LPIS_OFF if irq.is_lpi() and lpis_off else why_nowhere(irq)


@instrument
def is_folded(irq: Irq) -> bool:
    """Whether the running task takes it out of a list register: it was pending before, and KVM decides nothing."""
    return irq.loaded_by is irq.rt.current


@instrument
def why_answered(irq: Irq, answer: Vcpu | None) -> str:
    """The reason after KVM asked where an interrupt belongs."""
    if irq.vcpu is not None or answer is not None or not is_due(irq):
        return ""
    return why_nowhere(irq)


@instrument
@replaces(Irq)
class ProbedIrq(Irq):
    """An interrupt that keeps the reason why it is on no list."""

    HEARS = (*OCCASIONS, "group", "config", "vcpu")

    def wrote(self, field: str, before: object) -> None:
        super().wrote(field, before)
        if field in ProbedIrq.HEARS:
            vars(self)[REMEMBERED] = self.rt.judged(lambda: why_after(self, field, before), self.irq_lock)

    def target_oracle(self) -> Vcpu | None:
        answer = super().target_oracle()
        vars(self)[REMEMBERED] = self.rt.judged(lambda: why_answered(self, answer), self.irq_lock)
        return answer


PROBES: tuple[Layer, ...] = (ProbedIrq,)
"""Go over the layers of a revision and of a what-if."""
