"""What KVM does on purpose, and the rules would report: every excuse, as data.

`docs/detectors.md` says how to add one. A test shows for each entry that without it the search reports a finding.
"""

from __future__ import annotations

from aiovgic.bugs.active_change_livelock import ActiveChangeLivelock
from aiovgic.model import unqueued
from aiovgic.model.cpuif import CpuInterface
from aiovgic.model.dist import Dist
from aiovgic.model.gicd_v2 import DistV2
from aiovgic.model.gicv import GicV
from aiovgic.model.init import VgicInit
from aiovgic.model.inject import Injector
from aiovgic.model.irq import Irq
from aiovgic.model.irq_array import IrqArray
from aiovgic.model.vcpu import Vcpu
from aiovgic.model.vcpu_state import VcpuState
from aiovgic.model.vgic_cpu import VgicCpu
from aiovgic.model.vm import Vm
from aiovgic.revisions.v6_1 import AffinityResets
from aiovgic.revisions.v6_1_private import PrivateIrqsInVcpu
from aiovgic.sync import Excuse, RaceExcuse, RuleExcuse, Site
from aiovgic.uapi.create import Creation
from aiovgic.uapi.extensions import Extensions
from aiovgic.uapi.id_regs import IdRegs
from aiovgic.uapi.one_reg import OneRegs
from aiovgic.uapi.vgic import VgicDevice


def left_unqueued(name: str, why: str, source: str) -> RuleExcuse:
    """KVM leaves an interrupt that is due on no list, for the reason with this name."""
    return RuleExcuse(name=name, kind="lost-interrupt", rule="not-queued", why=why, source=source)


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

ORACLE = Site(Irq, "target_oracle", ("self.irq_lock",))
"""Where KVM decides on which vCPU an interrupt belongs."""

BOUNDS = Site(Dist, "nr_irqs")
"""Where KVM checks an INTID against the number of interrupts."""

KICKED = Site(VgicCpu, "vcpu_pending_irq")
"""Where KVM looks whether a vCPU has something to take; called for other vCPUs, too."""

CREATES = Site(VgicInit, "create_locked", ("self.vm.kvm_lock", "self.vm.config_lock"))
"""Where the creation of the vGIC changes the VM; it holds the mutex of every vCPU, too, and there may be none."""

LOOKED_UP = Site(IrqArray, "__getitem__")
"""Where an interrupt is taken from the array that a pointer led to."""

ENABLED = "the oracle reads dist->enabled under irq_lock only; what it leaves unqueued waits for its next event"
V2_ENABLED = "a GICv2 guest writes GICD_CTLR under no lock; a bool is written whole"
NR_SPIS = "bounds checks read nr_spis without a lock; it changes from 0 to its value, and until then nothing is there"
MODEL = "the model is set once, under all locks of creation, and read without a lock; it is written whole"

SPINS = Site(ActiveChangeLivelock, "change_active", ("irq.irq_lock",))
"""Where KVM up to 4.12 spins until the holder of an interrupt is off its CPU."""

LOOKS_AT_CPU = "up to 4.12 a write of active state looks at vcpu->cpu of the holder without its mutex, again and again"

RACES: tuple[Excuse, ...] = (
    RaceExcuse(
        name="dist-enabled-oracle",
        part=Dist,
        field="enabled",
        write=Site(Dist, "write_ctlr", ("self.vm.config_lock",)),
        read=ORACLE,
        why=ENABLED,
        source="docs/facts/interrupts.md#8.1; vgic_mmio_write_v3_misc, vgic_target_oracle",
    ),
    RaceExcuse(
        name="dist-enabled-user-oracle",
        part=Dist,
        field="enabled",
        write=Site(Dist, "uwrite_ctlr", ("self.vm.config_lock", "at.vcpu.mutex")),
        read=ORACLE,
        why=ENABLED,
        source="docs/facts/interrupts.md#8.1; vgic_mmio_uaccess_write_v3_misc, vgic_target_oracle",
    ),
    RaceExcuse(
        name="dist-enabled-v2-oracle",
        part=Dist,
        field="enabled",
        write=Site(DistV2, "write_ctlr", ("at.running.mutex",)),
        read=ORACLE,
        why=ENABLED,
        source="docs/facts/interrupts.md#8.1; vgic_mmio_write_v2_misc, vgic_target_oracle",
    ),
    RaceExcuse(
        name="dist-enabled-v2-read",
        part=Dist,
        field="enabled",
        write=Site(DistV2, "write_ctlr", ("at.running.mutex",)),
        read=Site(DistV2, "write_ctlr", ("at.running.mutex",)),
        why=V2_ENABLED,
        source="docs/facts/interrupts.md#8.1; vgic_mmio_write_v2_misc",
    ),
    RaceExcuse(
        name="dist-enabled-v2-write",
        part=Dist,
        field="enabled",
        write=Site(DistV2, "write_ctlr", ("at.running.mutex",)),
        other_write=Site(DistV2, "write_ctlr", ("at.running.mutex",)),
        why=V2_ENABLED,
        source="docs/facts/interrupts.md#8.1; vgic_mmio_write_v2_misc",
    ),
    RaceExcuse(
        name="nr-spis-init",
        part=Dist,
        field="nr_spis",
        write=Site(VgicInit, "vgic_init", ("self.vm.config_lock",)),
        read=BOUNDS,
        why=NR_SPIS,
        source="docs/facts/interrupts.md#8.1; vgic_init, vgic_get_irq",
    ),
    RaceExcuse(
        name="nr-spis-attr",
        part=Dist,
        field="nr_spis",
        write=Site(VgicDevice, "freeze_nr_irqs", ("self.vm.config_lock",)),
        read=BOUNDS,
        why=NR_SPIS,
        source="docs/facts/interrupts.md#8.1; vgic_set_common_attr, vgic_get_irq",
    ),
    RaceExcuse(
        name="spis-published-plain",
        part=IrqArray,
        field="filled",
        write=Site(VgicInit, "dist_init", ("self.vm.config_lock",)),
        read=LOOKED_UP,
        why="INIT stores dist->spis, and sets dist->initialized last; both are plain, without a barrier, to this day",
        source="docs/facts/races.md#1.4; kvm_vgic_dist_init, vgic_get_irq",
    ),
    RaceExcuse(
        name="private-irqs-published-plain",
        part=IrqArray,
        field="filled",
        write=Site(VgicInit, "allocate_private_irqs", ("self.vm.config_lock",)),
        read=LOOKED_UP,
        why="private interrupts come with the vGIC, and dist->initialized is set last; both stores are plain",
        source="docs/facts/races.md#1.4; vgic_allocate_private_irqs_locked, vgic_get_vcpu_irq",
        revisions=("fixed", "v6.12"),
    ),
    RaceExcuse(
        name="private-irqs-completed-plain",
        part=IrqArray,
        field="filled",
        write=Site(PrivateIrqsInVcpu, "allocate_all_private_irqs", ("self.vm.config_lock",)),
        read=LOOKED_UP,
        why="up to 6.9 INIT writes group and affinity of private interrupts, and sets dist->initialized last, plain",
        source="docs/facts/races.md#1.4; vgic_init, vgic_get_irq",
        revisions=("v6.1", "v4.8", "its-v7"),
    ),
    RaceExcuse(
        name="model-in-kernel",
        part=Dist,
        field="vgic_model",
        write=CREATES,
        read=Site(Dist, "in_kernel"),
        why=MODEL,
        source="docs/facts/uapi.md#16; kvm_vgic_create, irqchip_in_kernel",
    ),
    RaceExcuse(
        name="model-has-its",
        part=Dist,
        field="vgic_model",
        write=CREATES,
        read=Site(Dist, "has_its"),
        why=MODEL,
        source="docs/facts/uapi.md#16; kvm_vgic_create, vgic_has_its",
    ),
    RaceExcuse(
        name="model-lazy-init",
        part=Dist,
        field="vgic_model",
        write=CREATES,
        read=Site(Injector, "lazy_init"),
        why=MODEL,
        source="docs/facts/uapi.md#16; kvm_vgic_create, vgic_lazy_init",
    ),
    RaceExcuse(
        name="model-new-vcpu",
        part=Dist,
        field="vgic_model",
        write=CREATES,
        read=Site(VgicCpu, "choose_interface"),
        why="a vCPU in creation asks for the model without a lock; what can follow is the fault vcpu-vs-vgic-creation",
        source="docs/facts/races.md#8; kvm_vgic_vcpu_init",
        revisions=("v6.12", "v6.1", "v4.8", "its-v7"),
    ),
    RaceExcuse(
        name="has-run-once",
        part=Vcpu,
        field="has_run_once",
        write=Site(Vcpu, "run_pid_change", ("self.mutex",)),
        read=Site(IdRegs, "has_run", ("self.vm.config_lock",)),
        why="a write of an ID register asks each vCPU whether it ran, without that vCPU's mutex",
        source="docs/facts/uapi.md#16; kvm_vm_has_ran_once",
    ),
    RaceExcuse(
        name="mpidr-affinity",
        part=VcpuState,
        field="mpidr",
        write=Site(OneRegs, "set", ("vcpu.mutex",)),
        read=Site(VcpuState, "affinity"),
        why="vCPUs are looked up by MPIDR without their mutex; userspace is to set it before the guest runs",
        source="docs/facts/uapi.md#3; kvm_vcpu_get_mpidr_aff, kvm_mpidr_to_vcpu",
    ),
    RaceExcuse(
        name="mpidr-first-init",
        part=VcpuState,
        field="mpidr",
        write=Site(Creation, "reset_vcpu", ("vcpu.mutex",)),
        read=Site(VcpuState, "affinity"),
        why="KVM_ARM_VCPU_INIT resets the MPIDR while other vCPUs are looked up by theirs; before it the MPIDR is 0",
        source="docs/facts/uapi.md#3; kvm_reset_sys_regs, kvm_vcpu_get_mpidr_aff",
    ),
    RaceExcuse(
        name="mpidr-init-again",
        part=VcpuState,
        field="mpidr",
        write=Site(AffinityResets, "reset_vcpu", ("vcpu.mutex",)),
        read=Site(VcpuState, "affinity"),
        why="up to 6.1 every KVM_ARM_VCPU_INIT resets the MPIDR while vCPUs are looked up by theirs",
        source="docs/facts/uapi.md#3; kvm_reset_sys_regs, kvm_vcpu_get_mpidr_aff",
        revisions=("v6.1", "v4.8", "its-v7"),
    ),
    RaceExcuse(
        name="vmcr-kick",
        part=VgicCpu,
        field="vmcr",
        write=Site(CpuInterface, "put", ("vcpu.mutex",)),
        read=KICKED,
        why="GICD_CTLR looks which vCPUs to kick and stops none of them; a vCPU that runs looks again itself",
        source="docs/facts/interrupts.md#7; vgic_kick_vcpus, kvm_vgic_vcpu_pending_irq, vgic_v3_put",
    ),
    RaceExcuse(
        name="vmcr-kick-v2",
        part=VgicCpu,
        field="vmcr",
        write=Site(GicV, "put", ("vcpu.mutex",)),
        read=KICKED,
        why="GICD_CTLR looks which vCPUs to kick and stops none of them; a vCPU that runs looks again itself",
        source="docs/facts/interrupts.md#7; vgic_kick_vcpus, kvm_vgic_vcpu_pending_irq, vgic_v2_put",
    ),
    RaceExcuse(
        name="cpu-of-holder-load",
        part=VcpuState,
        field="cpu",
        write=Site(VcpuState, "vcpu_load", ("self.mutex",)),
        read=SPINS,
        why=LOOKS_AT_CPU,
        source="docs/facts/races.md#19; vgic_mmio_change_active, kvm_arch_vcpu_load",
    ),
    RaceExcuse(
        name="cpu-of-holder-put",
        part=VcpuState,
        field="cpu",
        write=Site(VcpuState, "vcpu_put", ("self.mutex",)),
        read=SPINS,
        why=LOOKS_AT_CPU,
        source="docs/facts/races.md#19; vgic_mmio_change_active, kvm_arch_vcpu_put",
    ),
    RaceExcuse(
        name="max-vcpus-extension",
        part=Vm,
        field="max_vcpus",
        write=CREATES,
        read=Site(Extensions, "check"),
        why="KVM_CHECK_EXTENSION reads max_vcpus without a lock; the answer is that of before or after the creation",
        source="docs/facts/uapi.md#1; kvm_vgic_create, kvm_vm_ioctl_check_extension",
    ),
)

EXCUSES: tuple[Excuse, ...] = (*UNQUEUED, *RACES)


def excuses_of(revision: str) -> tuple[Excuse, ...]:
    """The excuses that hold in a revision."""
    return tuple(each for each in EXCUSES if each.holds_in(revision))
