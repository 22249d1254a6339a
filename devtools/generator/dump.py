"""How a script ends: the state is read out by every way there is, so that a wrong one shows."""

from __future__ import annotations

from .machine import COLL_TABLE, DEV_TABLE, DIST, ITT, PENDING_LPIS, Its, Machine, pend_table
from .vocabulary import (
    CPU_SYSREGS,
    CTRL,
    DIST_REGS,
    ITS_REGS,
    LEVEL_INFO,
    REDIST_REGS,
    SAVE_PENDING,
    SAVE_TABLES,
    sysreg_attr,
)

CPU_STATE = ("CTLR", "PMR", "BPR0", "BPR1", "IGRPEN0", "IGRPEN1", "AP0R0", "AP1R0")
ITS_STATE = (0x0, 0x80, 0x88, 0x90, 0x100, 0x108)
GUEST_STATE = ("HPPIR0", "HPPIR1", "RPR", "AP0R0", "AP1R0")
WORDS_OF_BITS = (0x80, 0x100, 0x200, 0x300)


def dist(m: Machine) -> None:
    """The distributor: control, and every bitmap of the SPIs."""
    m.s.get(m.vgic, DIST_REGS, 0)
    for word in range(1, min(m.plan.nr_irqs // 32, 3)):
        for base in WORDS_OF_BITS:
            m.s.get(m.vgic, DIST_REGS, base + 4 * word)
        m.s.get(m.vgic, DIST_REGS, 0xC00 + 8 * word)
        m.s.get(m.vgic, LEVEL_INFO, 32 * word)


def spis(m: Machine) -> None:
    """Priorities and routes of the first SPIs."""
    for offset in (0x420, 0x424, 0x428):
        m.s.get(m.vgic, DIST_REGS, offset)
    for intid in range(32, 38):
        m.s.get(m.vgic, DIST_REGS, 0x6000 + 8 * intid)


def redist(m: Machine, vcpu: int) -> None:
    """A redistributor: LPI registers, and the bitmaps of its private interrupts."""
    for offset in (0x0, 0x70, 0x78, *(0x1_0000 + base for base in WORDS_OF_BITS), 0x1_0400):
        m.s.get(m.vgic, REDIST_REGS, m.redist(vcpu, offset))
    m.s.get(m.vgic, LEVEL_INFO, m.mpidr(vcpu) << 32)


def sysregs(m: Machine, vcpu: int) -> None:
    """A CPU interface, as userspace sees it."""
    for name in CPU_STATE:
        m.s.get(m.vgic, CPU_SYSREGS, m.mpidr(vcpu) << 32 | sysreg_attr(f"ICC_{name}_EL1"))


def guest(m: Machine, vcpu: int) -> None:
    """A CPU interface, as its guest sees it."""
    m.s.mrs(vcpu, "ISR_EL1")
    for name in GUEST_STATE:
        m.s.mrs(vcpu, name)


def its(m: Machine, one: Its) -> None:
    """An ITS's registers."""
    for offset in ITS_STATE:
        m.s.get(one.dev, ITS_REGS, offset)


def tables(m: Machine, one: Its) -> None:
    """An ITS's tables, saved and listed."""
    m.s.set(one.dev, CTRL, SAVE_TABLES)
    m.s.scan(one.at(COLL_TABLE), 0x80)
    m.s.scan(one.at(DEV_TABLE), 0x80)
    m.s.scan(one.at(ITT), 0x8000)


def pending(m: Machine) -> None:
    """The pending tables, saved and listed."""
    m.s.set(m.vgic, CTRL, SAVE_PENDING)
    for vcpu in m.vcpus[:4]:
        m.s.scan(pend_table(vcpu) + PENDING_LPIS, 0x80)


def drain(m: Machine, vcpu: int, turns: int = 4) -> None:
    """Take and end interrupts until there should be none."""
    for _ in range(turns):
        m.s.mrs(vcpu, "IAR1")
        m.s.msr_read(vcpu, "EOIR1")


def everything(m: Machine, *, drained: bool = True) -> None:
    """All of it; at the end the guest takes what is left."""
    dist(m)
    if m.s.chance(50):
        spis(m)
    for vcpu in m.vcpus if m.s.chance(20) else (m.any_vcpu(),):
        redist(m, vcpu)
        if m.s.chance(50):
            sysregs(m, vcpu)
    for one in m.its:
        its(m, one)
        tables(m, one)
    if m.its:
        pending(m)
    m.s.read(0, DIST + 0x204)
    if drained:
        for vcpu in m.vcpus[:4]:
            m.s.mrs(vcpu, m.s.pick(("HPPIR1", "ISR_EL1", "RPR", "AP1R0")))
            drain(m, vcpu, m.s.rng.randint(1, 4))


def open_up(m: Machine) -> None:
    """Lift what masks interrupts, so that a leftover one comes through."""
    m.s.write(0, DIST, 2)
    for vcpu in m.vcpus[:5]:
        m.s.msr(vcpu, "PMR", 0xFF)
        m.s.msr(vcpu, "AP1R0", 0)
        m.s.msr(vcpu, "IGRPEN1", 1)


def brief(m: Machine) -> None:
    """The part most scripts can go wrong in: who has what pending and active."""
    for vcpu in m.vcpus[:3]:
        guest(m, vcpu)
    dist(m)
    if m.s.chance(60):
        open_up(m)
    for vcpu in m.vcpus[:5]:
        drain(m, vcpu, m.s.rng.randint(2, 4))
