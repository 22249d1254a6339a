"""What one task of userspace has: the descriptors it counts, and what its reads gave."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.errors import UapiError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.model.vcpu import Vcpu
    from aiovgic.uapi.device import KvmDevice

RING = 4096
READS = 8


class Actor:
    """One thread of userspace.

    Devices and vCPUs are called by index: first those the set-up made, then this thread's own, in
    the order it made them. So an index means the same whatever other threads do.
    """

    def __init__(self, name: str, like: Actor | None = None) -> None:
        self.name = name
        self.devices: list[KvmDevice | None] = [] if like is None else list(like.devices)
        self.vcpus: list[Vcpu] = [] if like is None else list(like.vcpus)
        self.gets: list[int] = []
        self.reads: dict[tuple[str, int | str], list[int]] = {}

    def new_vm(self) -> None:
        """Another VM: its devices and vCPUs are numbered anew; what gets returned is remembered."""
        self.devices.clear()
        self.vcpus.clear()
        self.reads.clear()

    # -- descriptors ------------------------------------------------------------------------

    def vcpu(self, index: int) -> Vcpu:
        """A vCPU's file descriptor. Raises EBADF."""
        if index >= len(self.vcpus):
            raise UapiError(errno.EBADF, f"there is no vCPU number {index}")
        return self.vcpus[index]

    def device(self, index: int) -> KvmDevice:
        """A device's file descriptor. Raises EBADF."""
        device = self.devices[index] if index < len(self.devices) else None
        if device is None:
            raise UapiError(errno.EBADF, f"there is no device number {index}")
        return device

    # -- what was read ----------------------------------------------------------------------

    def note_get(self, value: int) -> None:
        """A get_device_attr ended; a failed one counts as 0."""
        self.gets.append(value)

    def nth_get(self, n: int) -> int:
        """The value of the nth latest get: 1 is the latest, and again RING gets before it."""
        return nth(self.gets, n, RING)

    def note_read(self, how: str, vcpu: int | str, value: int) -> None:
        """A read of this kind on this vCPU ended well."""
        self.reads.setdefault((how, vcpu), []).append(value)

    def nth_read(self, how: str, vcpu: int | str, n: int) -> int:
        """The value of the nth latest read of this kind on this vCPU: 1 is the latest, and again READS before it."""
        return nth(self.reads.get((how, vcpu), []), n, READS)


def nth(values: Sequence[int], n: int, ring: int) -> int:
    """The nth latest value of a ring with so many places, which are 0 at first."""
    back = (n - 1) % ring + 1
    return values[-back] if back <= len(values) else 0
