"""The memory of userspace that an attribute's address points at."""

from __future__ import annotations

import errno

from aiovgic.arch.words import from_le, merge, to_le
from aiovgic.errors import UapiError


class UserBuffer:
    """Eight bytes of userspace, or a bad pointer; little-endian."""

    def __init__(self, value: int = 0, *, bad: bool = False) -> None:
        self.value = value
        self.bad = bad

    def get_user(self, width: int) -> int:
        """Copy ``width`` bytes in (get_user). Raises EFAULT."""
        if self.bad:
            raise UapiError(errno.EFAULT, "the pointer is bad")
        return from_le(to_le(self.value, 8)[:width])

    def put_user(self, value: int, width: int) -> None:
        """Copy ``width`` bytes out (put_user). Raises EFAULT."""
        if self.bad:
            raise UapiError(errno.EFAULT, "the pointer is bad")
        self.value = merge(self.value, value, 0, width)
