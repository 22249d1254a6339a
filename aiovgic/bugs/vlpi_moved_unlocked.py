"""vlpi-moved-unlocked: an LPI and its vLPI are moved to different vCPUs.

The new target is stored under irq_lock, the host's mapping moved after it was dropped. Of two tasks that move it, the
one that stored last may be the one that moved first (docs/facts/races.md#34c; fc4dafe87b93, 6.16).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.lpi import LpiControl
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq
    from aiovgic.model.vcpu import Vcpu


@replaces(LpiControl)
class VlpiMovedUnlocked(LpiControl):
    """The host's mapping is moved after irq_lock was dropped."""

    async def set_target(self, irq: Irq, vcpu: Vcpu | None) -> None:
        async with irq.irq_lock:
            irq.target_vcpu = vcpu
        host_irq = irq.host_irq
        if host_irq is not None and vcpu is not None:
            await host_irq.map_vlpi(vcpu, irq.intid)


LAYERS = (VlpiMovedUnlocked,)

BUG = Bug(
    id="vlpi-moved-unlocked",
    layers=LAYERS,
    kinds=("map", "data-race"),
    scenario="forwarded-movi-vs-movall",
    commit="fc4dafe87b93",
    doc=__doc__,
)
