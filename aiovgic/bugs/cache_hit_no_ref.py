"""cache-hit-no-ref: an LPI found in the translation cache is injected without a reference to it.

The cache holds a reference while its lock or RCU section lasts, and the injection goes on after
that. DISCARD empties the cache and drops the event's reference meanwhile: the LPI is freed, and the
injector takes its lock (docs/facts/races.md#6; CVE-2024-26598, ad362fe07fec; Linux 5.3 to 6.7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.its.cache import TranslationCache
from aiovgic.model.its.msi import MsiInjection
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq


@replaces(TranslationCache)
class CacheHitNoRef(TranslationCache):
    """A cache hit takes no reference."""

    async def take_reference(self, irq: Irq) -> bool:
        return True


@replaces(MsiInjection)
class InjectsNoRef(MsiInjection):
    """An injection through the cache drops no reference, since it took none."""

    async def put_hit(self, irq: Irq) -> None:
        pass


LAYERS = (CacheHitNoRef, InjectsNoRef)

BUG = Bug(
    id="cache-hit-no-ref",
    layers=LAYERS,
    kinds=("use-after-free", "refcount"),
    doc=__doc__,
    scenario="msi-vs-discard",
    commit="ad362fe07fec",
    cve="CVE-2024-26598",
)
