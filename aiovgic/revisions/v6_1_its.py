"""Linux 6.1, where its ITS and LPIs differ from 6.12 (docs/facts/its.md, and docs/facts/uapi.md#17)."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, ClassVar

from aiovgic.arch import gits
from aiovgic.arch.commands import ItsError
from aiovgic.bugs import baser_keeps_mappings, seed_multi_its
from aiovgic.errors import UapiError
from aiovgic.model.its.cache import TranslationCache
from aiovgic.model.its.its import Its
from aiovgic.model.its.mapping_commands import MappingCommands
from aiovgic.model.its.msi import MsiInjection
from aiovgic.model.its.save import ItsSave
from aiovgic.model.lpi_index import LpiIndex
from aiovgic.model.lpi_tables import LpiTables
from aiovgic.sync import GuardedMap, replaces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.arch.commands import Mapc
    from aiovgic.model.irq import Irq
    from aiovgic.model.its.msi import Msi
    from aiovgic.model.its.records import ItsDevice
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.sync import Layer, Shared

LPI_DEFAULT_PCPU_CACHE_SIZE = 16
NUMBERS_32BIT: int = 2**32


class LruCache(TranslationCache):
    """One cache for all ITSes of a VM, 16 entries a vCPU (vgic_dist.lpi_translation_cache).

    ``lpi_list_lock`` guards it. What was used longest ago makes room.
    """

    used = GuardedMap[int, "Irq"](by="lpi_list_lock")
    """Most recently used last."""

    async def lookup(self, key: int) -> Irq | None:
        """The LPI cached under a key, with a reference; it is the most recently used now (vgic_its_check_cache)."""
        async with self.vm.lpis.lpi_xa_lock:
            irq = self.use(key)
            if irq is not None:
                await irq.refcount.get()
            return irq

    def use(self, key: int) -> Irq | None:
        """Find an entry and make it the most recently used (__vgic_its_check_cache)."""
        irq = self.used.pop(key, None)
        if irq is not None:
            self.used[key] = irq
        return irq

    async def insert(self, key: int, irq: Irq) -> None:
        """Cache a translation unless it is cached (vgic_its_cache_translation)."""
        room = LPI_DEFAULT_PCPU_CACHE_SIZE * len(await self.vm.each_vcpu())
        async with self.vm.lpis.lpi_xa_lock:
            if not room or self.use(key) is not None:
                return
            old = self.used.pop(next(iter(self.used))) if len(self.used) >= room else None
            await irq.refcount.get()
            self.used[key] = irq
        if old is not None:
            await self.vm.put_irq(old)

    async def invalidate(self) -> None:
        """Drop all translations, whichever ITS's (vgic_its_invalidate_cache)."""
        async with self.vm.lpis.lpi_xa_lock:
            dropped = list(self.used.values())
            self.used.clear()
        for irq in dropped:
            await self.vm.put_irq(irq)

    def cached(self) -> list[Irq]:
        return list(self.used.values())


def doorbell_key(doorbell: int, device_id: int, event_id: int) -> int:
    """Where the cache keeps a translation: the exact address of the doorbell counts."""
    return (doorbell * NUMBERS_32BIT + device_id) * NUMBERS_32BIT + event_id


@replaces(MsiInjection)
class GlobalCacheMsi(MsiInjection):
    """The cache is asked before anyone looks which ITS it is."""

    async def check_cache(self, msi: Msi) -> Irq | None:
        """The LPI that is cached for an MSI, with a reference (vgic_its_check_cache)."""
        devices = await self.vm.devices.load()
        return await devices[0].cache.lookup(doorbell_key(msi.address, msi.devid, msi.data)) if devices else None


@replaces(Its)
class ItsOf61(Its):
    """One cache for all; vCPUs by index; a table written without Valid is dropped, any other is kept."""

    async def create(self) -> None:
        """What a new ITS does to its VM; the first also makes the cache (vgic_its_create)."""
        await super().create()
        others = await self.vm.devices.load()
        self.cache = others[0].cache if others else self.parts.make(LruCache, "lpi_translation_cache", self.vm)

    async def cache_key(self, device_id: int, event_id: int) -> int | None:
        """Where the cache keeps a translation: under GITS_TRANSLATER, no other address of the ITS."""
        return doorbell_key(await self.vgic_its_base.load() + gits.TRANSLATER, device_id, event_id)

    def named_vcpu(self, vcpus: Sequence[Vcpu], number: int) -> Vcpu | None:
        """The vCPU of this index (kvm_get_vcpu)."""
        return vcpus[number] if number < len(vcpus) else None

    async def drop_mappings(self, table: Shared[int]) -> None:
        """Forget what the table was for; the cache is emptied only along with a device."""
        if table is self.baser_device_table:
            await self.maps.free_device_list()
        else:
            self.maps.free_collection_list()


@replaces(MappingCommands)
class CheckedMapc(MappingCommands):
    """MAPC looks at its target even where it unmaps."""

    async def unmap_collection(self, command: Mapc) -> ItsError | None:
        """MAPC with V=0, refused where the target is no vCPU."""
        if await self.its.target_vcpu(command.target) is None:
            return ItsError.MAPC_PROCNUM_OOR
        return await super().unmap_collection(command)


@replaces(ItsSave)
class StrictSave(ItsSave):
    """A device without a place in the table makes saving fail."""

    async def place(self, device: ItsDevice) -> int:
        """Where a device's entry goes. Raises EINVAL."""
        entry = await super().place(device)
        if entry is None:
            raise UapiError(errno.EINVAL, f"{device.name} is beyond the table")
        return entry

    async def following(self, devices: list[ItsDevice], n: int) -> ItsDevice | None:
        """The device that an entry says is next: the next in the list, saved or not."""
        return devices[n] if n < len(devices) else None


@replaces(LpiIndex)
class ListedLpis(LpiIndex):
    """LPIs in a list under a spinlock, which lookups and reference drops take, too."""

    LOCK: ClassVar[str] = "lpi_list_lock"

    async def get(self, intid: int) -> Irq | None:
        """The LPI with this INTID, and a reference to it (vgic_get_lpi)."""
        async with self.lpi_xa_lock:
            return await self.find_living(intid)

    async def try_get(self, irq: Irq) -> bool:
        """Take a reference: what is listed lives (vgic_get_irq_kref)."""
        await irq.refcount.get()
        return True

    async def put(self, irq: Irq) -> None:
        """Drop a reference; the last unlists the LPI, and it is gone at once (vgic_put_irq)."""
        async with self.lpi_xa_lock:
            last = await irq.refcount.put()
            if last:
                await self.lpi_xa.erase(irq.intid)
                irq.free()

    async def intids(self, filter_vcpu: Vcpu | None = None) -> tuple[int, ...]:
        """The INTIDs of the LPIs there are, or that target a vCPU, in the order they came (vgic_copy_lpi_list)."""
        async with self.lpi_xa_lock:
            lpis = await self.lpi_xa.unsorted()
            wanted = await self.data_race(lambda: [irq for irq in lpis if filter_vcpu in (None, irq.target_vcpu)])
        return tuple([irq.intid for irq in wanted])

    async def reserve(self, intid: int) -> bool:
        """A list has room for every LPI that there is."""
        return True

    async def has_room(self, intid: int) -> bool:
        """A list has room for every LPI that there is."""
        return True


@replaces(LpiTables)
class TakesListedBits(LpiTables):
    """EnableLPIs takes the bit of each LPI that targeted the vCPU when the list was copied."""

    def takes_table_bit(self, irq: Irq, vcpu: Vcpu) -> bool:
        """Whether a bit of a pending table is about this LPI: it was, when the list was copied."""
        return True


LAYERS: tuple[Layer, ...] = (
    GlobalCacheMsi,
    ItsOf61,
    CheckedMapc,
    StrictSave,
    *baser_keeps_mappings.LAYERS,
    *seed_multi_its.LAYERS,
    ListedLpis,
    TakesListedBits,
)
