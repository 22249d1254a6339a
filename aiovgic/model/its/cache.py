"""The translation cache: MSIs that were translated once are not translated again.

Each entry holds a reference to its LPI. Lookups take no lock but RCU. A task that inserts holds its_lock, so that
the event it caches cannot be freed meanwhile. A task that empties the cache holds its_lock, so that no entry that it
should have dropped is inserted afterwards. (6.12 empties the cache under other locks, too, or none, and two tasks may
empty it at once: docs/facts/its.md#7.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.xarray import XArray
from aiovgic.sync import Part

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts


class TranslationCache(Part):
    """The cached translations of one ITS (vgic_its.translation_cache)."""

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm
        # Every operation locks inside for its own length only (docs/facts/races.md#1.4).
        self.entries: XArray[Irq] = XArray(self, "entries")

    async def lookup(self, key: int) -> Irq | None:
        """The LPI cached under a key, with a reference, unless it is dying (vgic_its_check_cache)."""
        async with self.vm.rcu.read():
            irq = await self.entries.load(key)
            if irq is None or not await self.take_reference(irq):
                return None
            return irq

    async def take_reference(self, irq: Irq) -> bool:
        """The reference a hit holds while it injects (vgic_try_get_irq_kref)."""
        return await self.vm.lpis.try_get(irq)

    async def insert(self, key: int, irq: Irq) -> None:
        """Cache a translation, and drop the one it replaces; without memory, do not (vgic_its_cache_translation)."""
        await self.vm.get_irq_ref(irq)
        if await self.vm.faults.alloc_fails(self.name):
            await self.not_stored(irq)
            return
        old = await self.entries.store(key, irq)
        if old is not None:
            await self.vm.put_irq(old)

    async def not_stored(self, irq: Irq) -> None:
        """The entry that would hold a reference is not there."""
        await self.vm.put_irq(irq)

    async def invalidate(self) -> None:
        """Drop all translations (vgic_its_invalidate_cache)."""
        for key, irq in await self.entries.items():
            await self.drop(key, irq)

    async def drop(self, key: int, _seen: Irq) -> None:
        """Drop one translation, and the reference of what is really there now."""
        irq = await self.entries.erase(key)
        if irq is not None:
            await self.vm.put_irq(irq)

    def cached(self) -> list[Irq]:
        """The LPI of every translation, without a point: for reports."""
        return self.entries.stored()
