"""What one task of userspace remembers between its operations."""

from __future__ import annotations

RING = 4096
READS = 8


class Actor:
    """One thread of userspace: what its gets returned, and what its guest's reads did."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.gets: list[int] = []
        self.reads: dict[int, list[int]] = {}

    def note_get(self, value: int) -> None:
        """A get_device_attr ended; a failed one counts as 0."""
        self.gets.append(value)

    def nth_get(self, n: int) -> int:
        """The value of the nth latest get: 1 is the latest."""
        return self.gets[-n] if 0 < n <= min(len(self.gets), RING) else 0

    def note_read(self, vcpu: int, value: int) -> None:
        """A sysreg_read on this vCPU ended well."""
        self.reads.setdefault(vcpu, []).append(value)

    def nth_read(self, vcpu: int, n: int) -> int:
        """The value of the nth latest sysreg_read of this vCPU."""
        reads = self.reads.get(vcpu, [])
        return reads[-n] if 0 < n <= min(len(reads), READS) else 0

    def forget_reads(self, vcpu: int) -> None:
        """A new vCPU has this index."""
        self.reads.pop(vcpu, None)
