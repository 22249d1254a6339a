"""seed-addr-after-init: INIT before ADDR registers an ITS at no address at all.

Nothing tests at INIT that there is an address: the device goes on the bus at all ones. ADDR is accepted afterwards,
GET_ATTR returns it, and no device is there (docs/facts/races.md#2.1; own reading of v7 of July 2016; ENXIO from 4.8
on). No commit is known.
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.bugs.structures import init_registers
from aiovgic.bugs.structures.init_registers import InitRegisters
from aiovgic.sync import replaces


@replaces(InitRegisters)
class SeedAddrAfterInit(InitRegisters):
    """The base is not checked."""

    def is_address(self, base: int) -> bool:
        return True


LAYERS = (*init_registers.LAYERS, SeedAddrAfterInit)

BUG = Bug(id="seed-addr-after-init", layers=LAYERS, kinds=("expectation",), doc=__doc__, scenario="addr-after-init")
