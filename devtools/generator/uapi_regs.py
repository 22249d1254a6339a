"""Themes: register state as userspace reads and writes it, and what the guest makes of it."""

from __future__ import annotations

from . import dump
from .machine import DIST, Machine, Plan, bring_up, ids
from .script import TIMER_BITS, Script
from .uapi_attrs import DIST_OFFSETS, ITS_OFFSETS, REDIST_OFFSETS, any_sysreg
from .vocabulary import CPU_SYSREGS, DIST_REGS, LEVEL_INFO, MPIDR_ONE_REG, REDIST_REGS, sysreg_attr

STATE = (0x84, 0x104, 0x184, 0x204, 0x284, 0x304, 0x384, 0x420, 0x424, 0xC08, 0xC0C, 0x6100, 0x6108, 0x0)
PRIVATE = (0x80, 0x100, 0x180, 0x200, 0x280, 0x300, 0x380, 0x400, 0x410, 0xC00, 0xC04)
IIDR = 0x4B00_043B


def registers(s: Script) -> None:
    """GICD and GICR by userspace: set, read back, and looked at by the guest."""
    m = bring_up(s, Plan(ids=ids(s, 1, 4), nr_irqs=s.pick((64, 96)), its=s.rng.randrange(2), guest=s.chance(60)))
    for _ in s.few(12, 30):
        kind = s.rng.randrange(100)
        vcpu = m.any_vcpu()
        if kind < 40:
            offset = s.pick(STATE) if s.chance(75) else s.pick(DIST_OFFSETS)
            s.set(m.vgic, DIST_REGS, offset, s.word())
            s.get(m.vgic, DIST_REGS, offset)
        elif kind < 80:
            offset = 0x1_0000 + s.pick(PRIVATE) if s.chance(75) else s.pick(REDIST_OFFSETS)
            m.gicr_set(vcpu, offset, s.word())
            s.get(m.vgic, REDIST_REGS, m.redist(vcpu, offset))
        elif kind < 90:
            revision = s.pick((1, 2, 2, 3, 3, 4)) << 12
            s.set(m.vgic, DIST_REGS, 8, s.pick((IIDR | revision, IIDR | revision, s.word())))
            s.get(m.vgic, REDIST_REGS, m.redist(vcpu, 0))
        else:
            s.read(vcpu, DIST + s.pick(STATE))
    dump.brief(m)


def level_info(s: Script) -> None:
    """Line levels by userspace, beside lines and configuration."""
    m = bring_up(s, Plan(ids=ids(s, 1, 3), nr_irqs=s.pick((64, 96)), guest=s.chance(80)))
    s.write(0, DIST + 0x104, 0xFFFF_FFFF)
    m.gicr_write(0, 0, 0x1_0100, 0xFFFF_FFFF)
    for _ in s.few(10, 25):
        kind = s.rng.randrange(6)
        vcpu = m.any_vcpu()
        if kind == 0:
            s.write(0, DIST + 0xC08 + 4 * s.rng.randrange(2), s.word() & s.pick((0, 0xF, 0xFFFF_FFFF)))
        elif kind == 1:
            s.line(s.pick((16, 20, 26, 31, 32, 33, 34, 63)), s.rng.randrange(2), m.plan.ids[vcpu])
        elif kind == 2:
            s.set(m.vgic, LEVEL_INFO, s.pick((32, 32, 64, 96, 33)) | m.mpidr(vcpu) << 32, s.word() & 0xFF)
        elif kind == 3:
            s.set(m.vgic, LEVEL_INFO, m.mpidr(vcpu) << 32, s.word() & ~TIMER_BITS)
        elif kind == 4:
            s.get(m.vgic, LEVEL_INFO, s.pick((0, 32, 64)) | m.mpidr(vcpu) << 32)
        else:
            dump.drain(m, vcpu, 1)
    dump.dist(m)
    for vcpu in m.vcpus:
        dump.redist(m, vcpu)
        dump.drain(m, vcpu, 3)


def sysregs(s: Script) -> None:
    """The CPU interface by userspace and by the guest, one after the other."""
    m = bring_up(s, Plan(ids=ids(s, 1, 3), guest=s.chance(75)))
    for _ in s.few(15, 35):
        vcpu = m.any_vcpu()
        name = s.pick(("CTLR", "CTLR", "PMR", "BPR0", "BPR1", "IGRPEN0", "IGRPEN1", "AP0R0", "AP1R0", "SRE"))
        kind = s.rng.randrange(100)
        if kind < 40:
            s.set(m.vgic, CPU_SYSREGS, m.mpidr(vcpu) << 32 | sysreg_attr(f"ICC_{name}_EL1"), sysreg_value(s, name))
        elif kind < 50:
            s.set(m.vgic, CPU_SYSREGS, m.mpidr(vcpu) << 32 | any_sysreg(s), s.word(64))
        elif kind < 75:
            s.msr(vcpu, name, sysreg_value(s, name))
        else:
            s.mrs(vcpu, name)
        s.get(m.vgic, CPU_SYSREGS, m.mpidr(vcpu) << 32 | sysreg_attr(f"ICC_{name}_EL1"))
    for vcpu in m.vcpus:
        dump.sysregs(m, vcpu)
        dump.guest(m, vcpu)
        for name in ("CTLR", "PMR", "BPR0", "BPR1", "IGRPEN0", "IGRPEN1"):
            s.mrs(vcpu, name)


def sysreg_value(s: Script, name: str) -> int:
    """A value that means something to the register."""
    if s.chance(10):
        return s.word(64)
    if name == "CTLR":
        bits, ids_ = s.pick((0x400, 0x400, 0x300, 0x500, 0)), s.pick((0, 0x800, 0x800))
        return s.rng.randrange(4) | bits | ids_ | s.pick((0x8000, 0x8000, 0x8000, 0, 0x4000))
    if name == "PMR":
        return s.pick((0, 0xFF, 0xF8, 0xF0, 0x80, s.rng.randrange(256)))
    if name.startswith("AP"):
        return s.pick((0, 1, 1 << s.rng.randrange(32), s.word()))
    return s.rng.randrange(8)


def its_registers(s: Script) -> None:
    """GITS by userspace: every register, enabled and not."""
    m = bring_up(s, Plan(ids=ids(s, 1, 2), its=s.rng.randint(1, 2), lpis=True, guest=s.chance(70)))
    for _ in s.few(15, 35):
        its = s.pick(m.its)
        offset = s.pick((0x0, 0x4, 0x80, 0x80, 0x88, 0x90, 0x90, 0x100, 0x108)) if s.chance(75) else s.pick(ITS_OFFSETS)
        offset |= s.word(32) << 32 if s.chance(8) else 0
        value = s.pick((s.word(64), s.word(20), s.word(12), (1 << 63) | s.word(32), 0x20, 0x1000, IIDR))
        m.its_set(its, offset, value)
        dump.its(m, its) if s.chance(15) else s.get(its.dev, "KVM_DEV_ARM_VGIC_GRP_ITS_REGS", offset)
        if s.chance(15):
            s.write(0, its.base, s.rng.randrange(2))
    for its in m.its:
        dump.its(m, its)
        s.read(0, its.base)


def mpidr(s: Script) -> None:
    """MPIDR_EL1 overwritten by userspace: who answers to which affinity afterwards."""
    m = bring_up(s, Plan(ids=ids(s, 2, 4), guest=s.chance(50)))
    for _ in s.few(1, 4):
        s.op("set_one_reg", vcpu=m.any_vcpu(), id=hex(MPIDR_ONE_REG), value=hex(0x8000_0000 | _affinity(s)))
        s.op("get_one_reg", vcpu=m.any_vcpu(), id=hex(MPIDR_ONE_REG))
    for vcpu in m.vcpus:
        s.msr(vcpu, "PMR", 0xFF)
        s.msr(vcpu, "IGRPEN1", 1)
    s.write(0, DIST, 2)
    for _ in s.few(5, 12):
        target = _affinity(s)
        s.msr(m.any_vcpu(), "SGI1R", s.rng.randrange(16) << 24 | target >> 8 << 16 | 1 << (target & 15))
        s.write(0, DIST + 0x6100, _affinity(s), 8)
        s.get(m.vgic, REDIST_REGS, _affinity(s) << 32 | 8)
        s.get(m.vgic, REDIST_REGS, _affinity(s) << 32 | 0xC)
    for vcpu in m.vcpus:
        s.read(vcpu, m.frame(vcpu) + 8, 8)
        dump.drain(m, vcpu, 3)


def _affinity(s: Script) -> int:
    return s.pick((0, 1, 2, 3, 5, 0x100, 0x101, 0x1_0000, 0x10))


def edit(m: Machine, vcpu: int) -> None:
    """One change of state by userspace that a guest can feel; other themes mix it in."""
    s = m.s
    kind = s.rng.randrange(3)
    if kind == 0:
        s.set(m.vgic, DIST_REGS, s.pick(STATE), s.word())
    elif kind == 1:
        m.gicr_set(vcpu, 0x1_0000 + s.pick(PRIVATE), s.word())
    else:
        name = s.pick(("PMR", "BPR1", "IGRPEN1"))
        s.set(m.vgic, CPU_SYSREGS, m.mpidr(vcpu) << 32 | sysreg_attr(f"ICC_{name}_EL1"), sysreg_value(s, name))
