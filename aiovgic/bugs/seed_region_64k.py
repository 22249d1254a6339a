"""seed-region-64k: the doorbell of an ITS is not on the bus.

The constant says 64 KiB, the documentation 128: GITS_TRANSLATER lies in the second page, which is not registered. An
MSI finds no ITS, and a guest's store to the doorbell leaves to userspace (docs/facts/races.md#2.1; own reading of v7
of July 2016; mended when it was merged). No commit is known.
"""

from __future__ import annotations

from aiovgic.arch.words import SZ_64K
from aiovgic.bugs.catalogue import Bug
from aiovgic.bugs.structures import init_registers
from aiovgic.bugs.structures.init_registers import InitRegisters
from aiovgic.sync import replaces


@replaces(InitRegisters)
class SeedRegion64k(InitRegisters):
    """Only the control frame is on the bus."""

    def region_size(self) -> int:
        return SZ_64K


LAYERS = (*init_registers.LAYERS, SeedRegion64k)

BUG = Bug(id="seed-region-64k", layers=LAYERS, kinds=("expectation",), doc=__doc__, scenario="doorbell-page")
