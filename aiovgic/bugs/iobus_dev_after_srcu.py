"""iobus-dev-after-srcu: what an MSI finds on the bus is looked at after it may be gone.

The device at a doorbell's address is found in an SRCU section. Whether it is an ITS was asked after
leaving it, when the device may be off the bus and freed: a redistributor of a vCPU that could not
be made (docs/facts/races.md#27; 3a0724998162, 2026; 6.12.97 has it mended).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.its.msi import MsiInjection
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.its.its import Its


@replaces(MsiInjection)
class IobusDevAfterSrcu(MsiInjection):
    """The section ends with the search."""

    async def doorbell_to_its(self, address: int) -> Its | None:
        async with self.vm.srcu.read():
            hit = await self.vm.bus.find(address, 1)
        return await self.data_race(lambda: self.its_of(hit))


LAYERS = (IobusDevAfterSrcu,)

BUG = Bug(
    id="iobus-dev-after-srcu",
    layers=LAYERS,
    kinds=("use-after-free",),
    scenario="failed-vcpu-vs-msi",
    commit="3a0724998162",
    doc=__doc__,
)
