"""The patch that introduced the ITS device (v7, July 2016): its init sequence, over v6.1.

SET_ATTR(ADDR) checks and stores the base without a lock. CTRL_INIT puts the device on the bus
where the base says it is at that moment, whether one was set or not, and nothing remembers
that it was done. The region is 64 KiB, so that the doorbell's page is not covered (
docs/facts/uapi.md#13, column A; docs/facts/races.md#2). Freeing the ITS with its VM is not here:
in KVM, then as now, the buses go first.
"""

from __future__ import annotations

from aiovgic.bugs.seed_addr_addr import SeedAddrAddr
from aiovgic.bugs.seed_addr_after_init import SeedAddrAfterInit
from aiovgic.bugs.seed_addr_init import SeedAddrInit
from aiovgic.bugs.seed_hasits_early import SeedHasitsEarly
from aiovgic.bugs.seed_init_init import SeedInitInit
from aiovgic.bugs.seed_region_64k import SeedRegion64k
from aiovgic.bugs.structures import init_registers
from aiovgic.revisions import its_2016

LAYERS = (
    *its_2016.LAYERS,
    *init_registers.LAYERS,
    SeedAddrAddr,
    SeedAddrAfterInit,
    SeedAddrInit,
    SeedInitInit,
    SeedRegion64k,
    SeedHasitsEarly,
)
