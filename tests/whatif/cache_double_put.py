"""What if emptying the cache dropped the reference of what it saw, not of what it erased (CVE-2026-46316)?

Over cache-after-off: where everybody empties it under its_lock no two are at it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs import cache_after_off
from aiovgic.model.its.cache import TranslationCache
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq


@replaces(TranslationCache)
class CacheDoublePut(TranslationCache):
    """The entry was there a moment ago."""

    async def drop(self, key: int, _seen: Irq) -> None:
        await self.entries.erase(key)
        await self.vm.put_irq(_seen)


LAYERS = (*cache_after_off.LAYERS, CacheDoublePut)
