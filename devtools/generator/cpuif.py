"""Themes: interrupts taken and ended through ICC_* registers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import dump
from .machine import DIST, Machine, Plan, bring_up, ids
from .vocabulary import CPU_SYSREGS, sysreg_attr

if TYPE_CHECKING:
    from .script import Script

SPIS = range(32, 44)
SGIS = range(8)
SPURIOUS = (1020, 1021, 1022, 1023)


def prepare(s: Script, plan: Plan, *, groups: bool = False) -> Machine:
    """SPIs enabled with priorities by chance, some of them level, some in group 0."""
    m = bring_up(s, plan)
    s.write(0, DIST + 0x104, 0xFFF)
    if s.chance(60):
        s.write(0, DIST + 0xC08, s.pick((0, 0xAAAA_AAAA & s.word())))
    spread = s.pick(((0xA0,), (0x40, 0x80, 0xA0), tuple(range(0, 256, 8)), tuple(range(256))))
    for offset in range(0x420, 0x42C, 4):
        s.write(0, DIST + offset, int.from_bytes(bytes(s.pick(spread) for _ in range(4)), "little"))
    if len(m.vcpus) > 1:
        for intid in s.rng.sample(SPIS, 5):
            s.write(0, DIST + 0x6000 + 8 * intid, m.mpidr(m.any_vcpu()), 8)
    for vcpu in m.vcpus:
        m.gicr_write(vcpu, vcpu, 0x1_0100, s.pick((0xFFFF_FFFF, s.word())))
        s.write(vcpu, m.frame(vcpu) + 0x1_0400, int.from_bytes(bytes(s.pick(spread) for _ in range(4)), "little"))
        if groups:
            s.write(vcpu, m.frame(vcpu) + 0x1_0080, s.word())
            s.msr(vcpu, "IGRPEN0", s.pick((1, 1, 1, 0)))
            s.msr(vcpu, "BPR0", s.rng.randrange(8))
        if s.chance(40):
            s.msr(vcpu, "CTLR", s.pick((0, 1, 2, 2, 3)))
        if s.chance(40):
            s.msr(vcpu, "BPR1", s.rng.randrange(8))
    if groups:
        s.write(0, DIST + 0x84, s.word())
    return m


def raise_one(m: Machine) -> None:
    """An interrupt from somewhere: a line, a pending bit, an SGI."""
    s = m.s
    kind = s.rng.randrange(10)
    if kind < 4:
        intid = s.pick(SPIS)
        if s.chance(50):
            s.line(intid, 0)
        s.line(intid, s.pick((1, 1, 1, 0)))
    elif kind < 6:
        s.write(m.any_vcpu(), DIST + 0x204, s.word(12))
    elif kind < 7:
        vcpu = m.any_vcpu()
        m.gicr_write(m.any_vcpu(), vcpu, 0x1_0200, s.word(16))
    elif kind < 8:
        s.line(s.pick((16, 17, 20, 23, 26, 31)), s.rng.randrange(2), s.pick(m.plan.ids))
    else:
        target = m.mpidr(m.any_vcpu())
        s.msr(m.any_vcpu(), s.pick(("SGI1R", "SGI1R", "SGI0R")), sgi_value(s.pick(SGIS), target))


def sgi_value(intid: int, target: int) -> int:
    """An ICC_SGI*R value for one affinity."""
    return intid << 24 | (target >> 8 & 255) << 16 | (target >> 16 & 255) << 32 | 1 << (target & 15)


def end_one(m: Machine, vcpu: int) -> None:
    """An end of interrupt: mostly the latest taken."""
    s = m.s
    reg = s.pick(("EOIR1", "EOIR1", "EOIR1", "EOIR0", "DIR", "DIR"))
    if s.chance(88):
        s.end(vcpu, reg, s.pick((1, 1, 1, 1, 2, 3)))
    else:
        s.msr(vcpu, reg, s.pick((*SPIS, *SGIS, *SPURIOUS, 8192, 8195, 16, 0xFF_FFFF)))


def look(m: Machine, vcpu: int) -> None:
    """One look at a CPU interface."""
    m.s.mrs(vcpu, m.s.pick(("HPPIR0", "HPPIR1", "RPR", "AP0R0", "AP1R0", "ISR_EL1", "CTLR", "PMR", "BPR0", "BPR1")))


def tune(m: Machine, vcpu: int, *, groups: bool) -> None:
    """A change of masks, modes and priorities while interrupts are in flight."""
    s = m.s
    kind = s.rng.randrange(8)
    if kind == 0:
        s.msr(vcpu, "PMR", s.pick((0, 0x40, 0x80, 0xA0, 0xA8, 0xF0, 0xFF, 0xFF, 0xFF)))
    elif kind == 1:
        s.msr(vcpu, s.pick(("BPR1", "BPR0") if groups else ("BPR1",)), s.rng.randrange(8))
    elif kind == 2:
        s.msr(vcpu, "CTLR", s.rng.randrange(4))
    elif kind == 3:
        s.msr(vcpu, "IGRPEN1", s.pick((0, 1, 1, 1)))
        if groups:
            s.msr(vcpu, "IGRPEN0", s.pick((0, 1, 1)))
    elif kind == 4:
        s.write(vcpu, DIST + 0x400 + s.pick(SPIS), s.rng.randrange(256), 1)
    elif kind == 5:
        s.write(vcpu, DIST + s.pick((0x104, 0x104, 0x184)), s.word(12))
    elif kind == 6:
        s.write(vcpu, DIST, s.pick((0, 2, 2, 2)))
    else:
        s.write(vcpu, DIST + 0x6000 + 8 * s.pick(SPIS), s.pick([m.mpidr(v) for v in m.vcpus]), 8)


def _play(m: Machine, turns: range, *, raising: int, taking: int, ending: int, groups: bool = False) -> None:
    s = m.s
    for _ in turns:
        vcpu = m.any_vcpu()
        kind = s.rng.randrange(100)
        if kind < raising:
            raise_one(m)
        elif kind < raising + taking:
            s.mrs(vcpu, s.pick(("IAR1", "IAR0")) if groups else "IAR1")
            if s.chance(40):
                end_one(m, vcpu)
        elif kind < raising + taking + ending:
            end_one(m, vcpu)
        elif kind < 90:
            look(m, vcpu)
        else:
            tune(m, vcpu, groups=groups)


def nesting(s: Script) -> None:
    """Interrupts that preempt each other, taken and ended in any order."""
    m = prepare(s, Plan(ids=ids(s, 1, 2)))
    _play(m, s.few(30, 60), raising=25, taking=30, ending=20)
    dump.brief(m)


def groups(s: Script) -> None:
    """Group 0 and group 1 side by side, with their own masks, binary points and active priorities."""
    m = prepare(s, Plan(ids=ids(s, 1, 2)), groups=True)
    _play(m, s.few(30, 60), raising=25, taking=30, ending=20, groups=True)
    dump.brief(m)
    for vcpu in m.vcpus:
        dump.sysregs(m, vcpu)
        for _ in range(3):
            s.mrs(vcpu, "IAR0")
            s.msr_read(vcpu, "EOIR0")


def overflow(s: Script) -> None:
    """More interrupts than list registers, pending and active."""
    m = prepare(s, Plan(ids=ids(s, 1, 2), nr_irqs=s.pick((64, 96))))
    s.write(0, DIST + 0x204, s.word(12) | 0x3F)
    _play(m, s.few(25, 50), raising=30, taking=35, ending=15)
    for _ in s.few(0, 2):
        s.write(m.any_vcpu(), DIST + s.pick((0x304, 0x384)), s.word(12))
    _play(m, s.few(10, 20), raising=15, taking=35, ending=25)
    dump.brief(m)


def modes(s: Script) -> None:
    """EOImode 1: priority drop and deactivation apart, in any order, of any interrupt."""
    m = prepare(s, Plan(ids=ids(s, 1, 2)), groups=s.chance(30))
    for vcpu in m.vcpus:
        s.msr(vcpu, "CTLR", 2)
    taken = 0
    for _ in s.few(12, 25):
        vcpu = m.any_vcpu()
        if s.chance(40):
            raise_one(m)
        if s.chance(60):
            s.mrs(vcpu, "IAR1")
            taken += 1
        if taken and s.chance(50):
            s.end(vcpu, "EOIR1", s.rng.randint(1, min(taken, 6)))
        if taken and s.chance(40):
            s.end(vcpu, "DIR", s.rng.randint(1, min(taken, 6)))
        look(m, vcpu)
    dump.brief(m)


def user_edits(s: Script) -> None:
    """Userspace changes masks and active priorities under interrupts that are in flight."""
    m = prepare(s, Plan(ids=ids(s, 1, 2)), groups=s.chance(40))
    for _ in s.few(4, 8):
        _play(m, s.few(3, 8), raising=35, taking=35, ending=15)
        vcpu = m.any_vcpu()
        name = s.pick(("PMR", "BPR0", "BPR1", "CTLR", "IGRPEN0", "IGRPEN1", "AP0R0", "AP1R0"))
        value = {"PMR": s.rng.randrange(256), "CTLR": s.rng.randrange(4) | 0x8C00}.get(name, s.rng.randrange(8))
        if name.startswith("AP"):
            value = s.pick((0, 0, 1 << s.rng.randrange(32)))
        s.set(m.vgic, CPU_SYSREGS, m.mpidr(vcpu) << 32 | sysreg_attr(f"ICC_{name}_EL1"), value)
        dump.guest(m, vcpu)
    dump.brief(m)


def directions(s: Script) -> None:
    """ICC registers read and written the wrong way round, and those that are not there."""
    m = prepare(s, Plan(ids=ids(s, 1, 2)))
    raise_one(m)
    for _ in s.few(10, 20):
        vcpu = m.any_vcpu()
        if s.chance(35):
            s.mrs(vcpu, s.pick(("EOIR1", "EOIR0", "DIR", "SGI1R", "SGI0R", "ASGI1R", "AP1R1", "AP1R3", "SRE")))
        elif s.chance(50):
            s.msr(vcpu, s.pick(("IAR0", "IAR1", "HPPIR0", "HPPIR1", "RPR", "AP1R1", "AP1R2", "SRE")), s.word(8))
        else:
            name = s.pick(("PMR", "BPR0", "BPR1", "CTLR", "IGRPEN0", "IGRPEN1", "SRE"))
            s.msr(vcpu, name, s.word(64))
            s.mrs(vcpu, name)
    dump.brief(m)
