"""iobus-dev-after-srcu: the device that an MSI finds on the bus is read after it may have been freed.

The device at a doorbell's address is found in an SRCU section. Whether it is an ITS was checked after
that section, when the device may be off the bus and freed: a redistributor of a vCPU that could not
be created (docs/facts/races.md#27; 3a0724998162, 2026; 6.12.97 has it mended).
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
    """The SRCU section ends before the device is read."""

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
