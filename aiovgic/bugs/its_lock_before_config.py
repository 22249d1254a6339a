"""its-lock-before-config: an ITS is saved with its_lock outside config_lock.

Everywhere else config_lock comes first. Two tasks that take the two locks in different orders wait for each
other (docs/facts/races.md#40; 49e5d16b6fc0, 6.4).
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.its.its import Its
from aiovgic.sync import replaces
from aiovgic.uapi.constants import Ctrl
from aiovgic.uapi.its_device import ItsDevice


@replaces(ItsDevice)
class ItsLockBeforeConfig(ItsDevice):
    """The lock of the ITS is taken before the vCPUs are stopped and config_lock is taken."""

    async def ctrl(self, attr: int) -> None:
        if attr != Ctrl.ITS_SAVE_TABLES:
            await super().ctrl(attr)
            return
        vm = self.vm
        vcpus = await vm.stop_all()
        try:
            async with self.its.its_lock, vm.config_lock:
                await self.ctrl_stopped(attr)
        finally:
            vm.unlock_all(vcpus)


@replaces(Its)
class SavesWithLockHeld(Its):
    """The tables are saved by a caller that already holds its_lock."""

    async def save_tables(self) -> None:
        await self.saver.save_tables()


LAYERS = (ItsLockBeforeConfig, SavesWithLockHeld)

BUG = Bug(
    id="its-lock-before-config",
    layers=LAYERS,
    kinds=("lock-order", "deadlock"),
    scenario="save-vs-irqfd",
    commit="49e5d16b6fc0",
    doc=__doc__,
)
