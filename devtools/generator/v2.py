"""A virtual machine with a vgic-v2: what the themes of a GICv2 host start from, and what its guest does."""

from __future__ import annotations

from dataclasses import dataclass

from .script import TIMER_BITS, Script
from .vocabulary import ADDR, CPU_REGS, CTRL, DIST_REGS, INIT, NR_IRQS, V2_CPU, V2_DIST

DIST = 0x0800_0000
CPU = 0x0801_0000
DIST_FRAME = 0x1000
CPU_FRAME = 0x2000

SPIS = range(32, 40)
PPIS = (16, 17, 18, 20, 23, 25, 26, 28, 29, 31)
STATES = (0x200, 0x280, 0x300, 0x380)
"""Banks in which the timer's PPIs are left alone."""

BITMAPS = (0x80, 0x100, 0x180, *STATES)
DIST_WORDS = (0, 4, 8, 0xC, 0x7C, 0xC00, 0xC04, 0xC08, 0xC0C, 0xCFC, 0xE00, 0xF00, 0xFD0, 0xFE8, 0xFF0, 0xFFC)
CTLR, PMR, BPR, IAR, EOIR, RPR, HPPIR, ABPR = range(0, 0x20, 4)
AIAR, AEOIR, AHPPIR, APR, IIDR, DIR = 0x20, 0x24, 0x28, 0xD0, 0xFC, 0x1000
USER_CPU = (CTLR, PMR, BPR, ABPR, APR, APR + 4, APR + 8, APR + 12, IIDR)


@dataclass
class V2:
    """A machine that is up."""

    s: Script
    ids: tuple[int, ...]
    nr_irqs: int = 64

    def any_vcpu(self) -> int:
        """One vCPU's index."""
        return self.s.rng.randrange(len(self.ids))

    def dist_write(self, vcpu: int, offset: int, value: int, size: int = 4) -> None:
        """A guest's store to the distributor, the timer's PPIs left alone."""
        self.s.write(vcpu, DIST + offset, timer_safe(offset, value), size)

    def cpu(self, vcpu: int, offset: int, value: int | None = None, size: int = 4) -> None:
        """A guest's load or store of the CPU interface."""
        if value is None:
            self.s.read(vcpu, CPU + offset, size)
        else:
            self.s.write(vcpu, CPU + offset, value, size)

    def attr(self, vcpu: int, offset: int) -> int:
        """The device attribute of a register."""
        return self.ids[vcpu] << 32 | offset

    def user(self, group: str, vcpu: int, offset: int, value: int | None = None) -> None:
        """Userspace's look at a register, or its write."""
        if value is None:
            self.s.get(0, group, self.attr(vcpu, offset))
        else:
            safe = timer_safe(offset, value) if group == DIST_REGS else value
            self.s.set(0, group, self.attr(vcpu, offset), safe)


def timer_safe(offset: int, value: int) -> int:
    """``value`` without PPIs 27 and 30 where they are states, whatever the width."""
    bank = next((base for base in STATES if base <= offset < base + 4), None)
    return value if bank is None else value & ~(TIMER_BITS >> 8 * (offset - bank))


def ids(s: Script, low: int, high: int) -> tuple[int, ...]:
    """VCPU ids: mostly 0, 1, 2..., sometimes sparse or out of order."""
    count = s.rng.randint(low, high)
    plain = sorted(s.rng.sample(range(8), count)) if s.chance(20) else list(range(count))
    if s.chance(15):
        s.rng.shuffle(plain)
    return tuple(plain)


def bring_up(s: Script, vcpus: tuple[int, ...], nr_irqs: int = 64, *, guest: bool = True, init: bool = True) -> V2:
    """Create everything, in one of the orders that work, and let the guest start."""
    s.create_vm()
    early = s.rng.randrange(3)
    if early == 0:
        s.device("vgic-v2")
    for index, vcpu_id in enumerate(vcpus):
        s.vcpu(vcpu_id, index)
    if early:
        s.device("vgic-v2")
    s.set(0, ADDR, V2_DIST, DIST)
    s.set(0, ADDR, V2_CPU, CPU)
    if nr_irqs != 256:
        s.set(0, NR_IRQS, 0, nr_irqs)
    if init:
        s.set(0, CTRL, INIT)
    m = V2(s, vcpus, nr_irqs)
    if guest:
        start_guest(m)
    return m


def start_guest(m: V2) -> None:
    """Distributor and CPU interfaces on; some interrupts enabled and routed."""
    s = m.s
    m.dist_write(0, 0, 1)
    for vcpu in range(len(m.ids)):
        m.cpu(vcpu, PMR, s.pick((0xFF, 0xFF, 0xF8, 0xA0)))
        m.cpu(vcpu, CTLR, s.pick((1, 1, 1, 3, 7, 0x201)))
        m.dist_write(vcpu, 0x100, s.pick((0xFFFF_FFFF, s.word())))
    m.dist_write(0, 0x104, s.pick((0xFF, s.word(8))))
    for intid in SPIS:
        if s.chance(70):
            m.dist_write(0, 0x800 + intid, s.pick((1, 1, 2, 3, s.word(8))), 1)


def iar_value(s: Script) -> int:
    """What could have been acknowledged."""
    intid: int = s.pick((*range(6), *PPIS, *SPIS, *SPIS, 1022, 1023))
    return intid | (s.rng.randrange(8) << 10 if intid < 16 else 0)


def sgir_value(s: Script) -> int:
    """An SGI, mostly of the first few, to a list, to others or to oneself."""
    intid = s.rng.randrange(4) if s.chance(80) else s.rng.randrange(16)
    word: int = intid | s.rng.getrandbits(8) << 16 | s.pick((0, 0, 0, 1, 1, 2, 3)) << 24
    noise: int = s.word() if s.chance(5) else 0
    return word ^ noise


def take_and_end(m: V2, vcpu: int) -> None:
    """An acknowledge and then an end; what it ends is a guess, since scripts cannot carry it over."""
    m.cpu(vcpu, IAR)
    if m.s.chance(70):
        m.cpu(vcpu, m.s.pick((EOIR, EOIR, EOIR, DIR)), iar_value(m.s))


def dump(m: V2) -> None:
    """The state read out by every way there is."""
    for word in range(min(m.nr_irqs // 32, 3)):
        for base in (0x80, 0x100, 0x200, 0x300):
            m.user(DIST_REGS, 0, base + 4 * word)
    for vcpu in range(len(m.ids)):
        for offset in (0x100, 0x200, 0x300, 0x400, 0x410, 0xF10, 0xF14, 0xF18, 0xF1C):
            m.user(DIST_REGS, vcpu, offset)
        for offset in USER_CPU:
            m.user(CPU_REGS, vcpu, offset)
        for offset in (HPPIR, RPR, APR, IAR, IAR, RPR):
            m.cpu(vcpu, offset)
    for offset in (0, 4, 8, 0x820, 0x824, 0xC04, 0xC08):
        m.s.read(0, DIST + offset)
