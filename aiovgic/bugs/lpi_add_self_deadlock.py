"""lpi-add-self-deadlock: a new LPI that finds no room in the index waits for its own lock.

Room is reserved before lpi_xa_lock is taken. A dying LPI of the same INTID that is erased in between takes the room
along, and under the lock there may be no memory for more. The error path then gives the reservation back by a call
that takes lpi_xa_lock, which it holds (docs/facts/races.md#25c; visible in 6.12). No commit is known.
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.lpi_index import LpiIndex
from aiovgic.sync import replaces


@replaces(LpiIndex)
class LpiAddSelfDeadlock(LpiIndex):
    """Room is given back before the lock is."""

    async def has_room(self, intid: int) -> bool:
        there = await super().has_room(intid)
        if not there:
            await self.release(intid)
        return there


LAYERS = (LpiAddSelfDeadlock,)

BUG = Bug(id="lpi-add-self-deadlock", layers=LAYERS, kinds=("deadlock",), scenario="mapti-without-memory", doc=__doc__)
