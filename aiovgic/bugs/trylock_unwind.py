"""trylock-unwind: all vCPUs are unlocked that there are now, not those that were locked.

Stopping the VM locks every vCPU that is online, and later unlocks every vCPU that is online. Without kvm->lock one
may come in between, and its mutex is given back by a task that never took it (docs/facts/races.md#variants). No
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
    """The set of vCPUs is thought not to grow."""

    async def stop_all(self) -> tuple[Vcpu, ...]:
        return await self.trylock_all_vcpus()

    def unlock_all(self, vcpus: tuple[Vcpu, ...]) -> None:
        self.unlock_vcpus(self.vcpus.value)


LAYERS = (TrylockUnwind,)

BUG = Bug(id="trylock-unwind", layers=LAYERS, kinds=("lock-order",), scenario="vcpu-vs-stop", doc=__doc__)
