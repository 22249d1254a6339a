"""trylock-unwind: all vCPUs that are online are unlocked, also one that was not locked.

Stopping the VM locks every vCPU that is online, and later unlocks every vCPU that is online. Without kvm->lock a vCPU
may come online in between, and its mutex is released by a task that never took it (docs/facts/races.md#variants). No
commit is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.vm import Vm
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu


@replaces(Vm)
class TrylockUnwind(Vm):
    """Unlocking relies on an unchanged set of vCPUs."""

    async def stop_all(self) -> tuple[Vcpu, ...]:
        return await self.trylock_all_vcpus()

    def unlock_all(self, vcpus: tuple[Vcpu, ...]) -> None:
        self.unlock_vcpus(self.vcpus.value)


LAYERS = (TrylockUnwind,)

BUG = Bug(id="trylock-unwind", layers=LAYERS, kinds=("lock-order",), scenario="vcpu-vs-stop", doc=__doc__)
