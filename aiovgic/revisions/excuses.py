"""What KVM does on purpose, and the rules would report: every excuse, as data.

`docs/detectors.md` says how to add one. A test shows for each entry that without it the search reports a finding.
"""

from __future__ import annotations

from aiovgic.model import unqueued
from aiovgic.sync import Excuse, RuleExcuse


def left_unqueued(name: str, why: str, source: str) -> RuleExcuse:
    """KVM leaves an interrupt that is due on no list, for the reason with this name."""
    return RuleExcuse(name=name, kind="lost-interrupt", rule="due-is-queued", why=why, source=source)


UNQUEUED: tuple[Excuse, ...] = (
    left_unqueued(
        unqueued.DISTRIBUTOR_OFF,
        why="KVM queues nothing while the distributor is off, and turning it on kicks only for what is listed",
        source="docs/facts/registers.md#2.3; vgic_target_oracle, vgic_mmio_write_v3_misc",
    ),
    left_unqueued(
        unqueued.NO_TARGET,
        why="KVM queues nothing that has no target, and a new target queues nothing (IROUTER, ITARGETSR, MOVI, MAPC)",
        source="docs/facts/interrupts.md#2 and #3; vgic_target_oracle, update_affinity",
    ),
    left_unqueued(
        unqueued.LPIS_OFF,
        why="turning EnableLPIs off takes LPIs off the list, and what was pending may be lost",
        source="docs/facts/interrupts.md#8.1; vgic_flush_pending_lpis; IHI 0069H, GICR_CTLR.EnableLPIs",
    ),
    left_unqueued(
        unqueued.LINE_COUNTS,
        why="GICD_ICFGR makes an interrupt level-triggered whose line is high, and queues nothing",
        source="docs/facts/interrupts.md#3; vgic_mmio_write_config",
    ),
)

EXCUSES: tuple[Excuse, ...] = UNQUEUED


def excuses_of(revision: str) -> tuple[Excuse, ...]:
    """The excuses that hold in a revision."""
    return tuple(each for each in EXCUSES if each.holds_in(revision))
