"""seed-addr-addr: two threads give one ITS different addresses, and both succeed.

SET_ATTR(ADDR) tests that there is no address yet, then stores one, under no lock. Both threads test before either
stores; one of them goes on with an address that is not the ITS's ( docs/facts/races.md#2.1; own reading of v7 of July
2016; Linux 4.8 has it, too). No commit is known.
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.bugs.structures import init_registers
from aiovgic.bugs.structures.stored_address import StoredAddress
from aiovgic.sync import replaces


@replaces(StoredAddress)
class SeedAddrAddr(StoredAddress):
    """No lock excludes another thread between test and store."""

    async def set_addr(self, base: int) -> None:
        await self.store_addr(base)


LAYERS = (*init_registers.LAYERS, SeedAddrAddr)

BUG = Bug(id="seed-addr-addr", layers=LAYERS, kinds=("expectation", "not-serial"), doc=__doc__, scenario="addr-vs-addr")
