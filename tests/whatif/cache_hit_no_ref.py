"""What if a hit in the translation cache took no reference (CVE-2024-26598)?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.its.cache import TranslationCache
from aiovgic.model.its.msi import MsiInjection
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq
    from aiovgic.model.its import Msi


@replaces(TranslationCache)
class LookupWithoutReference(TranslationCache):
    """What is cached is alive, is it not?"""

    async def take_reference(self, irq: Irq) -> bool:
        return True


@replaces(MsiInjection)
class HitWithoutReference(MsiInjection):
    """What was not taken is not dropped."""

    async def inject_cached_translation(self, msi: Msi) -> bool:
        irq = await self.check_cache(msi)
        if irq is None:
            return False
        await self.vm.lpis.set_pending(irq)
        return True


LAYERS = (LookupWithoutReference, HitWithoutReference)
