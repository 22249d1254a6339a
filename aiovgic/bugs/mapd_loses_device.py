"""mapd-loses-device: MAPD of a mapped device that finds no memory leaves no device at all.

The old device is freed with all its events before the new one is allocated. Where that fails the guest has neither, and
gets no error (own reading of the order in docs/facts/its.md#3; 6.12.117 has the fault). No commit is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.its.mapping_commands import MappingCommands
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.arch.commands import Mapd
    from aiovgic.model.its.records import ItsDevice


@replaces(MappingCommands)
class MapdLosesDevice(MappingCommands):
    """The old device is freed before the new one is allocated."""

    async def replace_device(self, old: ItsDevice | None, command: Mapd, event_bits: int, table: int) -> None:
        await self.forget_device(old)
        self.maps.add_device(await self.maps.alloc_device(command.device, command.itt, event_bits, table))


LAYERS = (MapdLosesDevice,)

BUG = Bug(id="mapd-loses-device", layers=LAYERS, kinds=("expectation",), scenario="mapd-without-memory", doc=__doc__)
