"""The state of a machine as facts: what reports, traces and rules look at, at quiet points.

Nothing here takes a lock or is a point: it is for moments when no task runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.model import invariants
from aiovgic.model.dist import Model
from aiovgic.model.owned import lost
from aiovgic.model.unqueued import why_unqueued

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiovgic.model.irq import Irq
    from aiovgic.model.its import Its
    from aiovgic.model.its.cache import TranslationCache
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Shared

Facts = dict[str, Any]


def facts(vm: Vm) -> Facts:
    """Everything: the VM, its vCPUs, its ITSes, and every interrupt that is not as it was made."""
    return {
        "vm": vm_facts(vm),
        "bus": [[hex(here.base), hex(here.length), here.device.name] for here in vm.bus.ranges.value],
        "vcpus": {vcpu.name: vcpu_facts(vcpu) for vcpu in vm.vcpus.value},
        "its": {its.name: its_facts(its) for its in reversed(vm.devices.value)},
        "irqs": {irq.name: irq_facts(irq) for irq in irqs(vm)},
        "lost": [part.name for part in lost(vm)],
        "cached": [irq.intid for irq in cached(vm)],
        "strays": invariants.strays(vm),
        "forwarded": invariants.forwarded(vm),
        "outlived": invariants.outlived(vm),
        "astray": invariants.astray(vm),
        "dangling": invariants.dangling(vm),
        "claims": invariants.claims(vm),
        "asleep": invariants.asleep(vm),
        "stranded": invariants.stranded(vm),
    }


def publication_facts(vm: Vm, word: Shared[Any]) -> Facts:
    """What must be so when a word is published.

    Nothing else is read here: a step that changes what is read does not commute with the step that publishes.
    """
    dist = vm.dist
    model = dist.vgic_model if word in (vm.vcpus, dist.initialized) else Model.NONE
    initialized = model is not Model.NONE and dist.initialized.value
    online = vm.vcpus.value if model is not Model.NONE else ()
    return {
        "vm": {"model": model.name, "initialized": initialized},
        "vcpus": {
            vcpu.name: {
                "private": vcpu.private_irqs.value is not None,
                **({"pri_bits": vcpu.num_pri_bits} if initialized else {}),
            }
            for vcpu in online
        },
        "claims": invariants.claims(vm, word),
    }


def vm_facts(vm: Vm) -> Facts:
    """The facts about the VM as a whole."""
    dist = vm.dist
    return {
        "model": dist.vgic_model.name,
        "nr_spis": dist.nr_spis,
        "initialized": dist.initialized.value,
        "ready": dist.ready.value,
        "enabled": dist.enabled,
        "has_its": dist.has_its_flag.value,
        "dead": vm.vm_dead.value,
        "dist": hex(dist.vgic_dist_base),
        "propbaser": hex(dist.propbaser.value),
    }


def vcpu_facts(vcpu: Vcpu) -> Facts:
    """A vCPU: where it is, what it holds, and how its interface is set."""
    return {
        "mode": vcpu.mode.value.value,
        "requests": int(vcpu.requests.value),
        "ap_list": [irq.intid for irq in vcpu.ap_list],
        "lrs": [f"{lr.intid}{'P' if lr.pending else ''}{'A' if lr.active else ''}" for lr in vcpu.hw.lrs],
        "vmcr": hex(vcpu.vmcr),
        "ap0r": hex(vcpu.ap0r),
        "ap1r": hex(vcpu.ap1r),
        "lpis": vcpu.lpi_ctlr.value.name,
        "pendbaser": hex(vcpu.pendbaser.value),
        "redist": hex(vcpu.rd.base_addr),
        "pri_bits": vcpu.num_pri_bits,
        "private": vcpu.private_irqs.value is not None,
    }


def its_facts(its: Its) -> Facts:
    """An ITS: its registers and its mappings."""
    return {
        "base": hex(its.vgic_its_base.value),
        "enabled": its.enabled.value,
        "cbaser": hex(its.cbaser.value),
        "creadr": hex(its.creadr.value),
        "cwriter": hex(its.cwriter.value),
        "baser0": hex(its.baser_device_table.value),
        "baser1": hex(its.baser_coll_table.value),
        "collections": {
            collection.collection_id: collection.target_addr if collection.is_mapped() else None
            for collection in its.maps.collection_list.values()
        },
        "events": {
            f"{device.device_id}{hidden(n)}:{ite.event_id}": [
                None if ite.irq is None else ite.irq.intid,
                None if ite.collection is None else ite.collection.collection_id,
            ]
            for devices in its.maps.device_list.values()
            for n, device in enumerate(devices)
            for ite in device.itt.values()
        },
    }


def hidden(n: int) -> str:
    """How the nth device with a DeviceID is told from the first, which hides it."""
    return f"#{n}" if n else ""


def cached(vm: Vm) -> Iterator[Irq]:
    """The LPI of every cached translation; where ITSes share one cache, once."""
    seen: list[TranslationCache] = []
    for its in reversed(vm.devices.value):
        if not any(its.cache is cache for cache in seen):
            seen.append(its.cache)
            yield from its.cache.cached()


def irqs(vm: Vm) -> Iterator[Irq]:
    """Every interrupt that was ever touched: private ones by vCPU, SPIs, LPIs; each in order of INTID."""
    for vcpu in vm.vcpus.value:
        if vcpu.private_irqs.value is not None:
            yield from vcpu.private_irqs.value.made()
    if vm.dist.spis.value is not None:
        yield from vm.dist.spis.value.made()
    yield from vm.lpis.lpi_xa.stored()


def irq_facts(irq: Irq) -> Facts:
    """One interrupt."""
    return {
        "intid": irq.intid,
        "refs": irq.refcount.count,
        "latch": irq.pending_latch,
        "line": irq.line_level,
        "active": irq.active,
        "enabled": irq.enabled,
        "config": irq.config.name,
        "group": irq.group,
        "priority": irq.priority,
        "target": None if irq.target_vcpu is None else irq.target_vcpu.name,
        "listed": None if irq.vcpu is None else irq.vcpu.name,
        "unqueued": why_unqueued(irq) or None,
    }
