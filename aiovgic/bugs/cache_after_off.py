"""cache-after-off: a translation is cached after the ITS, or its target's LPIs, were turned off.

An MSI that takes the long way tests both under its_lock, then caches what it found. GITS_CTLR
and GICR_CTLR empty the cache under other locks, or none. An entry stored after that stays, and
later MSIs are delivered by it (facts: interrupts.md 9, rows 7 and 8; still in 6.12.117).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.its.its import Its
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu


@replaces(Its)
class CacheAfterOff(Its):
    """Nobody looks again after caching."""

    async def still_on(self, vcpu: Vcpu) -> bool:
        return True


LAYERS = (CacheAfterOff,)

BUG = Bug(id="cache-after-off", layers=LAYERS, kinds=("expectation",), doc=__doc__)
