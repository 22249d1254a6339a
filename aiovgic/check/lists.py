"""Rule: an interrupt is on one list, that of the vCPU it names, and in no list register while that vCPU is out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.record.finding import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RULE = "list-mismatch"
OUTSIDE = "outside"


def list_mismatch(facts: Mapping[str, Any]) -> Iterator[Violation]:
    """An interrupt that is listed elsewhere than it says is delivered twice, or never."""
    named: dict[str, list[int]] = {}
    fields = {irq["intid"]: f"{name}.vcpu" for name, irq in facts["irqs"].items()}
    for irq in facts["irqs"].values():
        if irq["listed"] is not None:
            named.setdefault(irq["listed"], []).append(irq["intid"])
    for name, vcpu in facts["vcpus"].items():
        listed, says = sorted(vcpu["ap_list"]), sorted(named.pop(name, []))
        if listed != says:
            what = f"{name} has {listed} on its ap_list, but {says} name it as their list"
            differ = [
                fields[intid] for intid in (*listed, *says) if intid in fields and (intid in listed) != (intid in says)
            ]
            yield Violation("list", RULE, what, about=(f"{name}.ap_list", *differ))
        if vcpu["lrs"] and vcpu["mode"] == OUTSIDE:
            what = f"{name} is not in its guest, and has {', '.join(vcpu['lrs'])} in list registers"
            yield Violation("list", RULE, what, about=(f"{name}.mode", f"{name}.ap_list"))
    for name, intids in named.items():
        what = f"{intids} name the ap_list of {name}, and there is no {name}"
        yield Violation("list", RULE, what, about=tuple(fields[intid] for intid in intids))
