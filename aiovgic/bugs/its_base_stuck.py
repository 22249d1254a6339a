"""its-base-stuck: an ITS that could not be put on the bus keeps its address.

SET_ATTR(ADDR) stores the base, then registers the device. Where registering fails (the bus is full, or memory is
short) the base stays, so that ADDR answers EEXIST from then on although no device is there
(docs/facts/races.md#variants; still in 6.12.117). No commit is known.
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.its.user import ItsUser
from aiovgic.sync import replaces


@replaces(ItsUser)
class ItsBaseStuck(ItsUser):
    """The stored base is not rolled back."""

    async def unset_base(self) -> None:
        """Keep the base although registering has failed."""


LAYERS = (ItsBaseStuck,)

BUG = Bug(id="its-base-stuck", layers=LAYERS, kinds=("expectation",), scenario="addr-again", doc=__doc__)
