"""Rules: an interrupt that is due is where its vCPU will find it, and the vCPU will look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.record.finding import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def not_queued(facts: Mapping[str, Any]) -> Iterator[Violation]:
    """Pending, enabled and with a target, it is on a list, if the distributor is on.

    KVM leaves some such interrupts unqueued on purpose: an excuse has the name that the facts give as reason.
    """
    if not facts["vm"]["enabled"]:
        return
    for name, irq in facts["irqs"].items():
        level = irq["config"] == "LEVEL" and irq["line"]
        due = irq["enabled"] and (irq["latch"] or level) and irq["target"] is not None
        if due and irq["listed"] is None:
            what = f"{name} is pending and enabled for {irq['target']}, and on no list: nothing will deliver it"
            about = (*due_by(name), f"{name}.target_vcpu", f"{name}.vcpu")
            yield Violation("lost-interrupt", "not-queued", what, excuse=irq["unqueued"] or "", about=about)


def blocked_with_pending(facts: Mapping[str, Any]) -> Iterator[Violation]:
    """A vCPU that waits for an interrupt has none; whatever it asks itself before it sleeps."""
    for vcpu, irq in facts["asleep"]:
        what = f"{vcpu} waits for an interrupt, and {irq} is on its list and due"
        about = (*due_by(irq), f"{vcpu}.ap_list", f"{vcpu}.requests", f"{vcpu}.wait")
        yield Violation("lost-wakeup", "blocked-with-pending", what, about=about)


def not_kicked(facts: Mapping[str, Any]) -> Iterator[Violation]:
    """A vCPU that is left alone in its guest has everything that is due in its list registers."""
    for vcpu, irq in facts["unheard"]:
        what = f"{irq} is due on {vcpu}, which is in the guest without it, and no kick is due"
        about = (*due_by(irq), f"{vcpu}.ap_list", f"{vcpu}.requests", f"{vcpu}.mode")
        yield Violation("lost-interrupt", "not-kicked", what, about=about)


def due_by(irq: str) -> tuple[str, ...]:
    """The fields that make an interrupt due."""
    return (f"{irq}.pending_latch", f"{irq}.line_level", f"{irq}.enabled")
