"""disable-lpis-running: LPIs are pulled off the list of a vCPU that has them in list registers.

Clearing EnableLPIs flushes a vCPU's list, and MOVALL sends its LPIs elsewhere, while the vCPU is in the guest. What
its list registers hold is folded into interrupts that are on no list any more: pending state comes back after it was
lost, or an LPI shows up on two vCPUs ( docs/facts/races.md#22; mended by stopping the VM, a series of September 2026;
6.12.117 has the fault). No commit is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.its.commands import ItsCommands
from aiovgic.model.redist import Redist
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu


@replaces(Redist)
class DisableLpisRunning(Redist):
    """The vCPUs are not stopped while EnableLPIs is cleared."""

    async def stop_vm(self, running: Vcpu | None) -> None:
        pass

    async def restart_vm(self, running: Vcpu | None) -> None:
        pass


@replaces(ItsCommands)
class MovallRunning(ItsCommands):
    """The vCPUs are not stopped for MOVALL."""

    async def stop_vm(self) -> None:
        pass

    async def restart_vm(self) -> None:
        pass


LAYERS = (DisableLpisRunning, MovallRunning)

BUG = Bug(
    id="disable-lpis-running",
    layers=LAYERS,
    kinds=("lr-edit", "list", "lost-interrupt", "expectation"),
    scenario="lpi-off-vs-guest",
    doc=__doc__,
)
