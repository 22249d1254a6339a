"""mapd-keeps-entry: a device that was unmapped, and an event that was discarded, stay in the tables in guest memory.

SAVE_TABLES has written them; MAPD with V=0 and DISCARD free the device and the event, and leave what was written.
The next save passes over what is not mapped, and RESTORE_TABLES brings it back, with a table of events whose memory
the guest uses for something else by now (docs/facts/its.md#3, MAPD and DISCARD; e9649129d33d and 7602ffd1d5e8, 6.13).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.its.commands import ItsCommands
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.its.records import ItsDevice


@replaces(ItsCommands)
class MapdKeepsEntry(ItsCommands):
    """The tables in guest memory are not written."""

    async def clear_dte(self, entry: int) -> None:
        pass

    async def clear_ite(self, device: ItsDevice, event_id: int) -> None:
        pass


LAYERS = (MapdKeepsEntry,)

BUG = Bug(
    id="mapd-keeps-entry",
    layers=LAYERS,
    kinds=("expectation",),
    scenario="save-vs-unmapping",
    commit="7602ffd1d5e8",
    doc=__doc__,
)
