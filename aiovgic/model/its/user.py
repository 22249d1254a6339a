"""What userspace does with an ITS: its address, and its registers."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, cast

from aiovgic.arch import gits
from aiovgic.arch.idregs import IDREGS_OFFSET
from aiovgic.arch.register import W64
from aiovgic.arch.words import SZ_64K, mask
from aiovgic.errors import UapiError
from aiovgic.model.dist import VGIC_ADDR_UNDEF
from aiovgic.model.mmio import Access, Row
from aiovgic.sync import Part

if TYPE_CHECKING:
    from aiovgic.model.its.its import Its
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.sync import Parts


class ItsUser(Part):
    """Userspace's access to one ITS: its place on the bus, and the registers of its frame."""

    def __init__(self, parts: Parts, name: str, its: Its) -> None:
        super().__init__(parts, name)
        self.its = its
        self.vm = its.vm

    # -- the address ------------------------------------------------------------------------------

    async def get_addr(self) -> int:
        """The address, all ones before it is set."""
        return await self.its.vgic_its_base.load()

    async def set_addr(self, base: int) -> None:
        """Check an address without a lock, then register. Raises EEXIST, EINVAL, E2BIG, EBUSY, ENOSPC."""
        current = await self.its.vgic_its_base.load()
        self.vm.check_iorange(current, base, SZ_64K, gits.KVM_VGIC_V3_ITS_SIZE)
        await self.register_its_iodev(base)

    async def register_its_iodev(self, base: int) -> None:
        """Take the address and answer there (vgic_register_its_iodev). Raises EBUSY, ENOSPC."""
        async with self.vm.slots_lock:
            if await self.has_base():
                raise UapiError(errno.EBUSY, f"{self.its.name} has got another address meanwhile")
            await self.its.vgic_its_base.store(base)
            try:
                await self.vm.bus.register(base, gits.KVM_VGIC_V3_ITS_SIZE, self.its)
            except UapiError:
                await self.unset_base()
                raise

    async def unset_base(self) -> None:
        """Registering failed: the address can be set again."""
        await self.its.vgic_its_base.store(VGIC_ADDR_UNDEF)

    async def has_base(self) -> bool:
        """The re-check of register_its_iodev: whether there is an address by now."""
        return await self.its.vgic_its_base.load() != VGIC_ADDR_UNDEF

    # -- ITS_REGS (vgic_its_attr_regs_access) -----------------------------------------------------------

    def check_reg_alignment(self, offset: int) -> None:
        """Raises EINVAL where no register can be."""
        narrow = offset < gits.TYPER.offset or offset >= IDREGS_OFFSET
        if offset % (4 if narrow else 8):
            raise UapiError(errno.EINVAL, f"{offset:#x} is not aligned")

    async def has_reg(self, offset: int) -> None:
        """Whether there is a register. Raises EINVAL, ENXIO."""
        self.check_reg_alignment(offset)
        self.user_access(offset)

    async def get_reg(self, offset: int) -> int:
        """The register at an offset. Raises ENXIO."""
        await self.check_base()
        row, at = self.user_access(offset)
        value: int = await getattr(self.its.frame, row.uread)(at) if row.uread else 0
        return value

    async def set_reg(self, offset: int, value: int) -> None:
        """Write the register at an offset, with all its effects. Raises ENXIO, EINVAL, EBUSY."""
        await self.check_base()
        row, at = self.user_access(offset)
        if row.uwrite:
            await getattr(self.its.frame, row.uwrite)(at, value)

    async def check_base(self) -> None:
        """Raises ENXIO before the address is set."""
        if not await self.has_base():
            raise UapiError(errno.ENXIO, f"{self.its.name} has no address")

    def user_access(self, offset: int) -> tuple[Row, Access]:
        """A register, and the access of all its bytes from an offset of which 32 bits count. Raises ENXIO."""
        offset &= mask(31, 0)
        row = self.its.frame.TABLE.at(offset)
        if row is None:
            raise UapiError(errno.ENXIO, f"there is no register at {offset:#x}")
        no_vcpu = cast("Vcpu", None)  # an ITS belongs to no vCPU
        return row, Access(no_vcpu, None, offset, 8 if row.takes(W64) else 4)
