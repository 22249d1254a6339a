"""An array of interrupts that exists as a whole; its members are made when first touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.irq import Irq
from aiovgic.record.finding import Violation
from aiovgic.sync import Guarded, Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts


class IrqArray(Part):
    """The interrupts ``first`` to ``first + count - 1`` (vgic_dist.spis, vgic_cpu.private_irqs).

    The pointer to it is a shared word. ``filled`` stands for what the interrupts are like at first: it is written where
    KVM writes their fields, and read by every look-up, which has to come after that.
    """

    filled = Guarded(default=False, by="config_lock")

    def __init__(self, parts: Parts, name: str, vm: Vm, first: int, count: int, prepare: Callable[[Irq], None]) -> None:
        super().__init__(parts, name)
        self.vm = vm
        self.first = first
        self.count = count
        self._prepare = prepare
        self._made: dict[int, Irq] = {}

    def __getitem__(self, intid: int) -> Irq:
        """The interrupt with this INTID, which must be in range."""
        if self.freed:
            what = f"{self.name}[{intid}] is used after the array was freed"
            raise Violation("use-after-free", "irq-array", what, thing=f"{self.name}[{intid}]", freed=self.ident)
        if not self.filled:
            what = f"{self.name}[{intid}] is used before the array is filled"
            raise Violation("publication", "not-filled", what, thing=self.name)
        irq = self._made.get(intid)
        if irq is None:
            irq = self._made[intid] = self.rt.unseen(lambda: self._make(intid))
        return irq

    def _make(self, intid: int) -> Irq:
        """An interrupt as the array was made with it."""
        irq = self.parts.make(Irq, f"{self.name}{intid}", self.vm, intid)
        self._prepare(irq)
        return irq

    def free(self) -> None:
        """The array's memory is gone, and that of every interrupt in it."""
        super().free()
        for irq in self.made():
            irq.free()

    def __contains__(self, intid: object) -> bool:
        return isinstance(intid, int) and self.first <= intid < self.first + self.count

    def made(self) -> Iterator[Irq]:
        """Those that were ever touched, in order of INTID; the others are as they were made."""
        for intid in sorted(self._made):
            yield self._made[intid]


def no_irqs() -> IrqArray | None:
    """The pointer before there is an array."""
    return None
