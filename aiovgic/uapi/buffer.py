"""The memory of userspace that an attribute's address points at."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.arch.words import from_le, merge, to_le
from aiovgic.errors import UapiError

if TYPE_CHECKING:
    from aiovgic.model.faults import Faults


class UserBuffer:
    """Eight bytes of userspace, or a bad pointer; little-endian."""

    def __init__(self, faults: Faults, value: int = 0, *, bad: bool = False) -> None:
        self.faults = faults
        self.value = value
        self.bad = bad

    async def get_user(self, width: int) -> int:
        """Copy ``width`` bytes in (get_user). Raises EFAULT."""
        if self.bad:
            raise UapiError(errno.EFAULT, "the pointer is bad")
        await self.faults.copy("from the attribute")
        return from_le(to_le(self.value, 8)[:width])

    async def put_user(self, value: int, width: int) -> None:
        """Copy ``width`` bytes out (put_user). Raises EFAULT."""
        if self.bad:
            raise UapiError(errno.EFAULT, "the pointer is bad")
        await self.faults.copy("to the attribute")
        self.value = merge(self.value, value, 0, width)
