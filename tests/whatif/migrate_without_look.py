"""What if an interrupt were handed over without a second look under both lists' locks?

Its target may have changed, which the next exit corrects; or its list has been flushed. On the base the VM is
stopped while a list is flushed, so this goes with the flush of old.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.structures import flush_unstopped
from aiovgic.model.ap_list import ApList
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq
    from aiovgic.model.vcpu import Vcpu


@replaces(ApList)
class MigrateWithoutLook(ApList):
    """What was true before the locks were dropped is true."""

    def still_migrates(self, irq: Irq, target: Vcpu) -> bool:
        return True


LAYERS = (*flush_unstopped.LAYERS, MigrateWithoutLook)
