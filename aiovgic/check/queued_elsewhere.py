"""Rule: what a sleeping vCPU waits for is not on the list of a vCPU that does not run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.record.finding import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RULE = "queued-elsewhere"


def queued_elsewhere(facts: Mapping[str, Any]) -> Iterator[Violation]:
    """An interrupt that got another target moves when the vCPU that lists it leaves its guest (vgic_prune_ap_list).

    If that vCPU does not run, the interrupt stays on its list, and the new target sleeps on.
    """
    for irq, holder, target in facts["stranded"]:
        what = f"{irq} is due on {target}, which sleeps, and is on the list of {holder}, which does not run"
        about = (f"{irq}.pending_latch", f"{irq}.target_vcpu", f"{irq}.vcpu", f"{holder}.ap_list", f"{target}.requests")
        yield Violation("lost-interrupt", RULE, what, about=(*about, f"{target}.wait"))
