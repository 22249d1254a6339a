"""cache-double-put: two tasks that empty the translation cache at once drop one reference twice.

Each reads an entry, erases its place, and drops the reference of what it has read, not of what the
erase gave back. ITS commands hold its_lock meanwhile, GITS_CTLR cmd_lock, GICR_CTLR nothing. The event's
reference is gone with the cache's, and the LPI is freed while its event maps it (docs/facts/races.md#3;
CVE-2026-46316, 13031fb6b835; Linux 6.10 to 7.0, first in a version that does not wait for its_lock).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs import cache_after_off
from aiovgic.bugs.catalogue import Bug
from aiovgic.model.its.cache import TranslationCache
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq


@replaces(TranslationCache)
class CacheDoublePut(TranslationCache):
    """The reference of the entry that was read is dropped, also if another task has erased the entry."""

    async def drop(self, key: int, seen: Irq) -> None:
        await self.entries.erase(key)
        await self.vm.put_irq(seen)


LAYERS = (*cache_after_off.LAYERS, CacheDoublePut)

BUG = Bug(
    id="cache-double-put",
    layers=LAYERS,
    kinds=("refcount", "use-after-free"),
    doc=__doc__,
    scenario="flush-vs-flush",
    commit="13031fb6b835",
    cve="CVE-2026-46316",
)
