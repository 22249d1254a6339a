"""iobus-unregister-enomem: a device stays on the bus because there is no memory for a smaller table.

Taking a device off the bus allocates a new table. Where that failed the old table stayed, and the
caller, which got no error, freed the device: the next access of its range uses freed memory (
docs/facts/races.md#variants; mended by 90db10434b16 and f65886606c2d, so no revision here has it).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.bus import Bus
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.bus import IoDevice


@replaces(Bus)
class IobusUnregisterEnomem(Bus):
    """A smaller table needs memory, and the caller gets no error if there is none."""

    async def unregister(self, device: IoDevice) -> None:
        if not await self.vm.faults.alloc_fails("smaller kvm_io_bus"):
            await super().unregister(device)


LAYERS = (IobusUnregisterEnomem,)

BUG = Bug(
    id="iobus-unregister-enomem",
    layers=LAYERS,
    kinds=("use-after-free", "leak"),
    scenario="frame-of-nobody",
    commit="90db10434b16",
    doc=__doc__,
)
