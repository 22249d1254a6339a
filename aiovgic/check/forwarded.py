"""Rule: what a GICv4 host injects by itself is what the guest's ITS says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.record.finding import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RULE = "stale-vlpi"


def stale_vlpi(facts: Mapping[str, Any]) -> Iterator[Violation]:
    """A host interrupt that is a vLPI of one vCPU, and an LPI of another or none, arrives at the wrong vCPU."""
    for what, host_irq, lpi in facts["forwarded"]:
        about = (f"{host_irq}.vpe", f"{lpi}.host_irq", f"{lpi}.target_vcpu", "irqfds.items")
        yield Violation("map", RULE, what, about=about)
