"""Which halts of the VM are in force: a probe for the rule `in-guest-while-halted`.

The layer changes nothing. It lies over all others, so a layer below that halts the VM in another way is counted, too.
"""

from __future__ import annotations

from aiovgic.model.vm import Vm
from aiovgic.sync import helper, instrument, replaces


@instrument
@replaces(Vm)
class ProbedVm(Vm):
    """Counts a halt from the moment when it is complete until it ends."""

    async def halt_guest(self) -> None:
        await super().halt_guest()
        self.rt.racy(self.halt_complete)

    async def resume_guest(self) -> None:
        self.rt.racy(self.halt_ends)
        await super().resume_guest()

    @helper
    def halt_complete(self) -> None:
        """Count a halt: until it ends no vCPU is in its guest. Raises Violation if a vCPU is there now."""
        self.halts += 1
        for vcpu in self.vcpus.value:
            vcpu.check_not_halted()

    @helper
    def halt_ends(self) -> None:
        """Stop counting the halt."""
        self.halts -= 1
