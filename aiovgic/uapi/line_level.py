"""LEVEL_INFO: the input lines of level-triggered interrupts, for save and restore."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.arch.intid import VGIC_NR_SGIS
from aiovgic.errors import UapiError
from aiovgic.model.irq import Config
from aiovgic.sync import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiovgic.model.irq import Irq
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts

LINES = 32


class LineLevels(Part):
    """The level of 32 input lines at a time (vgic_v3_line_level_info_uaccess)."""

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm

    async def access(self, vcpu: Vcpu, info: int, vintid: int, value: int, *, is_write: bool) -> int:
        """Read or write the levels of ``vintid`` and the 31 after it. Raises EINVAL."""
        if info:
            raise UapiError(errno.EINVAL, f"there is no level information of kind {info}")
        if vintid % LINES:
            raise UapiError(errno.EINVAL, f"{vintid} is no multiple of {LINES}")
        if is_write:
            await self.write(vcpu, vintid, value)
            return 0
        return await self.read(vcpu, vintid)

    def lines(self, vcpu: Vcpu, vintid: int) -> Iterator[tuple[int, Irq]]:
        """The interrupts that have a line, with their place; SGIs have none."""
        for i in range(LINES):
            intid = vintid + i
            if VGIC_NR_SGIS <= intid < self.vm.dist.nr_irqs():
                irq = self.vm.find_irq(vcpu, intid)
                assert irq is not None
                yield i, irq

    async def read(self, vcpu: Vcpu, vintid: int) -> int:
        """Levels of level-triggered interrupts (vgic_read_irq_line_level_info)."""
        value = 0
        await self.vm.load_irqs(vcpu, vintid)
        for i, irq in self.lines(vcpu, vintid):
            async with irq.irq_lock:
                if irq.config is Config.LEVEL and irq.line_level:
                    value |= 1 << i
        return value

    async def write(self, vcpu: Vcpu, vintid: int, value: int) -> None:
        """Set the lines, of edge-triggered interrupts too (vgic_write_irq_line_level_info)."""
        await self.vm.load_irqs(vcpu, vintid)
        for i, irq in self.lines(vcpu, vintid):
            await irq.irq_lock.acquire()
            irq.line_level = bool(value >> i & 1)
            if irq.line_level:
                await irq.queue_irq_unlock()
            else:
                irq.irq_lock.release()
