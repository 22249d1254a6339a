"""Ownership of allocated objects: an object that is not freed, and that no other object refers to, has leaked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiovgic.model.its import Its
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Part


def lost(vm: Vm) -> list[Part]:
    """What leaked, in the order it was allocated; for quiet points."""
    reached = dict.fromkeys(owned(vm))
    return [part for part in vm.faults.made if not part.freed and part not in reached]


def owned(vm: Vm) -> Iterator[Part]:
    """Every object with memory of its own that a VM refers to."""
    for vcpu in vm.vcpus.value:
        yield vcpu
        if vcpu.private_irqs.value is not None:
            yield vcpu.private_irqs.value
        yield from vcpu.ap_list
    if vm.dist.spis.value is not None:
        yield vm.dist.spis.value
    yield vm.routing.irq_routing.value
    if vm.mpidr.mpidr_data.value is not None:
        yield vm.mpidr.mpidr_data.value
    yield from vm.dist.rd_regions
    if vm.forwarding.vpes is not None:
        yield vm.forwarding.vpes
    yield from vm.lpis.lpi_xa.stored()
    for its in vm.devices.value:
        yield from owned_by_its(its)


def owned_by_its(its: Its) -> Iterator[Part]:
    """An ITS, and every object that it refers to."""
    yield its
    yield from its.maps.collection_list.values()
    for device in its.maps.devices():
        yield device
        for ite in device.itt.values():
            yield ite
            if ite.irq is not None:
                yield ite.irq
