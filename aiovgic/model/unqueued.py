"""Why an interrupt that is due was left on no list: a probe that reads state when KVM decides.

These layers change nothing. They lie over all others, so a layer below that decides otherwise is seen as it
is. What they remember goes into the facts of the interrupt, and a rule of `check/` judges it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.ap_list import ApList
from aiovgic.model.irq import Irq
from aiovgic.model.irq_banks import IrqBanks
from aiovgic.model.lpi import LpiCtlr
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Config
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.sync import Layer

NO_TARGET = "unqueued-no-target"
DISTRIBUTOR_OFF = "unqueued-distributor-off"
LPIS_OFF = "unqueued-lpis-off"
LINE_COUNTS = "unqueued-line-counts"

REMEMBERED = "unqueued"
"""The attribute of an interrupt in which its reason is kept."""


def why_unqueued(irq: Irq) -> str:
    """Why KVM left this interrupt on no list when it decided last, or nothing."""
    why: str = vars(irq).get(REMEMBERED, "")
    return why


def remember(irq: Irq, why: str) -> None:
    """Keep the reason of a decision, or that there is none."""
    vars(irq)[REMEMBERED] = why


def is_due(irq: Irq) -> bool:
    """Whether it is enabled and pending."""
    return irq.enabled and irq.is_pending()


def why_nowhere(irq: Irq) -> str:
    """Why an interrupt that is due belongs on no vCPU now, as its state says; nothing if it is not due."""
    if not is_due(irq):
        return ""
    if irq.target_vcpu is None:
        return NO_TARGET
    return "" if irq.vm.dist.enabled else DISTRIBUTOR_OFF


@replaces(Irq)
class ProbedIrq(Irq):
    """Looks at the state whenever KVM asks where an interrupt belongs."""

    def target_oracle(self) -> Vcpu | None:
        vcpu = super().target_oracle()
        remember(self, "" if vcpu is not None else self.rt.unseen(lambda: why_nowhere(self)))
        return vcpu

    def misplaced(self) -> tuple[Vcpu, Vcpu] | None:
        why = why_unqueued(self)
        moving = super().misplaced()
        remember(self, why)  # a new target queues nothing that is on no list: the reason stays
        return moving


@replaces(ApList)
class ProbedApList(ApList):
    """Looks at the state of an LPI that is taken off a list while its vCPU has LPIs off."""

    def unlist(self, irq: Irq) -> None:
        super().unlist(irq)
        off = self.as_vcpu().lpi_ctlr.value is not LpiCtlr.ENABLE_LPIS
        if irq.is_lpi() and off and self.rt.unseen(lambda: is_due(irq)):
            remember(irq, LPIS_OFF)


@replaces(IrqBanks)
class ProbedBanks(IrqBanks):
    """Looks at the state of an interrupt that becomes due because its line counts from now on."""

    def set_config(self, irq: Irq, config: Config) -> None:
        was_due = self.rt.unseen(lambda: is_due(irq))
        super().set_config(irq, config)
        if not was_due and self.rt.unseen(lambda: is_due(irq)):
            remember(irq, LINE_COUNTS)


PROBES: tuple[Layer, ...] = (ProbedIrq, ProbedApList, ProbedBanks)
"""Go over the layers of a revision and of a what-if."""
