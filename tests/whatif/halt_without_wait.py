"""What if a halt of the VM asked the vCPUs out of their guests, and did not wait for them?"""

from __future__ import annotations

from aiovgic.model.vm import Vm
from aiovgic.sync import replaces


@replaces(Vm)
class HaltWithoutWait(Vm):
    """kvm_make_all_cpus_request without KVM_REQUEST_WAIT."""

    async def pause_guest(self) -> None:
        for vcpu in await self.each_vcpu():
            await vcpu.pause.update(lambda count: count + 1)
            await vcpu.request_sleep()


LAYERS = (HaltWithoutWait,)
