"""From an operation's fields to MSIs and routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.model.its import Msi
from aiovgic.model.routing import Pin
from aiovgic.uapi.constants import KVM_IRQ_ROUTING_IRQCHIP, KVM_IRQ_ROUTING_MSI
from aiovgic.uapi.lines import RouteEntry

if TYPE_CHECKING:
    from collections.abc import Mapping


def msi_of(fields: Mapping[str, Any]) -> Msi:
    """The message of a signal_msi operation (struct kvm_msi)."""
    return Msi(address=fields["address"], data=fields["data"], devid=fields["devid"], flags=fields["flags"])


def route_of(fields: Mapping[str, Any]) -> RouteEntry:
    """One entry of a set_gsi_routing operation."""
    kind = fields["type"]
    target: Pin | Msi | None = None
    if kind == KVM_IRQ_ROUTING_MSI:
        target = msi_of(fields)
    elif kind == KVM_IRQ_ROUTING_IRQCHIP:
        target = Pin(fields["pin"])
    return RouteEntry(fields["gsi"], kind, fields["flags"], target, fields["irqchip"])
