"""What if the first runs of two vCPUs made the table of affinities at once?"""

from __future__ import annotations

from aiovgic.model.mpidr import MpidrMemory, MpidrTable
from aiovgic.sync import RELEASE, replaces


@replaces(MpidrTable)
class MpidrWithoutLock(MpidrTable):
    """config_lock is not taken: two tasks find no table, and the second table replaces the first."""

    async def init_data(self) -> None:
        vcpus = await self.vm.each_vcpu()
        if await self.mpidr_data.load() is not None or len(vcpus) == 1:
            return
        data = self.compress([vcpu.affinity for vcpu in vcpus])
        if data is not None:
            memory = self.vm.faults.keep(self.parts.make(MpidrMemory, "mpidr_data", data))
            await self.mpidr_data.store(memory, RELEASE)


LAYERS = (MpidrWithoutLock,)
