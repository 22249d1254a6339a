"""A GICv2's distributor frame: private interrupts are banked by accessing vCPU, SGIs have senders (vgic-mmio-v2.c)."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.arch import gicd_v2
from aiovgic.arch.idregs import KVM_IIDR, Iidr
from aiovgic.arch.intid import VGIC_NR_PRIVATE_IRQS, VGIC_NR_SGIS
from aiovgic.arch.words import mask, set_bits
from aiovgic.errors import UapiError
from aiovgic.model.dist import IMPLEMENTATION_REVS
from aiovgic.model.irq_banks import IrqBanks
from aiovgic.model.mmio import Access, On, Table, first_intid
from aiovgic.sync import Guarded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiovgic.model.irq import Irq
    from aiovgic.model.vcpu import Vcpu

BYTE = mask(7, 0)
TO_LIST, TO_OTHERS, TO_SELF = 0, 1, 2
"""GICD_SGIR's filters; 3 is ignored."""


class DistV2(IrqBanks):
    """The GICD frame of a GICv2; the state is Dist's."""

    groups_user_writable = Guarded(default=False, by="config_lock")

    async def read(self, vcpu: Vcpu, offset: int, length: int) -> int:
        """A guest reads the frame."""
        return await self.dispatch_read(Access(vcpu, vcpu, offset, length))

    async def write(self, vcpu: Vcpu, offset: int, length: int, value: int) -> None:
        """A guest writes the frame."""
        await self.dispatch_write(Access(vcpu, vcpu, offset, length), value)

    # -- CTLR, TYPER, IIDR --------------------------------------------------------------------

    async def read_ctlr(self, at: Access) -> int:
        """GICD_CTLR."""
        dist = self.vm.dist
        return gicd_v2.CtlrV2.of(enable=await self.data_race(lambda: dist.enabled))

    async def write_ctlr(self, at: Access, value: int) -> None:
        """GICD_CTLR, without any lock: turning on kicks vCPUs with a list (vgic_mmio_write_v2_misc)."""
        dist = self.vm.dist
        was_enabled = dist.enabled
        dist.enabled = gicd_v2.CtlrV2(value).enable
        if not was_enabled and dist.enabled:
            await self.vm.vgic_kick_vcpus()

    async def read_typer(self, at: Access) -> int:
        """GICD_TYPER."""
        vcpus = await self.vm.each_vcpu()
        return gicd_v2.TyperV2.of(it_lines_number=self.vm.dist.nr_irqs() // 32 - 1, cpu_number=len(vcpus) - 1)

    async def read_iidr(self, at: Access) -> int:
        """GICD_IIDR."""
        dist = self.vm.dist
        return KVM_IIDR.but(revision=await self.data_race(lambda: dist.implementation_rev))

    async def uwrite_iidr(self, at: Access, value: int) -> None:
        """GICD_IIDR by userspace chooses the revision, and opens IGROUPR to it (vgic_mmio_uaccess_write_v2_misc).

        Raises EINVAL.
        """
        revision = Iidr(value).revision
        if KVM_IIDR.but(revision=revision) != value or revision not in IMPLEMENTATION_REVS:
            raise UapiError(errno.EINVAL, f"GICD_IIDR {value:#x} names no revision of this implementation")
        self.vm.dist.implementation_rev = revision
        self.groups_user_writable = True

    # -- banks that differ from a GICv3's -------------------------------------------------------

    async def uwrite_group(self, at: Access, value: int) -> None:
        """IGROUPR by userspace, ignored until it has written GICD_IIDR (vgic_mmio_uaccess_write_v2_group)."""
        if self.groups_user_writable:
            await self.write_group(at, value)

    async def write_spending(self, at: Access, value: int) -> None:
        """ISPENDR; SGIs ignore it."""
        await super().write_spending(at, self.without_sgis(at, value))

    async def write_cpending(self, at: Access, value: int) -> None:
        """ICPENDR; SGIs ignore it."""
        await super().write_cpending(at, self.without_sgis(at, value))

    def without_sgis(self, at: Access, value: int) -> int:
        """What is written to a one-bit bank, but for SGIs."""
        return value if first_intid(1, at.offset) else value & ~mask(VGIC_NR_SGIS - 1, 0)

    async def uread_pending(self, at: Access) -> int:
        """ISPENDR and ICPENDR for userspace: as for the guest."""
        return await self.read_pending(at)

    async def uwrite_spending(self, at: Access, value: int) -> None:
        """ISPENDR by userspace: an SGI comes from the vCPU itself (vgic_uaccess_write_spending)."""
        for irq in self.marked(at, value):
            await irq.irq_lock.acquire()
            irq.pending_latch = True
            if irq.is_sgi():
                irq.add_source(at.vcpu.vcpu_id)
            await irq.queue_irq_unlock()

    async def uwrite_cpending(self, at: Access, value: int) -> None:
        """ICPENDR by userspace: all sources of an SGI go (vgic_uaccess_write_cpending)."""
        for irq in self.marked(at, value):
            async with irq.irq_lock:
                irq.pending_latch = False
                irq.source = 0

    async def change_active(self, at: Access, irq: Irq, *, active: bool) -> None:
        """Set the active state; of an SGI the requester is taken for the sender (vgic_mmio_change_active)."""
        await irq.irq_lock.acquire()
        irq.active = active
        if active and irq.is_sgi():
            irq.active_source = 0 if at.running is None else at.running.vcpu_id
        if irq.active:
            await irq.queue_irq_unlock()
        else:
            irq.irq_lock.release()

    # -- targets ----------------------------------------------------------------------------------

    async def read_target(self, at: Access) -> int:
        """ITARGETSR (vgic_mmio_read_target)."""
        irqs = tuple(self.irqs(at, 8))
        return await self.data_race(lambda: sum(irq.targets << 8 * i for i, irq in irqs))

    async def write_target(self, at: Access, value: int) -> None:
        """ITARGETSR: an SPI goes to the lowest vCPU in its mask, or to the first (vgic_mmio_write_target)."""
        if first_intid(8, at.offset) < VGIC_NR_PRIVATE_IRQS:
            return
        vcpus = await self.vm.each_vcpu()
        there = mask(len(vcpus) - 1, 0)
        for i, irq in self.irqs(at, 8):
            async with irq.irq_lock:
                irq.targets = value >> 8 * i & there
                irq.target_vcpu = vcpus[next(set_bits(irq.targets), 0)]
                moving = irq.misplaced()
            await irq.hand_over(moving)

    # -- SGIs -------------------------------------------------------------------------------------

    async def write_sgir(self, at: Access, value: int) -> None:
        """GICD_SGIR: send an SGI (vgic_mmio_write_sgir)."""
        word = gicd_v2.Sgir(value)
        vcpus = await self.vm.each_vcpu()
        for vcpu in self.sgi_targets(word, at.vcpu, vcpus):
            irq = await self.vm.get_irq(vcpu, word.intid)
            assert irq is not None
            await irq.irq_lock.acquire()
            irq.pending_latch = True
            irq.add_source(at.vcpu.vcpu_id)
            await irq.queue_irq_unlock()

    def sgi_targets(self, word: gicd_v2.Sgir, sender: Vcpu, vcpus: tuple[Vcpu, ...]) -> Iterator[Vcpu]:
        """The vCPUs that a write of GICD_SGIR means; its list numbers them in order of creation."""
        for number, vcpu in enumerate(vcpus):
            match word.filter:
                case 0:
                    wanted = bool(word.target_list & mask(number, number))
                case 1:
                    wanted = number != sender.vcpu_id
                case 2:
                    wanted = number == sender.vcpu_id
                case _:
                    wanted = False
            if wanted:
                yield vcpu

    def sgis(self, at: Access) -> Iterator[tuple[int, Irq]]:
        """(byte, SGI) of what an access of CPENDSGIR or SPENDSGIR touches."""
        first = at.offset % VGIC_NR_SGIS
        for i in range(at.length):
            irq = at.vcpu.private_irq(first + i)
            assert irq is not None
            yield i, irq

    async def read_sgipend(self, at: Access) -> int:
        """CPENDSGIR, SPENDSGIR: the senders of four SGIs (vgic_mmio_read_sgipend)."""
        await at.vcpu.private_irqs.load()
        sgis = tuple(self.sgis(at))
        return await self.data_race(lambda: sum(irq.source << 8 * i for i, irq in sgis))

    async def write_sgipendc(self, at: Access, value: int) -> None:
        """CPENDSGIR: senders go; with the last one the SGI is not pending any more (vgic_mmio_write_sgipendc)."""
        await at.vcpu.private_irqs.load()
        for i, irq in self.sgis(at):
            async with irq.irq_lock:
                irq.source &= ~(value >> 8 * i & BYTE)
                if not irq.source:
                    irq.pending_latch = False

    async def write_sgipends(self, at: Access, value: int) -> None:
        """SPENDSGIR: senders come (vgic_mmio_write_sgipends)."""
        await at.vcpu.private_irqs.load()
        for i, irq in self.sgis(at):
            await irq.irq_lock.acquire()
            irq.source |= value >> 8 * i & BYTE
            if irq.source:
                irq.pending_latch = True
                await irq.queue_irq_unlock()
            else:
                irq.irq_lock.release()


# fmt: off
DistV2.TABLE = Table((
    On(gicd_v2.CTLR,       read=DistV2.read_ctlr,     write=DistV2.write_ctlr),
    On(gicd_v2.TYPER,      read=DistV2.read_typer),
    On(gicd_v2.IIDR,       read=DistV2.read_iidr,     uwrite=DistV2.uwrite_iidr),
    On(gicd_v2.IGROUPR,    read=DistV2.read_group,    write=DistV2.write_group,    uwrite=DistV2.uwrite_group),
    On(gicd_v2.ISENABLER,  read=DistV2.read_enable,   write=DistV2.write_senable),
    On(gicd_v2.ICENABLER,  read=DistV2.read_enable,   write=DistV2.write_cenable),
    On(gicd_v2.ISPENDR,    read=DistV2.read_pending,  write=DistV2.write_spending, uread=DistV2.uread_pending,
       uwrite=DistV2.uwrite_spending),
    On(gicd_v2.ICPENDR,    read=DistV2.read_pending,  write=DistV2.write_cpending, uread=DistV2.uread_pending,
       uwrite=DistV2.uwrite_cpending),
    On(gicd_v2.ISACTIVER,  read=DistV2.read_active,   write=DistV2.write_sactive,  uread=DistV2.uread_active,
       uwrite=DistV2.uwrite_sactive),
    On(gicd_v2.ICACTIVER,  read=DistV2.read_active,   write=DistV2.write_cactive,  uread=DistV2.uread_active,
       uwrite=DistV2.uwrite_cactive),
    On(gicd_v2.IPRIORITYR, read=DistV2.read_priority, write=DistV2.write_priority),
    On(gicd_v2.ITARGETSR,  read=DistV2.read_target,   write=DistV2.write_target),
    On(gicd_v2.ICFGR,      read=DistV2.read_config,   write=DistV2.write_config),
    On(gicd_v2.SGIR,       write=DistV2.write_sgir),
    On(gicd_v2.CPENDSGIR,  read=DistV2.read_sgipend,  write=DistV2.write_sgipendc),
    On(gicd_v2.SPENDSGIR,  read=DistV2.read_sgipend,  write=DistV2.write_sgipends),
))
# fmt: on
