"""cache-store-leaks: a translation that could not be cached keeps its reference.

Caching takes a reference to the LPI, then stores it. Where the store finds no memory the reference is not dropped,
and the LPI is never freed (docs/facts/races.md#36; 6.12.117 has the fault). No commit is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.its.cache import TranslationCache
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq


@replaces(TranslationCache)
class CacheStoreLeaks(TranslationCache):
    """The result of the store is not checked."""

    async def not_stored(self, irq: Irq) -> None:
        pass


LAYERS = (CacheStoreLeaks,)

BUG = Bug(id="cache-store-leaks", layers=LAYERS, kinds=("refcount", "leak"), scenario="msi-uncached", doc=__doc__)
