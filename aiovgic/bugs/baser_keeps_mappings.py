"""baser-keeps-mappings: devices outlive the table that they were mapped in.

A guest turns the ITS off, gives it another device table and turns it on. Only a write that clears GITS_BASER.Valid
frees what was mapped, so the ITS goes on translating for devices of the old table, and saves them into the new one
(docs/facts/mainline.md#1.2, baser-rewrite; docs/facts/uapi.md#17: in 6.1 and in 6.18 to 7.1; 6.12.117 and 7.2 free on
any change). No commit is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.its.frame import ItsFrame
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.arch.gits import Baser


@replaces(ItsFrame)
class BaserKeepsMappings(ItsFrame):
    """A write that leaves Valid 0 forgets what the table held; any other write keeps it."""

    def baser_drops(self, old: Baser, new: Baser) -> bool:
        return not new.valid


LAYERS = (BaserKeepsMappings,)

BUG = Bug(id="baser-keeps-mappings", layers=LAYERS, kinds=("map", "expectation"), scenario="baser-vs-msi", doc=__doc__)
