"""The control frame of an ITS: its registers, as a guest and as userspace see them.

``cmd_lock`` guards the ring's registers and, for a guest, ``enabled``. MMIO reads take no lock,
nor do the looks at ``enabled`` before CBASER and BASER are written; so all of them are
shared words (docs/facts/interrupts.md#8.1).
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.arch import gits
from aiovgic.arch.idregs import GITS_ABI_REV, GITS_ID_VALUES, KVM_IIDR, Iidr
from aiovgic.arch.words import WORD_BYTES, mask, merge
from aiovgic.errors import UapiError
from aiovgic.model.mmio import Frame, On, Table
from aiovgic.model.sanitise import attributes

if TYPE_CHECKING:
    from aiovgic.model.its.its import Its
    from aiovgic.model.mmio import Access
    from aiovgic.sync import Parts, Shared

RING_ALIGNMENT = 0x10000


class ItsFrame(Frame):
    """The registers of one ITS (its_registers)."""

    def __init__(self, parts: Parts, name: str, its: Its) -> None:
        super().__init__(parts, name, its.vm)
        self.its = its

    # -- CTLR -----------------------------------------------------------------------------------

    async def read_ctlr(self, _at: Access) -> int:
        """GITS_CTLR: quiescent whenever the ring is empty, on or off (vgic_mmio_read_its_ctlr)."""
        async with self.its.cmd_lock:
            quiescent = await self.its.creadr.load() == await self.its.cwriter.load()
            return gits.GitsCtlr.of(quiescent=quiescent, enabled=await self.its.enabled.load())

    async def write_ctlr(self, _at: Access, value: int) -> None:
        """GITS_CTLR: off empties the cache, on does what is in the ring (vgic_mmio_write_its_ctlr)."""
        enabled = gits.GitsCtlr(value).enabled
        async with self.its.cmd_lock:
            if enabled and not await self.may_enable():
                return
            await self.its.enabled.store(enabled)
            if not enabled:
                await self.its.forget_translations()
            await self.its.queue.channel.call(None)

    async def may_enable(self) -> bool:
        """Whether it is on already, or ring and both tables are valid."""
        return await self.its.enabled.load() or (
            gits.Baser(await self.its.baser_device_table.load()).valid
            and gits.Baser(await self.its.baser_coll_table.load()).valid
            and gits.Cbaser(await self.its.cbaser.load()).valid
        )

    # -- the ring ---------------------------------------------------------------------------------

    async def read_cbaser(self, at: Access) -> int:
        """GITS_CBASER."""
        return extract_bytes(await self.its.cbaser.load(), at)

    async def write_cbaser(self, at: Access, value: int) -> None:
        """GITS_CBASER: ignored while on, else the ring is empty (vgic_mmio_write_its_cbaser)."""
        if await self.its.enabled.load():
            return
        async with self.its.cmd_lock:
            raw = update_64bit_reg(await self.its.cbaser.load(), at, value)
            await self.its.cbaser.store(self.sanitise_cbaser(gits.Cbaser(raw)))
            await self.its.creadr.store(0)
            await self.its.cwriter.store(0)

    def sanitise_cbaser(self, word: gits.Cbaser) -> gits.Cbaser:
        """What is kept of a CBASER: the ring is aligned to 64 KiB (vgic_sanitise_its_cbaser)."""
        base = word.base - word.base % RING_ALIGNMENT
        return word.but(base=base, **attributes(word.share, word.inner, word.outer))

    async def read_cwriter(self, at: Access) -> int:
        """GITS_CWRITER."""
        return extract_bytes(await self.its.cwriter.load(), at)

    async def write_cwriter(self, at: Access, value: int) -> None:
        """GITS_CWRITER: do what is new in the ring; a cursor past its end is ignored (vgic_mmio_write_its_cwriter)."""
        async with self.its.cmd_lock:
            cursor = gits.Cursor(update_64bit_reg(await self.its.cwriter.load(), at, value)).offset
            if cursor >= gits.Cbaser(await self.its.cbaser.load()).size_bytes:
                return
            await self.its.cwriter.store(cursor)
            await self.its.queue.channel.call(None)

    async def read_creadr(self, at: Access) -> int:
        """GITS_CREADR."""
        return extract_bytes(await self.its.creadr.load(), at)

    async def uwrite_creadr(self, _at: Access, value: int) -> None:
        """GITS_CREADR by userspace, only while off (vgic_mmio_uaccess_write_its_creadr). Raises EBUSY, EINVAL."""
        async with self.its.cmd_lock:
            if await self.its.enabled.load():
                raise UapiError(errno.EBUSY, f"{self.its.name} is on")
            cursor = gits.Cursor(value).offset
            if cursor >= gits.Cbaser(await self.its.cbaser.load()).size_bytes:
                raise UapiError(errno.EINVAL, f"{cursor:#x} is past the end of the ring")
            await self.its.creadr.store(cursor)

    # -- the tables -------------------------------------------------------------------------------

    def baser(self, offset: int) -> Shared[int] | None:
        """The BASER at an offset; only the first two are there."""
        match (offset - gits.BASER.offset) // gits.BASER.stride:
            case 0:
                return self.its.baser_device_table
            case 1:
                return self.its.baser_coll_table
            case _:
                return None

    async def read_baser(self, at: Access) -> int:
        """GITS_BASERn (vgic_mmio_read_its_baser)."""
        table = self.baser(at.offset)
        return 0 if table is None else extract_bytes(await table.load(), at)

    async def write_baser(self, at: Access, value: int) -> None:
        """GITS_BASERn: ignored while on; the store takes no lock (vgic_mmio_write_its_baser)."""
        table = self.baser(at.offset)
        if table is None or await self.its.enabled.load():
            return
        old = gits.Baser(await table.load())
        kind = self.table_type(table)
        new = self.sanitise_baser(gits.Baser(update_64bit_reg(old, at, value)), kind)
        await table.store(int(new))
        if self.baser_drops(old, new):
            async with self.its.its_lock:
                await self.its.drop_mappings(table)

    def table_type(self, table: Shared[int]) -> int:
        """Which kind of table a BASER is for."""
        devices = table is self.its.baser_device_table
        return gits.GITS_BASER_TYPE_DEVICE if devices else gits.GITS_BASER_TYPE_COLLECTION

    def sanitise_baser(self, word: gits.Baser, kind: int) -> gits.Baser:
        """What is kept of a BASER: type, entry size and page size are fixed (vgic_sanitise_its_baser)."""
        return word.but(
            type=kind,
            entry_size=gits.BASER0_RESET.entry_size,
            page_size=gits.BASER_PAGE_64K,
            indirect=word.indirect and kind == gits.GITS_BASER_TYPE_DEVICE,
            **attributes(word.share, word.inner, word.outer),
        )

    def baser_drops(self, old: gits.Baser, new: gits.Baser) -> bool:
        """Whether such a write forgets what the table held: any change of value."""
        return old != new

    # -- identification -----------------------------------------------------------------------------

    async def read_iidr(self, _at: Access) -> int:
        """GITS_IIDR: its revision is that of the saved tables (vgic_mmio_read_its_iidr)."""
        return KVM_IIDR.but(revision=GITS_ABI_REV)

    async def uwrite_iidr(self, _at: Access, value: int) -> None:
        """GITS_IIDR by userspace chooses that revision; there is one. Raises EINVAL."""
        if Iidr(value).revision != GITS_ABI_REV:
            raise UapiError(errno.EINVAL, f"there is no revision {Iidr(value).revision} of the tables")

    async def read_typer(self, at: Access) -> int:
        """GITS_TYPER (vgic_mmio_read_its_typer)."""
        return extract_bytes(gits.TYPER_VALUE, at)

    async def read_idregs(self, at: Access) -> int:
        """The identification registers (vgic_mmio_read_its_idregs)."""
        return GITS_ID_VALUES.get(at.offset, 0)


def extract_bytes(reg: int, at: Access) -> int:
    """The bytes of a 64-bit register that an access reads; zero past its end."""
    return reg >> 8 * (at.offset % WORD_BYTES) & mask(8 * at.length - 1, 0)


def update_64bit_reg(reg: int, at: Access, value: int) -> int:
    """A 64-bit register after a write; of one that goes past its end nothing is cleared."""
    offset = at.offset % WORD_BYTES
    if offset + at.length > WORD_BYTES:
        return (reg | value << 8 * offset) & mask(63, 0)
    return merge(reg, value, offset, at.length)


# fmt: off
ItsFrame.TABLE = Table((
    On(gits.CTLR,    read=ItsFrame.read_ctlr,    write=ItsFrame.write_ctlr),
    On(gits.IIDR,    read=ItsFrame.read_iidr,    uwrite=ItsFrame.uwrite_iidr),
    On(gits.TYPER,   read=ItsFrame.read_typer),
    On(gits.CBASER,  read=ItsFrame.read_cbaser,  write=ItsFrame.write_cbaser),
    On(gits.CWRITER, read=ItsFrame.read_cwriter, write=ItsFrame.write_cwriter),
    On(gits.CREADR,  read=ItsFrame.read_creadr,  uwrite=ItsFrame.uwrite_creadr),
    On(gits.BASER,   read=ItsFrame.read_baser,   write=ItsFrame.write_baser),
    On(gits.IDREGS,  read=ItsFrame.read_idregs),
))
# fmt: on
