"""From an operation's fields to MSIs and routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.arch.words import Word, bits
from aiovgic.model.inject import Pin
from aiovgic.model.its import Msi
from aiovgic.uapi.constants import KVM_IRQ_ROUTING_IRQCHIP, KVM_IRQ_ROUTING_MSI, number64
from aiovgic.uapi.lines import RouteEntry

if TYPE_CHECKING:
    from collections.abc import Mapping


class U32(Word):
    """The 32 bits that an ioctl's field keeps of a number."""

    value = bits(31, 0)


def u32(value: object) -> int:
    """A number as a 32-bit field."""
    return U32(number64(value)).value


def msi_of(fields: Mapping[str, Any]) -> Msi:
    """The message of a signal_msi operation (struct kvm_msi)."""
    return Msi(
        address=number64(fields.get("address", 0)),
        data=u32(fields.get("data", 0)),
        devid=u32(fields.get("devid", 0)),
        flags=u32(fields.get("flags", 0)),
    )


def route_of(fields: Mapping[str, Any]) -> RouteEntry:
    """One entry of a set_gsi_routing operation."""
    kind = u32(fields["type"])
    target: Pin | Msi | None = None
    if kind == KVM_IRQ_ROUTING_MSI:
        target = msi_of(fields)
    elif kind == KVM_IRQ_ROUTING_IRQCHIP:
        target = Pin(u32(fields.get("pin", 0)))
    return RouteEntry(u32(fields["gsi"]), kind, u32(fields.get("flags", 0)), target, u32(fields.get("irqchip", 0)))
