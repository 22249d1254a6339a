"""halts-not-counted: two tasks stop the VM, and the first that is done resumes it while the other needs it stopped.

A task that needs all vCPUs out of the guest sets a flag in each, and clears it afterwards. Writes of active state
exclude one another, but neither turning LPIs off nor MOVALL takes the same lock: two tasks stop the VM at once, and a
vCPU enters the guest with list registers that the second task is about to edit (docs/facts/races.md#22, which needs a
halt that nests; docs/facts/interrupts.md#7: a count in 6.12). Found by reading the code. No commit is known.
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.vm import Vm
from aiovgic.sync import replaces


@replaces(Vm)
class HaltsNotCounted(Vm):
    """A flag in each vCPU (vcpu->arch.pause)."""

    async def pause_guest(self) -> None:
        for vcpu in await self.each_vcpu():
            await vcpu.pause.store(1)
        running = [vcpu for vcpu in await self.each_vcpu() if await vcpu.request_sleep()]
        for vcpu in running:
            await vcpu.wait_until_outside()

    async def unpause_guest(self) -> None:
        for vcpu in await self.each_vcpu():
            await vcpu.pause.store(0)
            vcpu.wait.wake()


LAYERS = (HaltsNotCounted,)

BUG = Bug(id="halts-not-counted", layers=LAYERS, kinds=("lr-edit", "list"), scenario="two-halts", doc=__doc__)
