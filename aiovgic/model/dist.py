"""The distributor: VM-wide vGIC state, and the GICD frame."""

from __future__ import annotations

import errno
from enum import IntEnum
from typing import TYPE_CHECKING

from aiovgic.arch import gicd
from aiovgic.arch.affinity import Irouter
from aiovgic.arch.idregs import GIC_ID_VALUES, KVM_IIDR, KVM_VGIC_IMP_REV_2, KVM_VGIC_IMP_REV_3, Iidr
from aiovgic.arch.intid import INTERRUPT_ID_BITS_ITS, INTERRUPT_ID_BITS_SPIS, VGIC_NR_PRIVATE_IRQS
from aiovgic.arch.words import extract
from aiovgic.errors import UapiError
from aiovgic.model.irq_array import no_irqs
from aiovgic.model.irq_banks import IrqBanks
from aiovgic.model.mmio import Access, On, Table
from aiovgic.sync import Guarded, GuardedList

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq
    from aiovgic.model.rd_region import RdRegion  # noqa: F401  ruff does not look into Guarded["..."]
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts

VGIC_ADDR_UNDEF = (1 << 64) - 1
IMPLEMENTATION_REVS = (KVM_VGIC_IMP_REV_2, KVM_VGIC_IMP_REV_3)


class Model(IntEnum):
    """Which GIC the guest sees; the numbers are KVM's device types."""

    NONE = 0
    V2 = 5
    V3 = 7


class Dist(IrqBanks):
    """VM-wide vGIC state (struct vgic_dist) and its GICD frame."""

    vgic_model = Guarded(Model.NONE, by="config_lock")
    enabled = Guarded(default=False, by="config_lock")
    nr_spis = Guarded(0, by="config_lock")
    vgic_dist_base = Guarded(VGIC_ADDR_UNDEF, by="config_lock")
    vgic_cpu_base = Guarded(VGIC_ADDR_UNDEF, by="config_lock")
    gicv_base = Guarded(VGIC_ADDR_UNDEF, by="config_lock")
    implementation_rev = Guarded(0, by="config_lock")
    rd_regions = GuardedList["RdRegion"](by="config_lock")

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name, vm)
        # Stored by INIT under config_lock, then filled; read without it, both plain (docs/facts/races.md#1.4).
        self.spis = self.shared("spis", no_irqs())
        # Set last by INIT under config_lock; tested without it by every injector (docs/facts/interrupts.md#8.1).
        self.initialized = self.shared("initialized", value=False)
        # Set last by the first run; tested without a lock by every later one.
        self.ready = self.shared("ready", value=False)
        # Set by the ITS's creation under config_lock, never cleared; read without it (docs/facts/uapi.md#16).
        self.has_its_flag = self.shared("has_its", value=False)
        self.msis_require_devid = self.shared("msis_require_devid", value=False)
        # One word for all redistributors: cmpxchg writers, plain readers (docs/facts/interrupts.md#8.1).
        self.propbaser = self.shared("propbaser", 0)

    # -- state that other parts read --------------------------------------------------------

    def in_kernel(self) -> bool:
        """Whether the VM has a vGIC at all (irqchip_in_kernel)."""
        return self.vgic_model is not Model.NONE

    async def vgic_initialized(self) -> bool:
        """Whether INIT is complete (vgic_initialized)."""
        return await self.initialized.load()

    async def has_its(self) -> bool:
        """Whether a GICv3 guest sees LPIs (vgic_has_its)."""
        return self.vgic_model is Model.V3 and await self.has_its_flag.load()

    def nr_irqs(self) -> int:
        """How many INTIDs below LPIs there are: private ones and SPIs."""
        return self.nr_spis + VGIC_NR_PRIVATE_IRQS

    def is_private(self, intid: int) -> bool:
        """Whether an INTID is private to a vCPU (SGI or PPI)."""
        return intid < VGIC_NR_PRIVATE_IRQS

    def spi(self, intid: int) -> Irq | None:
        """The SPI with this INTID, if the VM has it; `Vm.load_irqs` was the point."""
        spis = self.spis.reread()
        if spis is None or intid not in spis:
            return None
        return spis[intid]

    # -- GICD -----------------------------------------------------------------------------------

    async def read(self, vcpu: Vcpu, offset: int, length: int) -> int:
        """A guest reads the frame."""
        return await self.dispatch_read(Access(vcpu, vcpu, offset, length))

    async def write(self, vcpu: Vcpu, offset: int, length: int, value: int) -> None:
        """A guest writes the frame."""
        await self.dispatch_write(Access(vcpu, vcpu, offset, length), value)

    async def read_ctlr(self, at: Access) -> int:
        """GICD_CTLR: one security state, affinity routing."""
        enabled = await self.data_race(lambda: self.enabled)
        return gicd.CTLR_RESET.but(enable_grp1=enabled)

    async def write_ctlr(self, at: Access, value: int) -> None:
        """GICD_CTLR: turning on kicks the vCPUs that have something listed (vgic_mmio_write_v3_misc)."""
        async with self.vm.config_lock:
            was_enabled = self.enabled
            self.enabled = gicd.Ctlr(value).enable_grp1
            if not was_enabled and self.enabled:
                await self.vm.vgic_kick_vcpus()

    async def uwrite_ctlr(self, at: Access, value: int) -> None:
        """GICD_CTLR by userspace kicks no vCPU (vgic_mmio_uaccess_write_v3_misc)."""
        self.enabled = gicd.Ctlr(value).enable_grp1

    async def read_typer(self, at: Access) -> int:
        """GICD_TYPER: changes the moment an ITS is created."""
        lpis = await self.has_its()
        return gicd.Typer.of(
            it_lines_number=self.nr_irqs() // 32 - 1,
            lpis=lpis,
            id_bits=(INTERRUPT_ID_BITS_ITS if lpis else INTERRUPT_ID_BITS_SPIS) - 1,
        )

    async def read_iidr(self, at: Access) -> int:
        """GICD_IIDR."""
        return KVM_IIDR.but(revision=await self.data_race(lambda: self.implementation_rev))

    async def uwrite_iidr(self, at: Access, value: int) -> None:
        """GICD_IIDR by userspace chooses the implementation revision, 2 or 3. Raises EINVAL."""
        revision = Iidr(value).revision
        if KVM_IIDR.but(revision=revision) != value or revision not in IMPLEMENTATION_REVS:
            raise UapiError(errno.EINVAL, f"GICD_IIDR {value:#x} names no revision of this implementation")
        self.implementation_rev = revision

    async def read_zero(self, at: Access) -> int:
        """A register that reads as zero but is checked when written."""
        return 0

    async def uwrite_typer2(self, at: Access, value: int) -> None:
        """GICD_TYPER2 by userspace must be what is read. Raises EINVAL."""
        if value != await self.read_zero(at):
            raise UapiError(errno.EINVAL, f"GICD_TYPER2 is 0, not {value:#x}")

    async def read_ones(self, at: Access) -> int:
        """A register that reads as all ones (vgic_mmio_read_rao)."""
        return gicd.STATUSR_VALUE

    async def read_idregs(self, at: Access) -> int:
        """The identification registers: only PIDR2 is there (vgic_mmio_read_v3_idregs)."""
        return GIC_ID_VALUES.get(at.offset, 0)

    # -- routing ------------------------------------------------------------------------------------

    async def read_irouter(self, at: Access) -> int:
        """GICD_IROUTER: affinity in the low word, zero in the high one (vgic_mmio_read_irouter)."""
        irq = self.vm.find_irq(at.vcpu, self.routed(at))
        if irq is None or at.offset & 4:
            return 0
        mpidr = await self.data_race(lambda: irq.mpidr)
        return extract(mpidr, at.offset & 7, at.length)

    async def write_irouter(self, at: Access, value: int) -> None:
        """GICD_IROUTER: a new target, also if the interrupt is pending (vgic_mmio_write_irouter)."""
        irq = self.vm.find_irq(at.vcpu, self.routed(at))
        if irq is None or at.offset & 4:
            return
        affinity = Irouter(value).affinity.but(aff3=0)
        async with irq.irq_lock:
            irq.mpidr = affinity
            irq.target_vcpu = await self.vm.mpidr_to_vcpu(affinity)
            moving = irq.misplaced()
        await irq.hand_over(moving)

    def routed(self, at: Access) -> int:
        """The interrupt whose GICD_IROUTER an access touches."""
        row = self.TABLE.at(at.offset)
        assert row is not None
        return row.intid(at.offset)


# fmt: off
Dist.TABLE = Table((
    On(gicd.CTLR,       read=Dist.read_ctlr,     write=Dist.write_ctlr,     uwrite=Dist.uwrite_ctlr),
    On(gicd.TYPER,      read=Dist.read_typer),
    On(gicd.IIDR,       read=Dist.read_iidr,     uwrite=Dist.uwrite_iidr),
    On(gicd.TYPER2,     read=Dist.read_zero,     uwrite=Dist.uwrite_typer2),
    On(gicd.STATUSR,    read=Dist.read_ones),
    On(gicd.IGROUPR,    read=Dist.read_group,    write=Dist.write_group,    spis_only=True),
    On(gicd.ISENABLER,  read=Dist.read_enable,   write=Dist.write_senable,  spis_only=True),
    On(gicd.ICENABLER,  read=Dist.read_enable,   write=Dist.write_cenable,  spis_only=True),
    On(gicd.ISPENDR,    read=Dist.read_pending,  write=Dist.write_spending, uread=Dist.uread_pending,
       uwrite=Dist.uwrite_pending, spis_only=True),
    On(gicd.ICPENDR,    read=Dist.read_pending,  write=Dist.write_cpending, uread=Dist.uread_nothing,
       uwrite=Dist.uwrite_nothing, spis_only=True),
    On(gicd.ISACTIVER,  read=Dist.read_active,   write=Dist.write_sactive,  uread=Dist.uread_active,
       uwrite=Dist.uwrite_sactive, spis_only=True),
    On(gicd.ICACTIVER,  read=Dist.read_active,   write=Dist.write_cactive,  uread=Dist.uread_active,
       uwrite=Dist.uwrite_cactive, spis_only=True),
    On(gicd.IPRIORITYR, read=Dist.read_priority, write=Dist.write_priority, spis_only=True),
    On(gicd.ITARGETSR),
    On(gicd.ICFGR,      read=Dist.read_config,   write=Dist.write_config,   spis_only=True),
    On(gicd.IGRPMODR),
    On(gicd.IROUTER,    read=Dist.read_irouter,  write=Dist.write_irouter,  spis_only=True),
    On(gicd.IDREGS,     read=Dist.read_idregs),
))
# fmt: on
