"""cache-after-off: a translation is cached after the ITS, or its target's LPIs, were turned off.

An MSI that takes the long way tests both under its_lock, then caches what it found. GITS_CTLR and GICR_CTLR empty the
cache under other locks, or none. An entry stored after that stays, and later MSIs are delivered by it
(docs/facts/interrupts.md#9, rows 7 and 8; still in 6.12.117). No commit is known.
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.its.its import Its
from aiovgic.model.lpi import LpiControl
from aiovgic.sync import ACQUIRE, replaces


@replaces(Its)
class CacheAfterOff(Its):
    """Emptying the cache does not wait for its_lock."""

    async def forget_translations(self) -> None:
        await self.invalidate_cache()


@replaces(LpiControl)
class CacheAfterLpisOff(LpiControl):
    """The ITSes are walked under RCU, where no task may sleep to wait for its_lock."""

    async def invalidate_all_caches(self) -> None:
        async with self.vm.rcu.read():
            for its in await self.vm.devices.load(ACQUIRE):
                await its.invalidate_cache()


LAYERS = (CacheAfterOff, CacheAfterLpisOff)

BUG = Bug(id="cache-after-off", layers=LAYERS, kinds=("expectation",), scenario="msi-vs-its-off", doc=__doc__)
