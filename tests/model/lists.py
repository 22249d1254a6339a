"""What is on a vCPU's list, and in its list registers while its guest runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.facts import vcpu_facts
from aiovgic.uapi.operations import operation
from tests.machines import DIST, Bench

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.record.operation import Result

SPURIOUS = 1023
ISENABLER1, ICENABLER1, ISPENDR1, ICPENDR1 = DIST + 0x104, DIST + 0x184, DIST + 0x204, DIST + 0x284
ISACTIVER1 = DIST + 0x304
IPRIORITYR = DIST + 0x400
ICFGR2 = DIST + 0xC08
SPI_LINE = 1 << 24


def inside(bench: Bench, vcpu: int = 0) -> tuple[list[str], bool]:
    """A vCPU's list registers while its guest runs, and whether it is to exit when they run out."""
    seen: list[tuple[list[str], bool]] = []
    here = bench.vm.vcpus.value[vcpu]

    def look(_number: int, result: Result | None) -> None:
        if result is None:
            seen.append((vcpu_facts(here)["lrs"], here.underflow))

    nothing = operation("sysreg_read", {"vcpu": vcpu, "reg": "ICC_RPR_EL1"})
    bench.rt.finish(bench.machine.run_guest(bench.actor, vcpu, [nothing], look))
    return seen[0]


def pend(bench: Bench, priorities: Mapping[int, int]) -> None:
    """Make SPIs with these priorities pending, in this order."""
    for intid, priority in priorities.items():
        bench.write(IPRIORITYR + intid, priority, 1)
        bench.write(ISENABLER1, 1 << intid - 32)
        bench.write(ISPENDR1, 1 << intid - 32)


def listed(bench: Bench, vcpu: int = 0) -> list[int]:
    """What is on a vCPU's list."""
    return [irq.intid for irq in bench.vm.vcpus.value[vcpu].ap_list]


def take(bench: Bench) -> int:
    """Acknowledge, and end."""
    intid = bench.icc("IAR1")
    bench.set_icc("EOIR1", intid)
    return intid
