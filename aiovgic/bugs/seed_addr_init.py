"""seed-addr-init: INIT registers the ITS at an address that ADDR has replaced meanwhile.

INIT reads the base before it takes slots_lock; ADDR stores one and returns meanwhile. The device is then registered
where the base was: at all ones, for v7 does not test what it read either (seed-addr-after-init). With that test INIT
would fail, as if it had come first (docs/facts/races.md#2.1; own reading of v7 of July 2016). No commit is known.
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.bugs.seed_addr_after_init import SeedAddrAfterInit
from aiovgic.bugs.structures import init_registers
from aiovgic.bugs.structures.init_registers import InitRegisters
from aiovgic.sync import replaces


@replaces(InitRegisters)
class SeedAddrInit(InitRegisters):
    """The base is read under no lock."""

    async def ctrl_init(self) -> None:
        base = await self.vgic_its_base.load()
        async with self.vm.slots_lock:
            await self.register_at(base)


LAYERS = (*init_registers.LAYERS, SeedAddrAfterInit, SeedAddrInit)

BUG = Bug(id="seed-addr-init", layers=LAYERS, kinds=("expectation",), doc=__doc__, scenario="addr-vs-init")
