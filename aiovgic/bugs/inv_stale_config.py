"""inv-stale-config: of two reloads of an LPI's configuration the older byte may be stored last.

The byte is read before irq_lock is taken. One reload reads it, the guest changes it and asks for another reload,
which stores the new byte; then the first stores the old one ( docs/facts/interrupts.md#9, row 10; still in 6.12.117).
No commit is known.
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.lpi_tables import LpiTables
from aiovgic.sync import replaces


@replaces(LpiTables)
class InvStaleConfig(LpiTables):
    """The byte is not read again after it was stored."""

    async def is_newest(self, gpa: int, prop: int) -> bool:
        return True


LAYERS = (InvStaleConfig,)

BUG = Bug(
    id="inv-stale-config", layers=LAYERS, kinds=("expectation", "lost-interrupt"), scenario="inv-vs-inv", doc=__doc__
)
