"""seed-destroy-registered: an ITS is freed while it is on the bus.

Destroying frees the ITS, and with it the device that the bus still holds. An MSI that found it there goes on to take
its lock. KVM is safe only because closing destroys nothing, and the buses go before the devices; here closing
destroys (docs/facts/races.md#2.1; own reading of v7 of July 2016). No commit is known.
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.sync import replaces
from aiovgic.uapi.its_device import ItsDevice


@replaces(ItsDevice)
class SeedDestroyRegistered(ItsDevice):
    """Closing the last descriptor frees the ITS."""

    async def release(self) -> None:
        self.its.free()


LAYERS = (SeedDestroyRegistered,)

BUG = Bug(id="seed-destroy-registered", layers=LAYERS, kinds=("use-after-free",), doc=__doc__, scenario="close-vs-msi")
