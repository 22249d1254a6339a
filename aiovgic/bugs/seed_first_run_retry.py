"""seed-first-run-retry: a first run that failed half-way registers an ITS a second time.

The first run registers one ITS, finds the next not initialised, and fails with EBUSY. What it registered stays on the
bus. Userspace initialises the other ITS, runs again, and the first one is registered once more while it is live
(docs/facts/races.md#2.2; own reading of Linux 4.8 to 4.11). No commit is known.
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.bugs.structures import first_run_registers
from aiovgic.bugs.structures.first_run_registers import FirstRunRegisters
from aiovgic.sync import replaces


@replaces(FirstRunRegisters)
class SeedFirstRunRetry(FirstRunRegisters):
    """A failed first run leaves the ITSes registered that it has registered."""

    async def unmap_iodev(self) -> None:
        """Leave the ITS on the bus."""


LAYERS = (*first_run_registers.LAYERS, SeedFirstRunRetry)

BUG = Bug(id="seed-first-run-retry", layers=LAYERS, kinds=("list",), doc=__doc__, scenario="first-run-retry")
