"""One ITS: its fields and parts, its life, and translation."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, ClassVar

from aiovgic.arch import gits
from aiovgic.arch.commands import ItsError
from aiovgic.arch.gicr import PROPBASER_RESET
from aiovgic.errors import UapiError
from aiovgic.model.dist import VGIC_ADDR_UNDEF
from aiovgic.model.its.cache import TranslationCache
from aiovgic.model.its.commands import ItsCommands
from aiovgic.model.its.frame import ItsFrame
from aiovgic.model.its.mappings import Mappings
from aiovgic.model.its.queue import CommandQueue
from aiovgic.model.its.restore import ItsRestore
from aiovgic.model.its.save import ItsSave
from aiovgic.model.its.tables import NR_DEVICE_IDS, ItsTables
from aiovgic.model.its.user import ItsUser
from aiovgic.model.mmio import Access, IodevType
from aiovgic.sync import Constant, Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.model.irq import Irq
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts, Shared

NR_EVENT_IDS: int = 2**gits.VITS_TYPER_IDBITS


class Its(Part):
    """One interrupt translation service (struct vgic_its): its locks, its fields, and the parts that work on them.

    ``cmd_lock`` guards the ring's registers and, for a guest, ``enabled``. MMIO reads take no lock,
    nor do the looks at ``enabled`` before CBASER and BASER are written. So all of these fields are
    shared words (docs/facts/interrupts.md#8.1).
    """

    USER: ClassVar[type[ItsUser]] = ItsUser
    """What userspace's access is made of; an ITS of an old kernel names a class of its own."""
    iodev_type = Constant(IodevType.ITS)

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm
        self.cmd_lock = self.lock("cmd_lock", sleeps=True)
        self.its_lock = self.lock("its_lock", sleeps=True)
        self.enabled = self.shared("enabled", value=False)
        self.cbaser = self.shared("cbaser", 0)
        self.creadr = self.shared("creadr", 0)
        self.cwriter = self.shared("cwriter", 0)
        self.baser_device_table = self.shared("baser_device_table", int(gits.BASER0_RESET))
        self.baser_coll_table = self.shared("baser_coll_table", int(gits.BASER1_RESET))
        # The task that sets the address checks it without slots_lock, and again with it (docs/facts/uapi.md#5.5).
        self.vgic_its_base = self.shared("vgic_its_base", VGIC_ADDR_UNDEF)
        self.frame = parts.make(ItsFrame, f"{name}.frame", self)
        self.user = parts.make(self.USER, f"{name}.user", self)
        self.queue = parts.make(CommandQueue, f"{name}.queue", self)
        self.cache = parts.make(TranslationCache, f"{name}.cache", vm)
        self.maps = parts.make(Mappings, f"{name}.maps", self)
        self.tables = parts.make(ItsTables, f"{name}.tables", self)
        self.commands = parts.make(ItsCommands, f"{name}.commands", self)
        self.saver = parts.make(ItsSave, f"{name}.save", self)
        self.restorer = parts.make(ItsRestore, f"{name}.restore", self)

    # -- on the bus -------------------------------------------------------------------------------

    async def read(self, vcpu: Vcpu, offset: int, length: int) -> int:
        """A guest reads the frame, or beyond it the doorbell's, where nothing is."""
        return await self.frame.dispatch_read(Access(vcpu, vcpu, offset, length))

    async def write(self, vcpu: Vcpu, offset: int, length: int, value: int) -> None:
        """A guest writes the frame; a store to the doorbell does nothing."""
        await self.frame.dispatch_write(Access(vcpu, vcpu, offset, length), value)

    # -- life -------------------------------------------------------------------------------------

    async def create(self) -> None:
        """Set up a new ITS in its VM (vgic_its_create); config_lock held."""
        self.vm.config_lock.assert_held()
        await self.v4_init()
        await self.announce()

    async def v4_init(self) -> None:
        """Allocate the vPEs of a GICv4 host, unless INIT is still to come and will do it. Raises ENOMEM."""
        if await self.vm.dist.vgic_initialized():
            await self.vm.forwarding.v4_init()

    async def announce(self) -> None:
        """Publish the new ITS: MSIs have device ids, there are LPIs, and PROPBASER has its reset value."""
        await self.require_devid()
        await self.vm.dist.has_its_flag.store(value=True)
        await self.vm.dist.propbaser.store(PROPBASER_RESET)

    async def require_devid(self) -> None:
        """MSIs have device ids from now on."""
        await self.vm.dist.msis_require_devid.store(value=True)

    async def forget_all(self) -> None:
        """Forget all devices and all collections; its_lock held."""
        await self.maps.free_device_list()
        self.maps.free_collection_list()

    async def invalidate_cache(self) -> None:
        """Empty the translation cache (vgic_its_invalidate_cache); any lock or none is held."""
        await self.cache.invalidate()

    async def forget_translations(self) -> None:
        """ITS or LPIs were turned off: empty the cache after waiting for its_lock, whose holders saw them on."""
        async with self.its_lock:
            await self.invalidate_cache()

    async def drop_mappings(self, table: Shared[int]) -> None:
        """Another table: forget what the old one was for; its_lock held."""
        self.its_lock.assert_held()
        if table is self.baser_device_table:
            await self.maps.free_device_list()
        else:
            self.maps.free_collection_list()
        await self.invalidate_cache()

    async def target_vcpu(self, number: int) -> Vcpu | None:
        """The vCPU that a command or a table names."""
        return self.named_vcpu(await self.vm.each_vcpu(), number)

    def named_vcpu(self, vcpus: Sequence[Vcpu], number: int) -> Vcpu | None:
        """The vCPU of this id (kvm_get_vcpu_by_id)."""
        return next((vcpu for vcpu in vcpus if vcpu.vcpu_id == number), None)

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
        await self.vm.lpi_control.set_pending(irq)
        return None

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
