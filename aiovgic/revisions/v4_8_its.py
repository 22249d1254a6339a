"""The ITS of Linux 4.8 where it differs from 6.1, before tables could be saved: layers over v6.1.

docs/facts/uapi.md#13, the last paragraph, and #17, column B. Its single ``pending`` flag for latch
and line is not here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.arch import gits
from aiovgic.arch.commands import ItsError
from aiovgic.model.its.commands import ItsCommands
from aiovgic.model.its.frame import ItsFrame
from aiovgic.model.its.its import Its
from aiovgic.model.its.msi import MsiInjection
from aiovgic.model.its.queue import CommandQueue
from aiovgic.model.its.tables import ItsTables
from aiovgic.model.lpi_tables import LpiTables
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.arch.commands import Discard, Mapd
    from aiovgic.model.irq import Irq
    from aiovgic.model.its.msi import Msi
    from aiovgic.model.its.records import ItsDevice
    from aiovgic.model.mmio import Access
    from aiovgic.model.vcpu import Vcpu


@replaces(ItsFrame)
class FrameOf48(ItsFrame):
    """CTLR is only a flag, and tables may change at any time."""

    async def write_ctlr(self, _at: Access, value: int) -> None:
        """GITS_CTLR: no lock, no conditions, and the ring is left alone."""
        await self.its.enabled.store(gits.GitsCtlr(value).enabled)

    def sanitise_baser(self, word: gits.Baser, kind: int) -> gits.Baser:
        """What is kept of a BASER: addresses have 48 bits."""
        return super().sanitise_baser(word.but(base_high=0), kind)

    def baser_drops(self, old: gits.Baser, new: gits.Baser) -> bool:
        """Whether such a write forgets what the table held: never."""
        return False


@replaces(CommandQueue)
class QueueOf48(CommandQueue):
    """The ring is worked through also while the ITS is off."""

    async def may_process(self) -> bool:
        """Whether what is in the ring is done now: on or off."""
        return True


@replaces(Its)
class ItsOf48(Its):
    """Nothing is cached."""

    async def cache_key(self, device_id: int, event_id: int) -> int | None:
        """Where the cache keeps a translation: there is none."""
        return None


@replaces(MsiInjection)
class UncachedMsi(MsiInjection):
    """Every MSI goes the long way."""

    async def check_cache(self, msi: Msi) -> Irq | None:
        """The LPI that is cached for an MSI: none is."""
        return None


@replaces(ItsTables)
class EventsUnchecked(ItsTables):
    """A device has whatever events are mapped."""

    def check_event_id(self, device: ItsDevice, event_id: int) -> bool:
        return True


@replaces(ItsCommands)
class MemoryUntouched(ItsCommands):
    """Commands write nothing to the tables in memory, and do not look where a device's table is."""

    async def handle_mapd(self, command: Mapd) -> ItsError | None:
        """MAPD: size and address of the table play no part."""
        entry = await self.tables.device_entry(command.device)
        if entry is None:
            return ItsError.MAPD_DEVICE_OOR
        old = self.maps.find_its_device(command.device)
        if command.valid:
            await self.replace_device(old, command, command.size + 1, entry.table)
        else:
            await self.forget_device(old)
        return None

    async def handle_discard(self, command: Discard) -> ItsError | None:
        """DISCARD: the event has a collection, mapped or not."""
        ite = self.maps.find_ite(command.device, command.event)
        if ite is None or ite.collection is None:
            return ItsError.DISCARD_UNMAPPED_INTERRUPT
        device = self.maps.find_its_device(command.device)
        assert device is not None
        await self.maps.free_ite(device, ite)
        return None


@replaces(LpiTables)
class ScansEveryLpi(LpiTables):
    """EnableLPIs takes every LPI's bit out of the vCPU's table, whomever it targets."""

    async def scanned(self, vcpu: Vcpu) -> tuple[int, ...]:
        return await self.index.intids()


LAYERS = (FrameOf48, QueueOf48, ItsOf48, UncachedMsi, EventsUnchecked, MemoryUntouched, ScansEveryLpi)
