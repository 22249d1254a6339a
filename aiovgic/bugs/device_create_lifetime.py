"""device-create-lifetime: a device's descriptor can be closed before it holds its VM.

KVM_CREATE_DEVICE installed the descriptor, then took a reference to the VM for it. A descriptor's number is
easily guessed: another thread closes it in between, which drops a reference that was not taken yet, and the
VM is freed while other threads use it (docs/facts/races.md#35; CVE-2019-6974, cfa39381173d, 5.0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.sync import replaces
from aiovgic.uapi.create import Creation

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


@replaces(Creation)
class DeviceCreateLifetime(Creation):
    """The descriptor first, then what it holds."""

    async def publish_device(self, install: Callable[[], Awaitable[None]]) -> None:
        await install()
        await self.vm.users_count.get()


LAYERS = (DeviceCreateLifetime,)

BUG = Bug(
    id="device-create-lifetime",
    layers=LAYERS,
    kinds=("use-after-free", "refcount"),
    scenario="create-vs-close",
    commit="cfa39381173d",
    cve="CVE-2019-6974",
    doc=__doc__,
)
