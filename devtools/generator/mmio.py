"""Themes: guest accesses of every width and alignment, to every frame and beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import dump
from .machine import DIST, FRAME, ITS, RAM, RAM_END, Machine, Plan, bring_up, ids
from .uapi_attrs import DIST_OFFSETS, ITS_OFFSETS, REDIST_OFFSETS

if TYPE_CHECKING:
    from .script import Script

BITMAPS = (0x80, 0x100, 0x180, 0x200, 0x280, 0x300, 0x380)
WIDTHS = (1, 2, 4, 4, 4, 4, 8, 8)


def shift(s: Script, addr: int) -> int:
    """Mostly aligned, sometimes a few bytes off."""
    return addr + s.pick((1, 2, 3, 4, 5, 6, 7)) if s.chance(15) else addr


def dist_offset(s: Script, nr_irqs: int) -> int:
    """Mostly a register of an SPI that exists."""
    if s.chance(30):
        return s.pick(DIST_OFFSETS)
    kind = s.rng.randrange(10)
    intid = s.rng.randrange(32, nr_irqs + 8)
    if kind < 6:
        return s.pick(BITMAPS) + intid // 32 * 4
    if kind < 8:
        return 0x400 + (intid if s.chance(50) else intid & ~3)
    return 0xC00 + intid // 16 * 4 if kind == 8 else 0x6000 + 8 * intid


def dist(s: Script) -> None:
    """The distributor's frame: any register, any width, by any vCPU."""
    m = bring_up(s, Plan(ids=ids(s, 1, 3), nr_irqs=s.pick((64, 64, 96, 256)), its=s.rng.randrange(2)))
    if s.chance(70):
        s.write(0, DIST + 0x104, s.word() | 0xFF)
    for _ in s.few(20, 45):
        vcpu, width = m.any_vcpu(), s.pick(WIDTHS)
        if s.chance(15):
            s.line(s.rng.randrange(32, 40), s.rng.randrange(2))
        addr = shift(s, DIST + dist_offset(s, m.plan.nr_irqs))
        if s.chance(50):
            value = s.pick((*range(4), m.mpidr(vcpu), s.word(64))) if addr >= DIST + 0x6000 else s.word(8 * width)
            s.write(vcpu, addr, value, width)
            s.read(vcpu, addr & ~(width - 1), 4 if width == 2 else width)
        else:
            s.read(vcpu, addr, width)
        if s.chance(10):
            dump.drain(m, vcpu, 1)
    dump.dist(m)
    dump.spis(m)
    for vcpu in m.vcpus:
        dump.drain(m, vcpu, 3)


def redist(s: Script) -> None:
    """Redistributor frames: one's own and the others', any register, any width."""
    m = bring_up(s, Plan(ids=ids(s, 1, 4), its=s.rng.randrange(2), regions=s.chance(40)))
    for _ in s.few(20, 45):
        by, vcpu, width = m.any_vcpu(), m.any_vcpu(), s.pick(WIDTHS)
        offset = s.pick(REDIST_OFFSETS) if s.chance(60) else 0x1_0000 + s.pick((*BITMAPS, 0x400, 0x404, 0x411, 0x41C))
        offset = shift(s, offset)
        if s.chance(50):
            m.gicr_write(by, vcpu, offset, s.word(8 * width), width)
            s.read(by, m.frame(vcpu) + (offset & ~3))
        else:
            s.read(by, m.frame(vcpu) + offset, width)
    for vcpu in m.vcpus:
        dump.redist(m, vcpu)
        s.read(vcpu, m.frame(vcpu) + 8, 8)
        dump.drain(m, vcpu, 3)


def its(s: Script) -> None:
    """ITS frames: any register, any width, in halves, enabled and not."""
    m = bring_up(s, Plan(ids=ids(s, 1, 2), its=s.rng.randint(1, 2), lpis=s.chance(50), guest=s.chance(80)))
    for _ in s.few(20, 45):
        one, vcpu, width = s.pick(m.its), m.any_vcpu(), s.pick((4, 4, 8, 8, 8, 1, 2))
        offset = shift(s, s.pick(ITS_OFFSETS)) if s.chance(50) else s.pick((0, 0x80, 0x88, 0x90, 0x100, 0x108))
        offset += 4 if width == 4 and offset >= 0x80 and s.chance(40) else 0
        kind = s.rng.randrange(10)
        if kind < 2:
            s.write(vcpu, one.base, s.pick((0, 1, s.word())))
        elif kind < 6:
            s.write(vcpu, one.base + offset, s.pick((s.word(64), s.word(32), 1 << 63 | s.word(24), 0)), width)
            s.read(vcpu, one.base + (offset & ~7), 8)
        else:
            s.read(vcpu, one.base + offset, width)
    for one in m.its:
        dump.its(m, one)
        s.read(0, one.base)


def edges(s: Script) -> None:
    """The first and last bytes of frames, the gaps between them, and addresses of no device."""
    m = bring_up(s, Plan(ids=ids(s, 1, 3), its=s.rng.randint(0, 2), regions=s.chance(30)))
    frames = [DIST, DIST + 0x1_0000, *ITS, *(base + FRAME for base in ITS), 0x0900_0000]
    frames += [m.frame(vcpu) for vcpu in m.vcpus]
    frames += [m.frame(vcpu) + FRAME for vcpu in m.vcpus]
    for _ in s.few(20, 40):
        vcpu, width = m.any_vcpu(), s.pick((1, 2, 4, 8))
        addr = s.pick(frames) + s.pick((-8, -4, -2, -1, 0, 0, 1, 2, 4, 8, 0xFFF8, 0xFFFC, 0xFFFF, 0x1_0000))
        if s.chance(25):
            addr = s.pick((0, 0x1000, 0x0900_0000, 0x2000_0000, 0x3FFF_FFF8, RAM_END, 0x80_0000_0000, 0xFF_FFFF_FFF8))
        if addr >> 12 != addr + width - 1 >> 12:
            addr &= -8
        if s.chance(60):
            s.read(vcpu, addr, width)
        else:
            _edge_write(s, vcpu, addr, width)
    s.write(0, RAM + 0x1000, s.word(64), 8)
    s.read(0, RAM + 0x1000, 8)
    dump.dist(m)


def _edge_write(s: Script, vcpu: int, addr: int, width: int) -> None:
    """A store at an edge; small values keep clear of the timer's PPIs."""
    s.write(vcpu, addr, s.word(min(8 * width, 24)), width)


def active_state(s: Script) -> None:
    """Pending and active bits set and cleared from all sides, with the guest acknowledging between."""
    m = bring_up(s, Plan(ids=ids(s, 1, 4)))
    _enable(m)
    for _ in s.few(20, 40):
        by, vcpu = m.any_vcpu(), m.any_vcpu()
        bits = s.pick((1 << s.rng.randrange(6), s.word() & 0x3F, s.word()))
        base = s.pick((0x100, 0x180, 0x200, 0x200, 0x200, 0x280, 0x300, 0x380))
        kind = s.rng.randrange(10)
        if kind < 4:
            s.write(by, DIST + base + 4, bits)
            s.read(by, DIST + (base & 0x380) + 4)
        elif kind < 7:
            m.gicr_write(by, vcpu, 0x1_0000 + base, bits)
            s.read(by, m.frame(vcpu) + 0x1_0000 + base)
        elif kind < 8:
            s.mrs(vcpu, "IAR1")
        elif kind < 9:
            s.end(vcpu, "EOIR1", s.pick((1, 1, 2)))
        elif s.chance(20):
            s.msr(vcpu, "EOIR1", s.pick((*range(6), *range(32, 38))))
        else:
            s.line(s.rng.randrange(32, 38), s.rng.randrange(2))
    dump.brief(m)
    for vcpu in m.vcpus:
        dump.redist(m, vcpu)


def _enable(m: Machine) -> None:
    m.s.write(0, DIST + 0x104, 0x3F)
    m.s.write(0, DIST + 0xC08, m.s.pick((0, 0, 0x20, 0xAAAA_AAAA)))
    for vcpu in m.vcpus:
        m.gicr_write(vcpu, vcpu, 0x1_0100, 0x87FF_FFFF & m.s.word() | 0x3F)
