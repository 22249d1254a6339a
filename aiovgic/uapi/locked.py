"""The lock recipe of register access: everything stopped, then the configuration lock."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiovgic.model.vm import Vm


@asynccontextmanager
async def all_stopped(vm: Vm) -> AsyncIterator[None]:
    """kvm->lock, every vCPU's mutex (tried), config_lock (lock_all_vcpus). Raises EBUSY."""
    vcpus = await vm.stop_all()
    try:
        async with vm.config_lock:
            yield
    finally:
        vm.unlock_all(vcpus)
