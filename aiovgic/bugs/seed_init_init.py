"""seed-init-init: every INIT registers the ITS again.

Nothing records that INIT was done. The second one puts the live device on the bus once more, and unregistering
it takes back only one of the two (docs/facts/races.md#2.1; own reading of v7 of July 2016; a flag came with 4.8). No
commit is known.
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.bugs.structures import init_registers
from aiovgic.bugs.structures.init_registers import InitRegisters
from aiovgic.sync import replaces


@replaces(InitRegisters)
class SeedInitInit(InitRegisters):
    """INIT does not check whether the ITS is on the bus already."""

    async def is_registered(self) -> bool:
        return False


LAYERS = (*init_registers.LAYERS, SeedInitInit)

BUG = Bug(id="seed-init-init", layers=LAYERS, kinds=("list",), doc=__doc__, scenario="init-vs-init")
