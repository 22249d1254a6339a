"""Which interrupts guests took: in their own steps, and at the end, when all is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiovgic.record.operation import Operation, Result
    from aiovgic.scenario.interface import CpuInterface
    from aiovgic.uapi.actor import Actor
    from aiovgic.uapi.machine import Machine

MOST = 64
"""Interrupts that one vCPU is asked for at the end."""


class Deliveries:
    """INTIDs in the order guests acknowledged them, and the vCPU of each."""

    def __init__(self, interface: CpuInterface) -> None:
        self.interface = interface
        self.taken: list[tuple[int, str]] = []

    def note(self, op: Operation, result: Result, vcpu: str) -> bool:
        """A guest's operation has ended: whether it took an interrupt."""
        intid = self.interface.taken(op, result)
        if intid is None:
            return False
        self.taken.append((intid, vcpu))
        return True

    def count(self, intid: int) -> int:
        """How often an interrupt was taken."""
        return sum(taken == intid for taken, _ in self.taken)

    def taker(self, intid: int) -> str | None:
        """The vCPU that took an interrupt last."""
        return next((vcpu for taken, vcpu in reversed(self.taken) if taken == intid), None)


async def drain(machine: Machine, actor: Actor, deliveries: Deliveries) -> None:
    """Let every vCPU take and end what it can take, until there is nothing more."""
    for index, vcpu in enumerate(actor.vcpus):
        for read, end in deliveries.interface.pairs(index):
            for _ in range(MOST):
                result = await machine.perform(actor, read)
                if not deliveries.note(read, result, vcpu.name):
                    break
                await machine.perform(actor, end)
