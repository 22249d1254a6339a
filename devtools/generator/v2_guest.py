"""Themes of a GICv2 host: what guests do with distributor and CPU interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .v2 import (
    ABPR,
    AEOIR,
    AHPPIR,
    AIAR,
    APR,
    BITMAPS,
    BPR,
    CPU,
    CPU_FRAME,
    CTLR,
    DIR,
    DIST,
    DIST_FRAME,
    DIST_WORDS,
    EOIR,
    HPPIR,
    IAR,
    IIDR,
    PMR,
    PPIS,
    RPR,
    SPIS,
    bring_up,
    dump,
    iar_value,
    ids,
    sgir_value,
    take_and_end,
)
from .vocabulary import CPU_REGS, DIST_REGS

if TYPE_CHECKING:
    from .script import Script
    from .v2 import V2

CPU_WORDS = (CTLR, PMR, BPR, IAR, EOIR, RPR, HPPIR, ABPR, AIAR, AEOIR, AHPPIR, APR, APR + 4, 0xE0, IIDR, DIR)
WIDTHS = (1, 2, 4, 4, 4, 4, 8)


def dist_offset(s: Script, nr_irqs: int) -> int:
    """A register, mostly of an interrupt that exists."""
    intid = s.rng.randrange(nr_irqs + 8)
    kind = s.rng.randrange(10)
    if kind < 5:
        return s.pick(BITMAPS) + intid // 32 * 4
    if kind < 7:
        return s.pick((0x400, 0x800)) + (intid if s.chance(50) else intid & ~3)
    if kind < 9:
        return s.pick((0xF10, 0xF20)) + s.rng.randrange(16)
    return s.pick(DIST_WORDS)


def dist(s: Script) -> None:
    """The distributor: any register, any width, by any vCPU."""
    m = bring_up(s, ids(s, 1, 4), s.pick((64, 64, 96, 256)))
    for _ in s.few(20, 45):
        vcpu, width = m.any_vcpu(), s.pick(WIDTHS)
        offset = dist_offset(s, m.nr_irqs) + (s.rng.randrange(4) if s.chance(10) else 0)
        offset = min(offset, DIST_FRAME - width)
        if s.chance(50):
            m.dist_write(vcpu, offset, s.word(8 * width), width)
        s.read(m.any_vcpu() if s.chance(30) else vcpu, DIST + offset, width)
        if s.chance(10):
            m.cpu(vcpu, IAR)
    dump(m)


def interface(s: Script) -> None:
    """The CPU interface: any register, any width, with interrupts pending and active."""
    m = bring_up(s, ids(s, 1, 2))
    for _ in s.few(25, 50):
        vcpu = m.any_vcpu()
        kind = s.rng.randrange(100)
        offset = s.pick(CPU_WORDS) + (s.rng.randrange(4) if s.chance(10) else 0)
        if kind < 25:
            excite(m)
        elif kind < 45:
            m.cpu(vcpu, IAR)
        elif kind < 60:
            m.cpu(vcpu, s.pick((EOIR, EOIR, DIR)), iar_value(s))
        elif kind < 80:
            m.cpu(vcpu, s.pick((CTLR, CTLR, PMR, BPR, ABPR, APR)), s.pick((s.word(), s.word(8), s.word(3))))
        elif kind < 90:
            m.cpu(vcpu, offset, None, s.pick(WIDTHS))
        else:
            width = s.pick(WIDTHS)
            m.cpu(vcpu, offset, s.word(8 * width), width)
    dump(m)


def excite(m: V2) -> None:
    """Something becomes pending."""
    s = m.s
    kind = s.rng.randrange(4)
    if kind == 0:
        m.dist_write(m.any_vcpu(), 0xF00, sgir_value(s))
    elif kind == 1:
        m.dist_write(0, 0x204, 1 << s.rng.randrange(8))
    elif kind == 2:
        s.line(s.pick(SPIS), s.pick((0, 1, 1)))
    else:
        s.line(s.pick(PPIS), s.pick((0, 1, 1)), s.pick(m.ids))


def nesting(s: Script) -> None:
    """Priorities, groups and binary points: which interrupt preempts which."""
    m = bring_up(s, ids(s, 1, 2))
    for offset in range(0x400, 0x428, 4):
        m.dist_write(0, offset, s.word() & 0xF8F8_F8F8)
    if s.chance(50):
        m.dist_write(0, 0x80, s.word())
        m.dist_write(0, 0x84, s.word())
    for _ in s.few(25, 50):
        vcpu = m.any_vcpu()
        kind = s.rng.randrange(10)
        if kind < 4:
            excite(m)
        elif kind < 7:
            take_and_end(m, vcpu)
        elif kind < 8:
            m.cpu(vcpu, s.pick((RPR, HPPIR, APR)))
        elif kind < 9:
            m.cpu(vcpu, s.pick((PMR, BPR, ABPR)), s.word(8))
        else:
            m.cpu(vcpu, CTLR, s.pick((0, 1, 2, 3, 5, 7, 9, 0xF, 0x11, 0x13, 0x201, 0x207, 0x21F)))
    dump(m)


def sgis(s: Script) -> None:
    """SGIs from everyone to everyone, their sources seen, cleared and set."""
    m = bring_up(s, ids(s, 2, 8))
    for _ in s.few(20, 45):
        vcpu = m.any_vcpu()
        kind = s.rng.randrange(10)
        if kind < 4:
            m.dist_write(vcpu, 0xF00, sgir_value(s))
        elif kind < 6:
            take_and_end(m, vcpu)
        elif kind < 7:
            width = s.pick((1, 4))
            offset = s.pick((0xF10, 0xF20)) + s.rng.randrange(4 // width) * width
            m.dist_write(vcpu, offset, s.word(8 * width), width)
        elif kind < 8:
            s.read(vcpu, DIST + 0xF10 + 4 * s.rng.randrange(8))
        elif kind < 9:
            m.dist_write(vcpu, s.pick((0x300, 0x380, 0x100, 0x180)), s.word(16))
        else:
            m.user(DIST_REGS, vcpu, s.pick((0xF00, 0xF10, 0xF20, 0x200, 0x280, 0x300, 0x380)), s.word(16))
    dump(m)


def lines(s: Script) -> None:
    """Lines, targets and configuration of SPIs, around acknowledge and end."""
    m = bring_up(s, ids(s, 1, 4), s.pick((64, 96)))
    for _ in s.few(25, 50):
        vcpu = m.any_vcpu()
        kind = s.rng.randrange(10)
        if kind < 3:
            excite(m)
        elif kind < 6:
            take_and_end(m, vcpu)
        elif kind < 7:
            m.dist_write(vcpu, 0x800 + s.pick(SPIS), s.word(8), 1)
        elif kind < 8:
            m.dist_write(vcpu, 0xC08, s.word(16))
        elif kind < 9:
            m.dist_write(vcpu, s.pick(BITMAPS) + 4, s.word(8))
        else:
            m.dist_write(vcpu, 0, s.rng.randrange(2))
    dump(m)


def mixed(s: Script) -> None:
    """Guests and userspace on one machine, everything at once."""
    m = bring_up(s, ids(s, 1, 4), s.pick((64, 96)), init=s.chance(50))
    for _ in s.few(30, 60):
        vcpu = m.any_vcpu()
        kind = s.rng.randrange(10)
        if kind < 3:
            excite(m)
        elif kind < 6:
            take_and_end(m, vcpu)
        elif kind < 7:
            m.dist_write(vcpu, dist_offset(s, m.nr_irqs) & ~3, s.word())
        elif kind < 8:
            m.user(DIST_REGS, vcpu, dist_offset(s, m.nr_irqs) & ~3, s.word())
        elif kind < 9:
            m.user(CPU_REGS, vcpu, s.pick((CTLR, PMR, BPR, ABPR, APR)), s.word(9))
        else:
            s.op("run", vcpu=vcpu)
    dump(m)


def edges(s: Script) -> None:
    """First and last bytes of both frames, wherever they are, and accesses across them."""
    m = bring_up(s, ids(s, 1, 3))
    places = [DIST, DIST + DIST_FRAME, CPU, CPU + DIST_FRAME, CPU + CPU_FRAME, 0x4000_0000, 0x4100_0000]
    for _ in s.few(25, 50):
        vcpu, width = m.any_vcpu(), s.pick((1, 2, 4, 8))
        addr = s.pick(places) + s.pick((-8, -7, -4, -3, -2, -1, 0, 0, 1, 2, 3, 4, 8))
        if s.chance(50):
            s.read(vcpu, addr, width)
        else:
            s.write(vcpu, addr, s.word(8 * width), width)
    dump(m)
