"""Linux 4.8 to 4.11: ITSes go on the bus at the first vCPU run, over v6.1 (docs/facts/uapi.md#13, column B, and #17).

What a guest's ITS did then is in ``v4_8_its``.
"""

from __future__ import annotations

from aiovgic.bugs.seed_addr_addr import SeedAddrAddr
from aiovgic.bugs.seed_first_run_retry import SeedFirstRunRetry
from aiovgic.bugs.seed_hasits_early import SeedHasitsEarly
from aiovgic.bugs.structures import first_run_registers
from aiovgic.revisions import its_2016

LAYERS = (
    *its_2016.LAYERS,
    *first_run_registers.LAYERS,
    SeedAddrAddr,
    SeedFirstRunRetry,
    SeedHasitsEarly,
)
