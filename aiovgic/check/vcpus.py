"""Rule: a vCPU that is online has its part of the vGIC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.record.finding import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RULE = "vcpu-incomplete"
ONLINE = ("vm.vcpus", "dist.initialized", "dist.vgic_model")
"""What says that a vCPU is to be complete."""


def vcpu_incomplete(facts: Mapping[str, Any]) -> Iterator[Violation]:
    """A vCPU that can be found has private interrupts, and after INIT a CPU interface."""
    if facts["vm"]["model"] == "NONE":
        return
    for name, vcpu in facts["vcpus"].items():
        if not vcpu["private"]:
            about = (f"{name}.private_irqs", *ONLINE)
            yield Violation("publication", RULE, f"{name} is online and has no private interrupts", about=about)
        elif facts["vm"]["initialized"] and not vcpu["pri_bits"]:
            about = (f"{name}.num_pri_bits", *ONLINE)
            yield Violation(
                "publication", RULE, f"{name} is online and INIT has left out its CPU interface", about=about
            )
