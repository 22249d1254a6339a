"""Operations of userspace on its own mapping of guest memory: each is one point, without locks."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any, ClassVar

from aiovgic.errors import UapiError
from aiovgic.sync import MemoryAccess
from aiovgic.uapi.fields import MAX64

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.model.memory import Ram
    from aiovgic.uapi.actor import Actor
    from aiovgic.uapi.machine import Machine

    Fields = Mapping[str, Any]


MAX_READ = 1 << 24
"""Bytes that one mem_read gives at most, by userspace or by a guest."""


class MemoryOps:
    """Reading and writing the RAM of the VM there is."""

    NAMES: ClassVar = ("mem_write", "mem_read", "mem_scan")

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    async def place(self, gpa: int, length: int, *, write: bool) -> tuple[Ram, int]:
        """The RAM and the offset of a range that is about to be accessed. Raises EFAULT outside RAM."""
        await self.machine.files.look()
        session = self.machine.session
        slot = None if session is None else session.ram
        if session is None or slot is None or not slot.holds(gpa, length):
            raise UapiError(errno.EFAULT, f"{gpa:#x} and {length} bytes are not RAM")
        await MemoryAccess(session.vm.memory, gpa, length, write=write)
        return slot.ram, gpa - slot.gpa

    async def mem_write(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """Write bytes, or 64-bit words."""
        data = fields["hex"] if "hex" in fields else fields["u64"]
        ram, offset = await self.place(fields["gpa"], len(data), write=True)
        ram.write(offset, data)
        return {}

    async def mem_read(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """Read bytes."""
        length = fields["len"]
        ram, offset = await self.place(fields["gpa"], length, write=False)
        if length > MAX_READ:
            raise UapiError(errno.ENOMEM, f"mem_read: {length:#x} bytes; one read gives at most {MAX_READ:#x}")
        return {"hex": ram.read(offset, length).hex()}

    async def mem_scan(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """Address and value of every 64-bit word that is not zero."""
        gpa, length = fields["gpa"], fields["len"]
        ram, offset = await self.place(gpa, length, write=False)
        return {"words": [[hex(gpa - offset + at & MAX64), hex(value)] for at, value in ram.words(offset, length)]}
