"""Random accesses: a guest's to every frame and system register, and userspace's to every attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devtools.generator import lpi, v2, v2_guest
from devtools.generator.commands import map_some
from devtools.generator.machine import CMD_QUEUE, COLL_TABLE, DEV_TABLE, DIST, FRAME, ITT, RAM, start_its
from devtools.generator.mmio import dist_offset
from devtools.generator.uapi_attrs import DIST_OFFSETS, ITS_OFFSETS, REDIST_OFFSETS, any_attribute
from devtools.generator.v2 import CPU, CPU_FRAME, DIST_FRAME, USER_CPU, iar_value, sgir_value
from devtools.generator.vocabulary import (
    ADDR,
    CPU_REGS,
    CTRL,
    DIST_REGS,
    GROUPS,
    ITS_REGS,
    NR_IRQS,
    RESET,
    RESTORE_TABLES,
    SAVE_PENDING,
    SAVE_TABLES,
    SYSREGS,
)

if TYPE_CHECKING:
    from devtools.generator.machine import Machine
    from devtools.generator.script import Script
    from devtools.generator.v2 import V2

REGISTERS = tuple(SYSREGS)
WIDTHS = (1, 2, 4, 4, 4, 8, 8)
DIST_BYTES = 0x1_0000
SGIR = 0xF00
ACKNOWLEDGES = ("ICC_IAR0_EL1", "ICC_IAR1_EL1")
ENDS = ("ICC_EOIR0_EL1", "ICC_EOIR1_EL1", "ICC_DIR_EL1")


def one(m: Machine) -> None:
    """One access to a machine with a vgic-v3."""
    s = m.s
    kind = s.rng.randrange(100)
    if kind < 62:
        guest(s, m.any_vcpu(), *frame(m))
    elif kind < 80:
        sysreg(s, m.any_vcpu())
    elif kind < 98:
        attribute(m)
    else:
        control(m)


def frame(m: Machine) -> tuple[int, int]:
    """Where a frame is, and an offset into it: mostly of a register, else any at all."""
    s = m.s
    kind = s.rng.randrange(10 if m.its else 7)
    if kind < 3:
        base, size, known = DIST, DIST_BYTES, s.pick(DIST_OFFSETS) if s.chance(50) else dist_offset(s, m.plan.nr_irqs)
    elif kind < 7:
        base, size, known = m.frame(m.any_vcpu()), FRAME, s.pick(REDIST_OFFSETS)
    else:
        base, size, known = s.pick(m.its).base, FRAME, s.pick(ITS_OFFSETS)
    return base, known if s.chance(70) else s.rng.randrange(-8, size + 8)


def guest(s: Script, vcpu: int, base: int, offset: int) -> None:
    """A guest's load or store of a random width, mostly aligned, inside one page."""
    width = s.pick(WIDTHS)
    addr = base + offset
    if s.chance(85) or addr // 4096 != (addr + width - 1) // 4096:
        addr &= -width
    if s.chance(60):
        s.write(vcpu, addr, value(s), width)
    else:
        s.read(vcpu, addr, width)


def value(s: Script) -> int:
    """What is stored: noise, few bits, a table that may be one, or a small number."""
    kind = s.rng.randrange(10)
    if kind < 5:
        return s.word(64)
    if kind < 8:
        return s.rng.randrange(-2, 40)
    table: int = s.pick((DEV_TABLE, COLL_TABLE, CMD_QUEUE, ITT, RAM))
    return table | s.pick((0, 1, 2, 3)) << 62 | s.rng.randrange(32)


def sysreg(s: Script, vcpu: int) -> None:
    """A guest's access to a system register; acknowledges and ends more often than others."""
    kind = s.rng.randrange(10)
    if kind < 3:
        s.mrs(vcpu, s.pick(ACKNOWLEDGES))
    elif kind < 5:
        s.msr_read(vcpu, s.pick(ENDS), s.rng.randint(1, 8))
    elif kind < 7:
        s.mrs(vcpu, s.pick(REGISTERS))
    else:
        s.msr(vcpu, s.pick(REGISTERS), s.pick((s.word(64), s.word(32), s.rng.randrange(40), s.rng.randrange(256))))


def attribute(m: Machine) -> None:
    """Userspace's access to any attribute of any device, with any value; addresses are set seldom."""
    s = m.s
    mpidrs = tuple(m.mpidr(vcpu) for vcpu in m.vcpus)
    group, attr = any_attribute(s, mpidrs)
    dev = s.rng.randrange(len(m.its) + 1) if group in (CTRL, ADDR, ITS_REGS) else 0
    if group == ITS_REGS and m.its:
        dev = s.pick(m.its).dev
    either(s, dev, group, attr)


def either(s: Script, dev: int, group: str | int, attr: str | int) -> None:
    """A get, a set or a question."""
    kind = s.rng.randrange(10)
    if kind == 0:
        s.has(dev, group, attr)
    elif kind < 5:
        s.get(dev, group, attr, value(s))
    else:
        s.set(dev, group, attr, s.pick((64, 96, 33)) if group == NR_IRQS else value(s))


def control(m: Machine) -> None:
    """Tables saved, restored, forgotten, as they happen to be."""
    s = m.s
    if m.its and s.chance(70):
        s.set(s.pick(m.its).dev, CTRL, s.pick((SAVE_TABLES, SAVE_TABLES, RESTORE_TABLES, RESTORE_TABLES, RESET)))
    else:
        s.set(m.vgic, CTRL, SAVE_PENDING)


def besides(m: Machine) -> None:
    """What else happens to a machine and is no access: lines, MSIs, memory that changes under it."""
    s = m.s
    kind = s.rng.randrange(4 if m.its else 2)
    if kind == 0:
        s.line(s.rng.randrange(16, m.plan.nr_irqs + 2), s.rng.randrange(2), m.any_vcpu())
    elif kind == 1:
        tables = (DEV_TABLE, COLL_TABLE, CMD_QUEUE, ITT)
        s.poke(s.pick(tables) + 8 * s.rng.randrange(64), value(s) % (1 << 64), value(s) % (1 << 64))
    else:
        lpi.msi(m, s.pick(m.its))


def repair(m: Machine) -> None:
    """A guest that starts anew, and takes what is due, so that a storm does not only blow over what is off."""
    s, vcpu = m.s, m.any_vcpu()
    s.write(vcpu, DIST, 2)
    s.write(vcpu, DIST + 0x104, s.word() & s.word())
    s.write(vcpu, DIST + 0x84, 0xFFFF_FFFF)
    s.write(vcpu, DIST + 0x204, s.word(8))
    s.write(vcpu, m.frame(vcpu) + 0x1_0080, 0xFFFF_FFFF)
    s.write(vcpu, m.frame(vcpu) + 0x1_0100, s.word() & s.word())
    s.write(vcpu, m.frame(vcpu) + 0x1_0200, s.word())
    for reg, wanted in (("PMR", 0xFF), ("IGRPEN1", 1), ("AP0R0", 0), ("AP1R0", 0), ("CTLR", s.pick((0, 2)))):
        s.msr(vcpu, reg, wanted)
    for one_its in m.its:
        s.write(vcpu, one_its.base, 0)
        start_its(m, one_its, vcpu)
        map_some(m, one_its)
        for _ in range(6):
            lpi.msi(m, one_its)
    for _ in range(12):
        lpi.take(m, m.any_vcpu())


def repair_v2(m: V2) -> None:
    """Start a guest of a vgic-v2 again, and take what is pending."""
    v2.start_guest(m)
    for _ in range(4):
        v2.take_and_end(m, m.any_vcpu())


def one_v2(m: V2) -> None:
    """One access to a machine with a vgic-v2."""
    s = m.s
    vcpu = m.any_vcpu()
    kind = s.rng.randrange(100)
    if kind < 45:
        known = v2_guest.dist_offset(s, m.nr_irqs)
        guest(s, vcpu, DIST, known if s.chance(70) else s.rng.randrange(-8, DIST_FRAME + 8))
    elif kind < 50:
        m.dist_write(vcpu, SGIR, sgir_value(s))
    elif kind < 70:
        known = s.pick(v2_guest.CPU_WORDS)
        guest(s, vcpu, CPU, known if s.chance(80) else s.rng.randrange(CPU_FRAME))
    elif kind < 80:
        m.cpu(vcpu, v2.EOIR, iar_value(s))
    else:
        group, offset = (
            (CPU_REGS, s.pick(USER_CPU)) if s.chance(40) else (DIST_REGS, v2_guest.dist_offset(s, m.nr_irqs))
        )
        attr: int = m.attr(vcpu, offset) if s.chance(90) else s.word(64)
        either(s, 0, group if s.chance(90) else s.pick((CTRL, NR_IRQS, *GROUPS)), attr)


def besides_v2(m: V2) -> None:
    """An input line that changes."""
    m.s.line(m.s.rng.randrange(16, m.nr_irqs + 2), m.s.rng.randrange(2), m.any_vcpu())
