"""Descriptors: which VM, devices and vCPUs the threads of a process can name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.sync import ACQUIRE, Part

if TYPE_CHECKING:
    from aiovgic.sync import Parts

CHANGING = ("create_vm", "destroy_vm", "create_device", "create_vcpu", "close_device")
"""Operations that make or close descriptors."""


class Files(Part):
    """The table of descriptors (struct files_struct), as far as its changes can race with its readers.

    Where no racing task makes or closes any, looking one up is no point.
    """

    def __init__(self, parts: Parts, name: str, *, changing: bool, destroying: bool = False) -> None:
        super().__init__(parts, name)
        self.changing = changing
        self.destroying = destroying
        """Some racing task ends the VM: running ioctls are counted."""
        self.fds = self.shared("fds", 0)

    async def look(self) -> None:
        """A descriptor is about to be looked up."""
        if self.changing:
            await self.fds.load(ACQUIRE)

    async def change(self) -> None:
        """A descriptor is about to be installed or taken away."""
        if self.changing:
            await self.fds.update(lambda changes: changes + 1)
