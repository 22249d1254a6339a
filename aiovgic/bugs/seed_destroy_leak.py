"""seed-destroy-leak: a VM is destroyed, and the device of its ITS is not freed.

The destroy function of a device type frees what KVM_CREATE_DEVICE allocated for the device. That of the ITS
freed only the ITS (docs/facts/races.md#2.1 and #36; v7 of July 2016; 4729ec8c1e17, 5.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.sync import replaces
from aiovgic.uapi.its_device import ItsDevice
from aiovgic.uapi.teardown import Teardown

if TYPE_CHECKING:
    from aiovgic.sync import Part


@replaces(Teardown)
class SeedDestroyLeak(Teardown):
    """Destroying an ITS frees the ITS, and not its device."""

    def free_device(self, device: Part) -> None:
        if not isinstance(device, ItsDevice):
            super().free_device(device)


LAYERS = (SeedDestroyLeak,)

BUG = Bug(
    id="seed-destroy-leak",
    layers=LAYERS,
    kinds=("leak",),
    scenario="destroy-vs-msi",
    commit="4729ec8c1e17",
    doc=__doc__,
)
