"""The list of interrupts that a vCPU holds: sorting, pruning, and moving between lists."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar, cast

from aiovgic.model.irq_array import no_irqs
from aiovgic.record.finding import Violation
from aiovgic.sync import GuardedList, Part

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts

NOTHING: list[Irq] = []
"""What a last run without a partner is merged with."""


class ApList(Part):
    """What is active or pending on one vCPU (vgic_cpu.ap_list_head), arrival order first."""

    SORT_CALLBACK: ClassVar[int] = 256
    """Each so many elements of the tail of a merge list_sort compares one with itself."""

    ap_list = GuardedList["Irq"](by="ap_list_lock")

    def __init__(self, parts: Parts, name: str, vm: Vm, vcpu_id: int) -> None:
        super().__init__(parts, name)
        self.vm = vm
        self.vcpu_id = vcpu_id
        # Stored under config_lock, then filled; read without it, both plain (docs/facts/races.md#1.4).
        self.private_irqs = self.shared("private_irqs", no_irqs())
        self.ap_list_lock = self.lock("ap_list_lock", vcpu_id, irqsave=True)

    def as_vcpu(self) -> Vcpu:
        """This list's vCPU: the same object."""
        return cast("Vcpu", self)

    def private_irq(self, intid: int) -> Irq | None:
        """An SGI or PPI of this vCPU; `Vm.load_irqs` was the point."""
        irqs = self.private_irqs.reread()
        return None if irqs is None else irqs[intid]

    # -- order ------------------------------------------------------------------------------

    async def sort_ap_list(self) -> None:
        """Put what matters most first; equals keep their order (vgic_sort_ap_list)."""
        self.ap_list_lock.assert_held()
        self.ap_list[:] = await self.sorted_irqs(list(self.ap_list))

    async def sorted_irqs(self, irqs: list[Irq]) -> list[Irq]:
        """A stable merge sort by irq_cmp, which takes locks (list_sort); what is in order already is a run."""
        runs = await self.sorted_runs(irqs)
        while len(runs) > 1:
            pairs = zip_longest(runs[::2], runs[1::2], fillvalue=NOTHING)
            runs = [await self.merged(left, right) for left, right in pairs]
        return runs[0] if runs else []

    async def sorted_runs(self, irqs: list[Irq]) -> list[list[Irq]]:
        """The list in pieces that are each in order."""
        runs: list[list[Irq]] = []
        for irq in irqs:
            if runs and await self.irq_cmp(runs[-1][-1], irq) <= 0:
                runs[-1].append(irq)
            else:
                runs.append([irq])
        return runs

    async def merged(self, left: list[Irq], right: list[Irq]) -> list[Irq]:
        """Two runs in one; of equals those on the left come first."""
        run: list[Irq] = []
        i = j = 0
        while i < len(left) and j < len(right):
            if await self.irq_cmp(left[i], right[j]) <= 0:
                run.append(left[i])
                i += 1
            else:
                run.append(right[j])
                j += 1
        tail = left[i:] + right[j:]
        for irq in tail[self.SORT_CALLBACK - 1 :: self.SORT_CALLBACK]:
            await self.irq_cmp(irq, irq)  # so that a long sort may let others run
        return run + tail

    async def irq_cmp(self, a: Irq, b: Irq) -> int:
        """Negative if ``a`` goes first: active, then deliverable by priority (vgic_irq_cmp)."""
        if self.is_same(a, b):
            return 0
        async with a.irq_lock, b.irq_lock:
            if a.active or b.active:
                return b.active - a.active
            a_due = a.enabled and a.is_pending()
            b_due = b.enabled and b.is_pending()
            if not (a_due and b_due):
                return b_due - a_due
            return a.priority - b.priority

    def is_same(self, a: Irq, b: Irq) -> bool:
        """Whether list_sort compares an interrupt with itself, whose lock can be taken only once."""
        return a is b

    # -- pruning -------------------------------------------------------------------------------

    async def prune_ap_list(self) -> None:
        """Drop what belongs nowhere, hand over what belongs elsewhere (vgic_prune_ap_list)."""
        while True:
            unlisted, moving = await self.prune_scan()
            for irq in unlisted:
                await self.vm.put_irq(irq)
            if moving is None:
                return
            irq, target = moving
            moved = await self.migrate(irq, target)
            await self.put_moving(irq)
            if moved:
                await target.make_request_irq_pending()
                await target.kick()

    async def prune_scan(self) -> tuple[list[Irq], tuple[Irq, Vcpu] | None]:
        """Unlink what belongs nowhere, up to the first that belongs elsewhere.

        Gives those unlinked, whose references the caller drops, and the one to move with the
        vCPU it belongs on; that one carries a reference across the gap without locks.
        """
        unlisted: list[Irq] = []
        async with self.ap_list_lock:
            for irq in list(self.ap_list):
                async with irq.irq_lock:
                    target = irq.target_oracle()
                    if target is None:
                        self.unlist(irq)
                        unlisted.append(irq)
                        continue
                if target is not self:
                    await self.get_moving(irq)
                    return unlisted, (irq, target)
        return unlisted, None

    async def get_moving(self, irq: Irq) -> None:
        """The reference that keeps an interrupt alive while no lock is held (vgic_get_irq_ref)."""
        await self.vm.get_irq_ref(irq)

    async def put_moving(self, irq: Irq) -> None:
        """Drop the reference of get_moving, whether the interrupt has moved or not (vgic_put_irq)."""
        await self.vm.put_irq(irq)

    def unlist(self, irq: Irq) -> None:
        """Take an interrupt off this list; both locks held."""
        self.unlink(irq)
        irq.vcpu = None

    def unlink(self, irq: Irq) -> None:
        """Take an interrupt out of the list itself, where it must be (list_del)."""
        if irq not in self.ap_list:
            title = f"{irq.name} is taken off the ap_list of {self.name}, and not on it"
            raise Violation("list", "unlinked-twice", title, thing=irq.name)
        self.ap_list.remove(irq)

    async def migrate(self, irq: Irq, target: Vcpu) -> bool:
        """Move an interrupt to ``target``'s list if it still belongs there: True if moved."""
        first, second = self.in_order(target)
        async with first.ap_list_lock, second.ap_list_lock, irq.irq_lock:
            return self.relist(irq, target)

    async def hand_over(self, irq: Irq, target: Vcpu) -> bool:
        """Move an interrupt to ``target``'s list, for another task: True if moved; it may be gone from here by then.

        An interrupt that is in a list register stays: this vCPU folds it back later, prunes its list after that, and
        moves the interrupt then. It is asked out of its guest, and not waited for.
        """
        first, second = self.in_order(target)
        async with first.ap_list_lock, second.ap_list_lock, irq.irq_lock:
            if irq.loaded_by is None:
                return self.relist(irq, target)
        here = self.as_vcpu()
        await here.make_request_irq_pending()
        await here.kick()
        return False

    def in_order(self, other: Vcpu) -> tuple[Vcpu, Vcpu]:
        """This vCPU and another one, in the order in which their lists are locked."""
        first, second = sorted((self.as_vcpu(), other), key=lambda vcpu: vcpu.vcpu_id)
        return first, second

    def relist(self, irq: Irq, target: Vcpu) -> bool:
        """Put an interrupt of this list on ``target``'s, if it still belongs there; all three locks held."""
        if not self.still_migrates(irq, target):
            return False
        self.unlink(irq)
        irq.vcpu = target
        target.ap_list.append(irq)
        return True

    def still_migrates(self, irq: Irq, target: Vcpu) -> bool:
        """The re-check of migrate: still listed here, and the same target still."""
        return irq.vcpu is self and irq.target_oracle() is target
