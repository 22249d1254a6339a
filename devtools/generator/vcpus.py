"""Themes about KVM_ARM_VCPU_INIT and the core registers.

A vCPU that was told to be off would wait for ever, one that is reset after it ran skips an
instruction of the probe, and one whose core registers were changed is not where the probe is:
none of them runs any more (devtools/oracle/README.md). What a vCPU that ran has in its core registers
is the probe's, until it is reset.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import dump
from .machine import Plan, bring_up, ids
from .vocabulary import ADDR, CTRL, INIT, V3_DIST, V3_REDIST

if TYPE_CHECKING:
    from .script import Script

DIST, REDIST = 0x0800_0000, 0x080A_0000

POWER_OFF = 1 << 0
EL1_32BIT = 1 << 1
PSCI_0_2 = 1 << 2
PMU_V3 = 1 << 3
OFFERED = (0, 0, 0, PSCI_0_2, PSCI_0_2, PMU_V3, POWER_OFF)
REFUSED = (EL1_32BIT, *(1 << feature for feature in range(4, 9)), 1 << 12, 1 << 31)

MPIDR_EL1 = 0x6030_0000_0013_C005
CORE = 0x6000_0000_0010_0000
SIZE = 52
SP_EL0, PC, PSTATE, SPSRS = 0x3E, 0x40, 0x42, range(0x48, 0x52, 2)
VREGS = range(0x54, 0xD4, 4)
FPSR, FPCR = 0xD4, 0xD5
NR_CORE_WORDS = 0xD8
U32, U64, U128 = 2, 3, 4
STATES = (0x3C5, 0x3C5, 0x3C4, 0x3C0, 0x1D0, 0x10, 0x13, 0x1F, 0x3C9, 0x3CD, 0xF000_03C5, 0x5)
"""PSTATE in every mode there is, and in some that no guest here has."""


def features(s: Script) -> int:
    """A word for KVM_ARM_VCPU_INIT, mostly one that is accepted."""
    return s.pick(OFFERED) | s.pick(OFFERED) | (s.pick(REFUSED) if s.chance(12) else 0)


def core(offset: int, size: int = U64) -> int:
    """The id of the core register that begins at a 32-bit word."""
    return CORE | size << SIZE | offset


def register(s: Script) -> int:
    """The id of a register: mostly one there is."""
    plain = (*range(0, PC, 2), *range(SP_EL0, SPSRS.stop, 2), *range(PSTATE, SPSRS.stop, 2), PSTATE, PSTATE)
    kind = s.rng.randrange(100)
    if kind < 60:
        return core(s.pick(plain))
    if kind < 72:
        return core(s.pick((FPSR, FPCR)), U32)
    if kind < 80:
        return core(s.pick(VREGS), U128)
    if kind < 86:
        return MPIDR_EL1
    if kind < 95:
        return core(s.rng.randrange(NR_CORE_WORDS + 8), s.rng.randrange(8))
    return s.pick((0, 1 << SIZE, core(0) | 1 << 28, core(0) & ~(1 << 61), core(0) ^ 0x3 << 16, MPIDR_EL1 ^ 0x1 << SIZE))


def get(s: Script, vcpu: int, reg: int) -> None:
    """KVM_GET_ONE_REG."""
    s.op("get_one_reg", vcpu=vcpu, id=hex(reg))


def change(s: Script, vcpu: int) -> None:
    """KVM_SET_ONE_REG of some register, which is then read, and PSTATE with it."""
    reg = register(s)
    value = s.pick(STATES) if reg == core(PSTATE) else s.word(64)
    s.op("set_one_reg", vcpu=vcpu, id=hex(reg), value=hex(value))
    get(s, vcpu, reg)
    if s.chance(30):
        get(s, vcpu, core(s.pick((0, 2, 28, 30, 60, PSTATE))))


def vcpu_features(s: Script) -> None:
    """KVM_ARM_VCPU_INIT with all kinds of features, in any order, again, and after a run."""
    s.create_vm()
    count = s.rng.randint(1, 3)
    if s.chance(30):
        s.device("vgic-v3")
    for vcpu in range(count):
        s.op("create_vcpu", id=vcpu)
    runs = set(range(count))
    ran: set[int] = set()
    for _ in s.few(6, 16):
        vcpu = s.rng.randrange(count + s.chance(5))
        kind = s.rng.randrange(10)
        if kind < 6:
            asked = features(s)
            s.op("arm_vcpu_init", vcpu=vcpu, features=asked)
            if asked & POWER_OFF or vcpu in ran:
                runs.discard(vcpu)
        elif kind < 8:
            get(s, vcpu, s.pick((MPIDR_EL1, core(SPSRS[0]))))
        elif vcpu in runs:
            s.op("run", vcpu=vcpu)
            ran.add(vcpu)
    for vcpu in range(count):
        get(s, vcpu, MPIDR_EL1 if vcpu in ran else core(PSTATE))


def core_registers(s: Script) -> None:
    """Core registers set and read by userspace, reset by KVM_ARM_VCPU_INIT, of several vCPUs."""
    s.create_vm()
    count = s.rng.randint(1, 2)
    for vcpu in range(count):
        s.op("create_vcpu", id=vcpu)
        if s.chance(90):
            s.op("arm_vcpu_init", vcpu=vcpu)
            if s.chance(20):
                s.op("run", vcpu=vcpu)
                s.op("arm_vcpu_init", vcpu=vcpu)
    for _ in s.few(10, 30):
        vcpu = s.rng.randrange(count)
        if s.chance(20):
            s.op("arm_vcpu_init", vcpu=vcpu, features=s.pick((0, 0, 0, features(s))))
            for place in s.rng.sample(range(SP_EL0, SPSRS.stop, 2), 4):
                get(s, vcpu, core(place))
        elif s.chance(60):
            change(s, vcpu)
        else:
            get(s, vcpu, register(s))


def again(s: Script) -> None:
    """A vCPU with interrupts is reset by KVM_ARM_VCPU_INIT: its part of the vGIC stays as it is."""
    m = bring_up(s, Plan(ids=ids(s, 1, 3), its=s.rng.randrange(2)))
    for vcpu in m.vcpus:
        m.gicr_write(vcpu, vcpu, 0x1_0100, s.word())
        m.gicr_write(vcpu, vcpu, 0x1_0200, s.word(16))
        s.msr(vcpu, "BPR1", s.rng.randrange(8))
    reset = s.pick(m.vcpus)
    s.op("arm_vcpu_init", vcpu=reset)
    for _ in s.few(1, 4):
        if s.chance(50):
            s.op("arm_vcpu_init", vcpu=reset, features=s.pick((0, 0, POWER_OFF, features(s))))
        else:
            change(s, reset)
    for vcpu in m.vcpus:
        dump.redist(m, vcpu)
        dump.sysregs(m, vcpu)
        get(s, vcpu, MPIDR_EL1)
        if vcpu != reset:
            dump.drain(m, vcpu, 2)


def first_runs(s: Script) -> None:
    """First runs of vCPUs with and without features, a complete vGIC, and its INIT."""
    s.create_vm()
    count = s.rng.randint(1, 3)
    asked = s.pick((0, 0, PSCI_0_2, PMU_V3, PSCI_0_2 | PMU_V3))
    early = s.chance(50)
    for vcpu in range(count):
        s.op("create_vcpu", id=vcpu)
        if early:
            s.op("arm_vcpu_init", vcpu=vcpu, features=asked)
    vgic = s.chance(70)
    if vgic:
        s.device("vgic-v3")
        s.set(0, ADDR, V3_DIST, DIST)
        s.set(0, ADDR, V3_REDIST, REDIST)
    if not early:
        for vcpu in range(count):
            s.op("arm_vcpu_init", vcpu=vcpu, features=asked)
    if vgic and s.chance(85):
        s.set(0, CTRL, INIT)
    for _ in s.few(1, 4):
        vcpu = s.rng.randrange(count)
        s.op("run", vcpu=vcpu)
        get(s, vcpu, s.pick((MPIDR_EL1, core(SPSRS[0]))))
    s.device("vgic-v3")
