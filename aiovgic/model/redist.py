"""A redistributor: one vCPU's GICR frames, RD_base then SGI_base."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.arch import gicr
from aiovgic.arch.idregs import GIC_ID_VALUES, KVM_IIDR, KVM_VGIC_IMP_REV_3
from aiovgic.arch.intid import VGIC_MIN_LPI
from aiovgic.arch.words import extract, merge
from aiovgic.model.dist import VGIC_ADDR_UNDEF
from aiovgic.model.irq_banks import IrqBanks
from aiovgic.model.lpi import LpiCtlr
from aiovgic.model.mmio import Access, IodevType, On, Table
from aiovgic.model.sanitise import attributes
from aiovgic.sync import ACQUIRE, RELEASE, Constant, Guarded

if TYPE_CHECKING:
    from aiovgic.model.rd_region import RdRegion  # noqa: F401  ruff does not look into Guarded["..."]
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts, Shared


class Redist(IrqBanks):
    """The redistributor of one vCPU (struct vgic_cpu.rd_iodev)."""

    iodev_type = Constant(IodevType.REDIST)
    base_addr = Guarded(VGIC_ADDR_UNDEF, by="config_lock")
    rdreg = Guarded["RdRegion | None"](None, by="config_lock")
    rdreg_index = Guarded(0, by="config_lock")

    def __init__(self, parts: Parts, name: str, vm: Vm, vcpu: Vcpu) -> None:
        super().__init__(parts, name, vm)
        self.vcpu = vcpu
        # How many INVLPIR and INVALLR writes are in flight; GICR_SYNCR looks without a lock.
        self.syncr_busy = self.shared("syncr_busy", 0)

    async def read(self, vcpu: Vcpu, offset: int, length: int) -> int:
        """A guest, of any vCPU, reads the frame: it acts on the frame's owner."""
        return await self.dispatch_read(Access(self.vcpu, vcpu, offset, length))

    async def write(self, vcpu: Vcpu, offset: int, length: int, value: int) -> None:
        """A guest, of any vCPU, writes the frame."""
        await self.dispatch_write(Access(self.vcpu, vcpu, offset, length), value)

    # -- LPIs on and off ----------------------------------------------------------------------

    async def read_ctlr(self, at: Access) -> int:
        """GICR_CTLR (vgic_mmio_read_v3r_ctlr)."""
        state = LpiCtlr(await self.vcpu.lpi_ctlr.load())
        controls = self.vm.dist.implementation_rev >= KVM_VGIC_IMP_REV_3
        return gicr.GicrCtlr.of(
            enable_lpis=state is LpiCtlr.ENABLE_LPIS, rwp=state is LpiCtlr.RWP, ces=controls, ir=controls
        )

    async def write_ctlr(self, at: Access, value: int) -> None:
        """GICR_CTLR: only the write that changes the state acts on it (vgic_mmio_write_v3r_ctlr)."""
        if not await self.vm.dist.has_its():
            return
        if gicr.GicrCtlr(value).enable_lpis:
            await self.enable_lpis()
        else:
            await self.disable_lpis(at.running)

    async def enable_lpis(self) -> None:
        """EnableLPIs from 0 to 1: read the pending table."""
        if await self.vcpu.lpi_ctlr.cmpxchg(LpiCtlr.DISABLED, LpiCtlr.ENABLE_LPIS, ACQUIRE) != LpiCtlr.DISABLED:
            return
        await self.vm.lpi_control.enable_lpis(self.vcpu)

    async def disable_lpis(self, running: Vcpu | None) -> None:
        """EnableLPIs from 1 to 0: what is listed is lost, all translation caches are emptied.

        A guest's write stops the VM meanwhile, so that no list register holds an LPI. Userspace
        has stopped it before.
        """
        if await self.vcpu.lpi_ctlr.cmpxchg(LpiCtlr.ENABLE_LPIS, LpiCtlr.RWP, ACQUIRE) != LpiCtlr.ENABLE_LPIS:
            return
        await self.stop_vm(running)
        await self.vm.lpi_control.flush_pending_lpis(self.vcpu)
        await self.restart_vm(running)
        await self.vm.lpi_control.invalidate_all_caches()
        await self.vcpu.lpi_ctlr.store(LpiCtlr.DISABLED, RELEASE)

    async def stop_vm(self, running: Vcpu | None) -> None:
        """Get LPIs out of running vCPUs' list registers."""
        if running is not None:
            await self.vm.halt_guest()

    async def restart_vm(self, running: Vcpu | None) -> None:
        """Let the vCPUs run again."""
        if running is not None:
            await self.vm.resume_guest()

    # -- identification ---------------------------------------------------------------------------

    async def read_iidr(self, at: Access) -> int:
        """GICR_IIDR: no revision in it."""
        return KVM_IIDR

    async def read_typer(self, at: Access) -> int:
        """GICR_TYPER (vgic_mmio_read_v3r_typer)."""
        last = await self.data_race(self.is_last)
        value = gicr.GicrTyper.of(
            affinity=self.vcpu.affinity.but(aff3=0),
            processor_number=self.vcpu.vcpu_id,
            plpis=await self.vm.dist.has_its(),
            last=last,
        )
        return extract(value, at.offset & 4, at.length)

    def is_last(self) -> bool:
        """Whether this is the last frame of what a guest walks (vgic_mmio_vcpu_rdist_is_last)."""
        region = self.rdreg
        if region is None or self.rdreg_index < region.free_index - 1:
            return False
        if region.count and self.rdreg_index == region.count - 1:
            end = region.end()
            return not any(other.base == end and other.free_index > 0 for other in self.vm.dist.rd_regions)
        return True

    async def read_idregs(self, at: Access) -> int:
        """The identification registers: only PIDR2 is there."""
        return GIC_ID_VALUES.get(at.offset, 0)

    # -- tables of LPIs -------------------------------------------------------------------------------

    async def read_propbaser(self, at: Access) -> int:
        """GICR_PROPBASER, one word for the whole VM (vgic_mmio_read_propbase)."""
        return extract(await self.vm.dist.propbaser.load(), at.offset & 4, at.length)

    async def write_propbaser(self, at: Access, value: int) -> None:
        """GICR_PROPBASER: ignored while this vCPU's LPIs are on (vgic_mmio_write_propbase)."""
        if await self.vcpu.lpis_enabled():
            return
        while True:
            old = await self.vm.dist.propbaser.load()
            new = self.sanitise_propbaser(merge(old, value, at.offset & 4, at.length))
            if await self.replace(self.vm.dist.propbaser, old, new):
                return

    async def read_pendbaser(self, at: Access) -> int:
        """GICR_PENDBASER, PTZ reads as zero (vgic_mmio_read_pendbase)."""
        value = gicr.Pendbaser(await self.vcpu.pendbaser.load()).but(ptz=False)
        return extract(value, at.offset & 4, at.length)

    async def write_pendbaser(self, at: Access, value: int) -> None:
        """GICR_PENDBASER: ignored while this vCPU's LPIs are on (vgic_mmio_write_pendbase)."""
        if await self.vcpu.lpis_enabled():
            return
        while True:
            old = await self.vcpu.pendbaser.load()
            new = self.sanitise_pendbaser(merge(old, value, at.offset & 4, at.length))
            if await self.replace(self.vcpu.pendbaser, old, new):
                return

    async def replace(self, word: Shared[int], old: int, new: int) -> bool:
        """Write a table's register unless it has changed since it was read: guests write it in halves."""
        return await word.cmpxchg(old, new) == old

    def sanitise_propbaser(self, raw: int) -> int:
        """What is kept of a PROPBASER (vgic_sanitise_propbaser)."""
        word = gicr.Propbaser(raw).only("id_bits", "inner", "share", "base", "outer")
        return word.but(**attributes(word.share, word.inner, word.outer))

    def sanitise_pendbaser(self, raw: int) -> int:
        """What is kept of a PENDBASER (vgic_sanitise_pendbaser)."""
        word = gicr.Pendbaser(raw).only("inner", "share", "base", "outer", "ptz")
        return word.but(**attributes(word.share, word.inner, word.outer))

    # -- invalidation -----------------------------------------------------------------------------------

    async def write_invlpir(self, at: Access, value: int) -> None:
        """GICR_INVLPIR: read one LPI's configuration again (vgic_mmio_write_invlpi)."""
        intid = gicr.Invlpir(value).intid
        if at.offset & 4 or not await self.vcpu.lpis_enabled() or intid < VGIC_MIN_LPI:
            return
        await self.set_busy(1)
        await self.vm.lpi_control.inv_lpi(self.vcpu, intid)
        await self.set_busy(-1)

    async def write_invallr(self, at: Access, value: int) -> None:
        """GICR_INVALLR: read the configuration of all its LPIs again (vgic_mmio_write_invall)."""
        if at.offset & 4 or not await self.vcpu.lpis_enabled():
            return
        await self.set_busy(1)
        await self.vm.lpi_control.inv_all(self.vcpu)
        await self.set_busy(-1)

    async def read_syncr(self, at: Access) -> int:
        """GICR_SYNCR: whether an invalidation is in flight (vgic_mmio_read_sync)."""
        return int(await self.syncr_busy.load() > 0)

    async def set_busy(self, change: int) -> None:
        """Count invalidations in flight (vgic_set_rdist_busy)."""
        await self.syncr_busy.update(lambda count: count + change)


# fmt: off
Redist.TABLE = Table((
    On(gicr.CTLR,       read=Redist.read_ctlr,      write=Redist.write_ctlr),
    On(gicr.IIDR,       read=Redist.read_iidr),
    On(gicr.TYPER,      read=Redist.read_typer),
    On(gicr.WAKER),
    On(gicr.PROPBASER,  read=Redist.read_propbaser, write=Redist.write_propbaser),
    On(gicr.PENDBASER,  read=Redist.read_pendbaser, write=Redist.write_pendbaser),
    On(gicr.INVLPIR,    write=Redist.write_invlpir),
    On(gicr.INVALLR,    write=Redist.write_invallr),
    On(gicr.SYNCR,      read=Redist.read_syncr),
    On(gicr.IDREGS,     read=Redist.read_idregs),
    On(gicr.IGROUPR0,   read=Redist.read_group,     write=Redist.write_group),
    On(gicr.ISENABLER0, read=Redist.read_enable,    write=Redist.write_senable),
    On(gicr.ICENABLER0, read=Redist.read_enable,    write=Redist.write_cenable),
    On(gicr.ISPENDR0,   read=Redist.read_pending,   write=Redist.write_spending, uread=Redist.uread_pending,
       uwrite=Redist.uwrite_pending),
    On(gicr.ICPENDR0,   read=Redist.read_pending,   write=Redist.write_cpending, uread=Redist.uread_nothing,
       uwrite=Redist.uwrite_nothing),
    On(gicr.ISACTIVER0, read=Redist.read_active,    write=Redist.write_sactive,  uread=Redist.uread_active,
       uwrite=Redist.uwrite_sactive),
    On(gicr.ICACTIVER0, read=Redist.read_active,    write=Redist.write_cactive,  uread=Redist.uread_active,
       uwrite=Redist.uwrite_cactive),
    On(gicr.IPRIORITYR, read=Redist.read_priority,  write=Redist.write_priority),
    On(gicr.ICFGR,      read=Redist.read_config,    write=Redist.write_config),
    On(gicr.IGRPMODR0),
    On(gicr.NSACR),
))
# fmt: on
