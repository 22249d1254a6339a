"""Find a vCPU by its affinity: by a table made at the first run, else by a scan."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aiovgic.arch.affinity import Affinity
from aiovgic.arch.words import mask as ones
from aiovgic.arch.words import set_bits
from aiovgic.sync import ACQUIRE, RELEASE, Part

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts

MAX_ENTRIES = 1024
"""A larger table does not fit in a page; such a VM goes on scanning."""
NO_AFF3 = Affinity.of(aff0=0xFF, aff1=0xFF, aff2=0xFF)
"""The bits of an affinity that lie in the low word of MPIDR_EL1."""


class MpidrData(NamedTuple):
    """Which vCPU has which affinity, by the bits in which affinities differ (struct kvm_mpidr_data)."""

    mpidr_mask: int
    cmpidr_to_idx: dict[int, int]

    def index_of(self, affinity: int) -> int:
        """The bits of an affinity that differ, pushed together, without those of Aff3 (kvm_mpidr_index).

        KVM gathers ``fls(mask)`` bits, and ``fls`` takes an int: Aff3, in bits 39:32 of MPIDR_EL1, is cut off.
        Asked of 6.12.117 and 7.3.4.
        """
        gathered = set_bits(self.mpidr_mask & NO_AFF3)
        return sum((affinity >> bit & 1) << place for place, bit in enumerate(gathered))


class MpidrMemory(Part):
    """The memory of one table. The table is complete before it is published, and never changes."""

    def __init__(self, parts: Parts, name: str, data: MpidrData) -> None:
        super().__init__(parts, name)
        self.data = data


class MpidrTable(Part):
    """The affinities of a VM's vCPUs."""

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm
        # Published once, under config_lock; readers need no lock (rcu_dereference).
        self.mpidr_data = self.shared("mpidr_data", no_data())

    async def find(self, affinity: int) -> Vcpu | None:
        """The vCPU with this affinity, Aff3 to Aff0 in 32 bits (kvm_mpidr_to_vcpu)."""
        memory = await self.mpidr_data.load(ACQUIRE)
        vcpus = await self.vm.each_vcpu()
        if memory is not None:
            data = memory.data
            vcpu = vcpus[data.cmpidr_to_idx.get(data.index_of(affinity), 0)]
            if vcpu.affinity == affinity:  # userspace may have changed it since
                return vcpu
        return next((vcpu for vcpu in vcpus if vcpu.affinity == affinity), None)

    async def init_data(self) -> None:
        """Make the table, once, from the affinities of now; without memory go on scanning (kvm_init_mpidr_data)."""
        async with self.vm.config_lock:
            vcpus = await self.vm.each_vcpu()
            if await self.mpidr_data.load() is not None or len(vcpus) == 1:
                return
            if await self.vm.faults.alloc_fails("kvm_mpidr_data"):
                return
            data = self.compress([vcpu.affinity for vcpu in vcpus])
            if data is not None:
                memory = self.vm.faults.keep(self.parts.make(MpidrMemory, "mpidr_data", data))
                await self.mpidr_data.store(memory, RELEASE)

    def compress(self, affinities: list[int]) -> MpidrData | None:
        """The table for these affinities, or None if it would be too large.

        The size counts every bit that differs, Aff3 included. Of two vCPUs with one index the table has the later.
        """
        some, every = 0, ones(63, 0)
        for affinity in affinities:
            some |= affinity
            every &= affinity
        data = MpidrData(some ^ every, {})
        if 1 << len(tuple(set_bits(data.mpidr_mask))) > MAX_ENTRIES:
            return None
        for place, affinity in enumerate(affinities):
            data.cmpidr_to_idx[data.index_of(affinity)] = place
        return data


def no_data() -> MpidrMemory | None:
    """The table of a VM that never ran."""
    return None
