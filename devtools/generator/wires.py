"""Themes: SGIs between vCPUs, PPIs and SPIs on their lines, and where SPIs are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import dump
from .cpuif import end_one, sgi_value
from .machine import DIST, Machine, Plan, bring_up, ids
from .vocabulary import DIST_REGS, affinity

if TYPE_CHECKING:
    from .script import Script

PPIS = (16, 17, 18, 20, 23, 25, 26, 28, 29, 31)
SPIS = range(32, 40)


def sgis(s: Script) -> None:
    """SGIs from everyone to everyone: lists, all-but-self, groups, far affinities."""
    many = tuple(range(s.rng.randint(5, 20)))
    m = bring_up(s, Plan(ids=many if s.chance(40) else ids(s, 2, 8)))
    if s.chance(50):
        for vcpu in m.vcpus:
            if s.chance(50):
                s.write(vcpu, m.frame(vcpu) + 0x1_0080, s.word())
                s.msr(vcpu, "IGRPEN0", 1)
    for _ in s.few(15, 30):
        vcpu = m.any_vcpu()
        kind = s.rng.randrange(10)
        if kind < 6:
            s.msr(vcpu, s.pick(("SGI1R", "SGI1R", "SGI1R", "SGI0R", "ASGI1R")), _sgi(m))
        elif kind < 8:
            s.mrs(vcpu, s.pick(("IAR1", "IAR1", "IAR0")))
            s.msr_read(vcpu, s.pick(("EOIR1", "EOIR1", "EOIR0")))
        elif kind < 9:
            s.mrs(vcpu, s.pick(("HPPIR1", "HPPIR0", "ISR_EL1", "RPR")))
        else:
            m.gicr_write(vcpu, m.any_vcpu(), 0x1_0000 + s.pick((0x100, 0x180, 0x200, 0x280)), s.word(16))
    for vcpu in m.vcpus[:8]:
        s.read(vcpu, m.frame(vcpu) + 0x1_0200)
        dump.drain(m, vcpu, 2)


def _sgi(m: Machine) -> int:
    s = m.s
    value = sgi_value(s.rng.randrange(16), m.mpidr(m.any_vcpu()))
    if s.chance(50):
        value |= s.word(16)
    if s.chance(15):
        value |= 1 << 40
    if s.chance(10):
        value ^= s.pick((1 << 44, 15 << 44, 1 << 48, 255 << 48, 1 << 16, 1 << 32, 1 << 63, s.word(64)))
    return value


def _connect(m: Machine) -> None:
    s = m.s
    s.write(0, DIST + 0x104, s.pick((0xFF, 0xFF, 0xF, 0)))
    s.write(0, DIST + 0xC08, s.pick((0, 0xAAAA, 0x8888, s.word(16))))
    for vcpu in m.vcpus:
        m.gicr_write(vcpu, vcpu, 0x1_0100, s.pick((0xFFFF_FFFF, s.word())))


def lines(s: Script) -> None:
    """Edge and level lines raised and lowered around acknowledge, end, enable and configuration."""
    m = bring_up(s, Plan(ids=ids(s, 1, 3)))
    _connect(m)
    for _ in s.few(25, 50):
        kind = s.rng.randrange(100)
        vcpu = m.any_vcpu()
        if kind < 30:
            s.line(s.pick(SPIS), s.rng.randrange(2), s.pick((0, 0, 3)))
        elif kind < 45:
            s.line(s.pick(PPIS), s.rng.randrange(2), s.pick(m.plan.ids) if s.chance(85) else s.rng.randrange(5))
        elif kind < 65:
            s.mrs(vcpu, "IAR1")
        elif kind < 80:
            end_one(m, vcpu)
        elif kind < 85:
            s.write(vcpu, DIST + 0xC08, s.word(16))
        elif kind < 93:
            s.write(vcpu, DIST + s.pick((0x104, 0x184, 0x204, 0x284, 0x304, 0x384)), s.word(8))
        else:
            _odd_line(m)
    dump.brief(m)
    for vcpu in m.vcpus:
        dump.redist(m, vcpu)


def _odd_line(m: Machine) -> None:
    s = m.s
    kind, number = s.pick((0, 0, 1, 2, 3, 15)), s.pick((0, 1, 2, 15, 31, 32, 64, 1019, 1020, 1023, 8192, 65535))
    if kind == 2 and number in (27, 30):
        return
    word = s.pick((0, 0, 1)) << 28 | kind << 24 | s.rng.randrange(5) << 16 | number
    s.op("irq_line", irq=hex(word), level=s.pick((0, 1, 1, 2, 0xFFFF_FFFF)))


def routes(s: Script) -> None:
    """SPIs retargeted while pending, listed, active and untargeted."""
    m = bring_up(s, Plan(ids=ids(s, 2, 5), nr_irqs=s.pick((64, 96))))
    _connect(m)
    affinities = [m.mpidr(vcpu) for vcpu in m.vcpus]
    for _ in s.few(25, 50):
        kind = s.rng.randrange(100)
        vcpu = m.any_vcpu()
        addr = DIST + 0x6000 + 8 * s.pick(SPIS)
        if kind < 25:
            s.write(vcpu, addr, s.pick(affinities) if s.chance(80) else _nobody(s), s.pick((4, 8, 8)))
            s.read(vcpu, addr, 8)
        elif kind < 30:
            s.write(vcpu, addr + 4, s.word(), 4)
        elif kind < 35:
            s.set(m.vgic, DIST_REGS, addr - DIST + s.pick((0, 0, 0, 4)), s.pick(affinities))
        elif kind < 60:
            s.line(s.pick(SPIS), s.pick((1, 1, 0)))
        elif kind < 75:
            s.mrs(vcpu, "IAR1")
        elif kind < 87:
            end_one(m, vcpu)
        elif kind < 93:
            s.op("run", vcpu=vcpu)
        else:
            s.write(vcpu, DIST + s.pick((0x104, 0x184, 0x204, 0x84, 0x0)), s.word(8))
    dump.spis(m)
    dump.brief(m)


def _nobody(s: Script) -> int:
    return s.pick((9, affinity(40), 1 << 16, 1 << 31, 1 << 31 | 1, 1 << 32, s.word(64)))


def disabled(s: Script) -> None:
    """Interrupts raised while the distributor or their group is off, and what wakes them later."""
    m = bring_up(s, Plan(ids=ids(s, 1, 3)))
    _connect(m)
    s.write(0, DIST, 0)
    for _ in s.few(15, 30):
        kind = s.rng.randrange(9)
        vcpu = m.any_vcpu()
        if kind == 0:
            s.write(vcpu, DIST, s.pick((0, 2, 2, 3, 0x12)))
        elif kind == 1:
            s.set(m.vgic, DIST_REGS, 0, s.pick((0, 2, 0x52)))
        elif kind == 2:
            s.msr(vcpu, "SGI1R", _sgi(m))
        elif kind in (3, 4):
            s.line(s.pick((*SPIS, *PPIS)), s.pick((0, 1, 1)), s.pick(m.plan.ids))
        elif kind == 5:
            s.write(vcpu, DIST + s.pick((0x84, 0x104, 0x184, 0x204, 0x304)), s.word(8))
        elif kind == 6:
            s.msr(vcpu, "IGRPEN1", s.rng.randrange(2))
        else:
            s.mrs(vcpu, s.pick(("IAR1", "HPPIR1", "ISR_EL1")))
    dump.brief(m)
