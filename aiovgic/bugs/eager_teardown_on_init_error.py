"""eager-teardown-on-init-error: a first run that fails frees the vGIC while other tasks use it.

A task that failed to map the vGIC freed it at once. An injector that has seen it initialised, and
found its interrupt there, goes on in freed memory (docs/facts/races.md#30; df5fd75ee305, 6.12, which
lets the VM die instead).
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.init import VgicInit
from aiovgic.sync import replaces


@replaces(VgicInit)
class EagerTeardownOnInitError(VgicInit):
    """Everything that INIT allocated is freed (kvm_vgic_destroy)."""

    async def map_failed(self) -> None:
        async with self.vm.config_lock:
            await self.vm.dist.initialized.store(value=False)
            await self.undo_init(0)


LAYERS = (EagerTeardownOnInitError,)

BUG = Bug(
    id="eager-teardown-on-init-error",
    layers=LAYERS,
    kinds=("use-after-free", "data-race"),
    scenario="failed-run-vs-line",
    commit="df5fd75ee305",
    doc=__doc__,
)
