"""One ITS: its life, its command queue, and its half of the user interface."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, cast

from aiovgic.arch import gits
from aiovgic.arch.commands import COMMAND_SIZE, ItsError
from aiovgic.arch.gicr import PROPBASER_RESET
from aiovgic.arch.idregs import IDREGS_OFFSET
from aiovgic.arch.register import W64
from aiovgic.errors import UapiError
from aiovgic.model.dist import VGIC_ADDR_UNDEF
from aiovgic.model.its.cache import TranslationCache
from aiovgic.model.its.commands import ItsCommands
from aiovgic.model.its.frame import ItsFrame
from aiovgic.model.its.mappings import Mappings
from aiovgic.model.its.restore import ItsRestore
from aiovgic.model.its.save import ItsSave
from aiovgic.model.its.tables import NR_DEVICE_IDS, ItsTables
from aiovgic.model.mmio import Access

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts, Shared

SZ_64K = 0x10000
NR_EVENT_IDS: int = 2**gits.VITS_TYPER_IDBITS


class Its(ItsFrame):
    """One interrupt translation service (struct vgic_its)."""

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name, vm)
        # Checked without slots_lock by who sets the address, and again with it (uapi.md 5.5).
        self.vgic_its_base = self.shared("vgic_its_base", VGIC_ADDR_UNDEF)
        self.cache = parts.make(TranslationCache, f"{name}.cache", vm)
        self.maps = parts.make(Mappings, f"{name}.maps", self)
        self.tables = parts.make(ItsTables, f"{name}.tables", self)
        self.commands = parts.make(ItsCommands, f"{name}.commands", self)
        self.saver = parts.make(ItsSave, f"{name}.save", self)
        self.restorer = parts.make(ItsRestore, f"{name}.restore", self)

    # -- life -------------------------------------------------------------------------------------

    async def create(self) -> None:
        """What a new ITS does to its VM, whatever that is doing (vgic_its_create); config_lock held."""
        self.vm.config_lock.assert_held()
        dist = self.vm.dist
        await dist.msis_require_devid.store(value=True)
        await dist.has_its_flag.store(value=True)
        await dist.propbaser.store(PROPBASER_RESET)

    async def destroy(self) -> None:
        """The VM goes, and everything with it (vgic_its_destroy)."""
        async with self.its_lock:
            await self.forget_all()
            await self.invalidate_cache()
        self.free()

    async def forget_all(self) -> None:
        """Forget all devices and all collections; its_lock held."""
        await self.maps.free_device_list()
        self.maps.free_collection_list()

    async def invalidate_cache(self) -> None:
        """Empty the translation cache (vgic_its_invalidate_cache); any lock or none is held."""
        await self.cache.invalidate()

    async def drop_mappings(self, table: Shared[int]) -> None:
        """Another table: forget what the old one was for; its_lock held."""
        self.its_lock.assert_held()
        if table is self.baser_device_table:
            await self.maps.free_device_list()
        else:
            self.maps.free_collection_list()
        await self.invalidate_cache()

    async def target_vcpu(self, number: int) -> Vcpu | None:
        """The vCPU that a command or a table names, by its id."""
        return await self.vm.get_vcpu_by_id(number)

    # -- the command queue ------------------------------------------------------------------------

    async def process_commands(self, _doorbell: None) -> None:
        """Do everything in the ring, as the one who wrote (vgic_its_process_commands).

        The writer's cmd_lock is held, so nobody moves the cursors meanwhile. A command that
        is not in memory is skipped.
        """
        self.cmd_lock.assert_held()
        if not await self.enabled.load():
            return
        ring = gits.Cbaser(await self.cbaser.load())
        base, end = ring.base, ring.size_bytes
        cwriter = await self.cwriter.load()
        creadr = await self.creadr.load()
        while creadr != cwriter:
            raw = await self.vm.memory.read(base + creadr, COMMAND_SIZE)
            if raw is not None:
                await self.commands.handle_command(raw)
            creadr += COMMAND_SIZE
            if creadr == end:
                creadr = 0
            await self.creadr.store(creadr)

    # -- translation ------------------------------------------------------------------------------

    async def cache_key(self, device_id: int, event_id: int) -> int | None:
        """Where the cache keeps a translation; None where it keeps none (vgic_its_cache_key)."""
        if device_id >= NR_DEVICE_IDS or event_id >= NR_EVENT_IDS:
            return None
        return device_id * NR_EVENT_IDS + event_id

    async def resolve_lpi(self, device_id: int, event_id: int) -> Irq | ItsError:
        """The LPI of an event, cached from now on (vgic_its_resolve_lpi); its_lock held. Raises EBUSY."""
        self.its_lock.assert_held()
        if not await self.enabled.load():
            raise UapiError(errno.EBUSY, f"{self.name} is off")
        ite = self.maps.find_ite(device_id, event_id)
        collection = None if ite is None else ite.collection
        if ite is None or collection is None or not collection.is_mapped():
            return ItsError.INT_UNMAPPED_INTERRUPT
        vcpu = await self.maps.collection_to_vcpu(collection)
        if vcpu is None:
            return ItsError.INT_UNMAPPED_INTERRUPT
        if not await vcpu.lpis_enabled():
            raise UapiError(errno.EBUSY, f"{vcpu.name} has LPIs off")
        irq = ite.lpi()
        await self.cache_translation(device_id, event_id, irq)
        return irq

    async def cache_translation(self, device_id: int, event_id: int, irq: Irq) -> None:
        """Remember a translation (vgic_its_cache_translation)."""
        self.its_lock.assert_held()
        key = await self.cache_key(device_id, event_id)
        if key is not None:
            await self.cache.insert(key, irq)

    async def trigger_msi(self, device_id: int, event_id: int) -> ItsError | None:
        """Make an event's LPI pending (vgic_its_trigger_msi); its_lock held. Raises EBUSY."""
        irq = await self.resolve_lpi(device_id, event_id)
        if isinstance(irq, ItsError):
            return irq
        await self.vm.lpis.set_pending(irq)
        return None

    # -- the address ------------------------------------------------------------------------------

    async def get_addr(self) -> int:
        """The address, all ones before it is set."""
        return await self.vgic_its_base.load()

    async def set_addr(self, base: int) -> None:
        """Check an address without a lock, then register. Raises EEXIST, EINVAL, E2BIG, EBUSY, ENOSPC."""
        current = await self.vgic_its_base.load()
        self.vm.check_iorange(current, base, SZ_64K, gits.KVM_VGIC_V3_ITS_SIZE)
        await self.register_its_iodev(base)

    async def register_its_iodev(self, base: int) -> None:
        """Take the address and answer there (vgic_register_its_iodev). Raises EBUSY, ENOSPC."""
        async with self.vm.slots_lock:
            if await self.has_base():
                raise UapiError(errno.EBUSY, f"{self.name} has got another address meanwhile")
            await self.vgic_its_base.store(base)
            try:
                await self.vm.bus.register(base, gits.KVM_VGIC_V3_ITS_SIZE, self)
            except UapiError:
                await self.unset_base()
                raise

    async def unset_base(self) -> None:
        """Registering failed: the address can be set again."""
        await self.vgic_its_base.store(VGIC_ADDR_UNDEF)

    async def has_base(self) -> bool:
        """The re-check of register_its_iodev: whether there is an address by now."""
        return await self.vgic_its_base.load() != VGIC_ADDR_UNDEF

    # -- CTRL; kvm->lock, all vCPU mutexes and config_lock held ---------------------------------------

    async def ctrl_init(self) -> None:
        """KVM_DEV_ARM_VGIC_CTRL_INIT: there is nothing left to do."""

    async def reset(self) -> None:
        """KVM_DEV_ARM_ITS_CTRL_RESET (vgic_its_reset)."""
        async with self.its_lock:
            for baser in (self.baser_coll_table, self.baser_device_table):
                await baser.store(gits.Baser(await baser.load()).but(valid=False))
            for cursor in (self.cbaser, self.creadr, self.cwriter):
                await cursor.store(0)
            await self.enabled.store(value=False)
            await self.forget_all()

    async def save_tables(self) -> None:
        """KVM_DEV_ARM_ITS_SAVE_TABLES. Raises EFAULT."""
        async with self.its_lock:
            await self.saver.save_tables()

    async def restore_tables(self) -> None:
        """KVM_DEV_ARM_ITS_RESTORE_TABLES. Raises EFAULT, EINVAL, EEXIST."""
        async with self.its_lock:
            await self.restorer.restore_tables()

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
        return await self.uaccess_read(self.user_access(offset))

    async def set_reg(self, offset: int, value: int) -> None:
        """Write the register at an offset, with all its effects. Raises ENXIO, EINVAL, EBUSY."""
        await self.check_base()
        await self.uaccess_write(self.user_access(offset), value)

    async def check_base(self) -> None:
        """Raises ENXIO before the address is set."""
        if not await self.has_base():
            raise UapiError(errno.ENXIO, f"{self.name} has no address")

    def user_access(self, offset: int) -> Access:
        """A userspace access of the whole register at an offset. Raises ENXIO."""
        row = self.TABLE.at(offset)
        if row is None:
            raise UapiError(errno.ENXIO, f"there is no register at {offset:#x}")
        nobody = cast("Vcpu", None)  # an ITS is not any vCPU's
        return Access(nobody, None, offset, 8 if row.takes(W64) else 4)
