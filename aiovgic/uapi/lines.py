"""Interrupts from userspace: KVM_IRQ_LINE, KVM_SIGNAL_MSI, GSI routing and irqfds."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiovgic.arch.intid import VGIC_NR_PRIVATE_IRQS, is_ppi
from aiovgic.arch.words import Word, bits
from aiovgic.errors import UapiError
from aiovgic.model.its.msi import KVM_MSI_VALID_DEVID
from aiovgic.model.routing import KVM_IRQCHIP_NUM_PINS, KVM_MAX_IRQ_ROUTES, KVM_NR_IRQCHIPS, Pin
from aiovgic.sync import Part
from aiovgic.uapi.constants import (
    KVM_IRQ_ROUTING_IRQCHIP,
    KVM_IRQ_ROUTING_MSI,
    KVM_IRQFD_FLAG_DEASSIGN,
    KVM_IRQFD_FLAG_RESAMPLE,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.model.irqfd import EventFd
    from aiovgic.model.its import Msi
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts


class IrqWord(Word):
    """The irq field of KVM_IRQ_LINE."""

    number = bits(15, 0)
    vcpu = bits(23, 16)
    type = bits(27, 24)
    vcpu2 = bits(31, 28)

    @property
    def target(self) -> int:
        """The vCPU it names."""
        return self.vcpu2 * 256 + self.vcpu


class LineType:
    """KVM_ARM_IRQ_TYPE_*."""

    CPU = 0
    SPI = 1
    PPI = 2


@dataclass(frozen=True, slots=True)
class RouteEntry:
    """One entry of KVM_SET_GSI_ROUTING (struct kvm_irq_routing_entry)."""

    gsi: int
    kind: int
    flags: int
    target: Pin | Msi | None
    irqchip: int = 0


class Lines(Part):
    """The ioctls that raise and lower interrupts, and say which are which."""

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm

    async def signal_msi(self, msi: Msi) -> int:
        """KVM_SIGNAL_MSI: 1 delivered, 0 blocked. Raises EINVAL, ENODEV, EBUSY."""
        if not self.vm.dist.in_kernel() or msi.flags & ~KVM_MSI_VALID_DEVID:
            raise UapiError(errno.EINVAL, "no vGIC, or unknown flags")
        return await self.vm.msi.set_msi(msi)

    async def irq_line(self, raw: int, *, level: bool) -> None:
        """KVM_IRQ_LINE. Raises ENXIO, EINVAL, EBUSY."""
        word = IrqWord(raw)
        in_kernel = self.vm.dist.in_kernel()
        match word.type:
            case LineType.CPU:
                if in_kernel:
                    raise UapiError(errno.ENXIO, "the vGIC drives the vCPU's lines")
                await self.cpu_line(await self.line_vcpu(word.target), word.number, level=level)
            case LineType.PPI:
                self.need_vgic(present=in_kernel)
                vcpu = await self.line_vcpu(word.target)
                if not is_ppi(word.number):
                    raise UapiError(errno.EINVAL, f"{word.number} is no PPI")
                await self.vm.injector.inject_irq(await self.injected_vcpu(vcpu), word.number, level=level)
            case LineType.SPI:
                self.need_vgic(present=in_kernel)
                if word.number < VGIC_NR_PRIVATE_IRQS:
                    raise UapiError(errno.EINVAL, f"{word.number} is no SPI")
                await self.vm.injector.inject_irq(None, word.number, level=level)
            case _:
                raise UapiError(errno.EINVAL, f"there is no interrupt of type {word.type}")

    def need_vgic(self, *, present: bool) -> None:
        """Raises ENXIO without a vGIC."""
        if not present:
            raise UapiError(errno.ENXIO, "the VM has no vGIC")

    async def line_vcpu(self, number: int) -> Vcpu:
        """The vCPU that an interrupt line names, by its id. Raises EINVAL."""
        vcpu = await self.vm.get_vcpu_by_id(number)
        if vcpu is None:
            raise UapiError(errno.EINVAL, f"there is no vCPU {number}")
        return vcpu

    async def injected_vcpu(self, vcpu: Vcpu) -> Vcpu | None:
        """The vCPU whose PPI a line drives, once the line's vCPU is found."""
        return vcpu

    async def cpu_line(self, vcpu: Vcpu, number: int, *, level: bool) -> None:
        """The virtual IRQ (0) or FIQ (1) line of a vCPU (vcpu_interrupt_line). Raises EINVAL."""
        if number > 1:
            raise UapiError(errno.EINVAL, f"a vCPU has no line {number}")
        line = 1 << number
        before = await vcpu.irq_lines.update(lambda now: now | line if level else now & ~line)
        if bool(before & line) != level:
            await vcpu.make_request_irq_pending()
            await vcpu.kick()

    async def set_gsi_routing(self, entries: Sequence[RouteEntry], flags: int) -> None:
        """KVM_SET_GSI_ROUTING: replace the whole table. Raises EINVAL, ENOMEM, EFAULT."""
        if len(entries) > KVM_MAX_IRQ_ROUTES or flags:
            raise UapiError(errno.EINVAL, "too many routes, or flags")
        faults = self.vm.faults
        if entries:
            await faults.alloc("copy of the kvm_irq_routing_entries")
            await faults.copy("kvm_irq_routing_entries")
        await faults.alloc("kvm_irq_routing_table")
        table: dict[int, Pin | Msi] = {}
        for entry in entries:
            await faults.alloc(f"kvm_kernel_irq_routing_entry {entry.gsi}")
            target = self.check_route(entry)
            if entry.gsi in table:
                raise UapiError(errno.EINVAL, f"GSI {entry.gsi} is routed twice")
            table[entry.gsi] = target
        await self.vm.routing.set_routes(table)

    def check_route(self, entry: RouteEntry) -> Pin | Msi:
        """Whether a routing entry is possible (kvm_set_routing_entry). Raises EINVAL."""
        allowed = KVM_MSI_VALID_DEVID if entry.kind == KVM_IRQ_ROUTING_MSI else 0
        if entry.gsi >= KVM_MAX_IRQ_ROUTES or entry.flags & ~allowed:
            raise UapiError(errno.EINVAL, f"GSI {entry.gsi} or flags {entry.flags:#x} are out of range")
        if entry.target is None or entry.kind not in (KVM_IRQ_ROUTING_IRQCHIP, KVM_IRQ_ROUTING_MSI):
            raise UapiError(errno.EINVAL, f"there are no routes of type {entry.kind}")
        if isinstance(entry.target, Pin) and (
            entry.target.pin >= KVM_IRQCHIP_NUM_PINS or entry.irqchip >= KVM_NR_IRQCHIPS
        ):
            raise UapiError(errno.EINVAL, f"there is no pin {entry.target.pin} of irqchip {entry.irqchip}")
        return entry.target

    async def irqfd(self, eventfd: EventFd, gsi: int, flags: int) -> None:
        """KVM_IRQFD. Raises EINVAL, EAGAIN before INIT, ENOMEM, EBUSY."""
        if flags & ~(KVM_IRQFD_FLAG_DEASSIGN | KVM_IRQFD_FLAG_RESAMPLE):
            raise UapiError(errno.EINVAL, f"unknown flags {flags:#x}")
        if flags & KVM_IRQFD_FLAG_DEASSIGN:
            await self.vm.irqfds.deassign(eventfd, gsi)
            return
        if flags & KVM_IRQFD_FLAG_RESAMPLE and await self.vm.dist.vgic_initialized():
            raise UapiError(errno.EINVAL, "the resampler is no eventfd")
        await self.vm.irqfds.assign(eventfd, gsi)
