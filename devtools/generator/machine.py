"""A virtual machine set up as a VMM and a guest would: what most themes start from."""

from __future__ import annotations

from dataclasses import dataclass, field

from .script import TIMER_BITS, Script
from .vocabulary import (
    ADDR,
    CTRL,
    INIT,
    ITS_ADDR,
    ITS_REGS,
    NR_IRQS,
    REDIST_REGS,
    V3_DIST,
    V3_REDIST,
    V3_REGION,
    affinity,
)

RAM = 0x4000_0000
RAM_END = 0x4100_0000

DIST = 0x0800_0000
ITS = (0x0808_0000, 0x0908_0000)
REDIST = 0x080A_0000
FRAME = 0x2_0000

PROP_TABLE = 0x4001_0000
PEND_TABLE = 0x4002_0000
COLL_TABLE = 0x4010_0000
DEV_TABLE = 0x4011_0000
DEV_L2 = 0x4020_0000
CMD_QUEUE = 0x4030_0000
ITT = 0x4040_0000
SECOND = 0x70_0000
"""From the tables of the first ITS to those of the second."""

VALID = 1 << 63
INDIRECT = 1 << 62
LPI = 8192
PENDING_LPIS = LPI // 8
"""Where the bits of the first LPIs are in a pending table."""


@dataclass
class Its:
    """One ITS: its device, its frame, its tables, and where its guest writes next."""

    dev: int
    base: int
    shift: int
    pages: int = 1
    cursor: int = 0

    @property
    def doorbell(self) -> int:
        """GITS_TRANSLATER."""
        return self.base + 0x1_0040

    def at(self, table: int) -> int:
        """The address of this ITS's own copy of ``table``."""
        return table + self.shift

    def itt(self, device: int) -> int:
        """One page of interrupt translation table a device."""
        return self.at(ITT) + (device & 0xFF) * 0x1000


@dataclass
class Plan:
    """What a machine is to have."""

    ids: tuple[int, ...] = (0, 1)
    nr_irqs: int = 64
    its: int = 0
    lpis: bool = False
    regions: bool = False
    indirect: bool = False
    keep_ram: bool = False
    guest: bool = True
    ptz: int = 1


@dataclass
class Machine:
    """A machine that is up; ``vgic`` and the ITSes are device numbers."""

    s: Script
    plan: Plan
    vgic: int = 0
    its: list[Its] = field(default_factory=list)

    @property
    def vcpus(self) -> range:
        """The vCPUs by index."""
        return range(len(self.plan.ids))

    def any_vcpu(self) -> int:
        """One vCPU's index."""
        return self.s.pick(self.vcpus)

    def mpidr(self, vcpu: int) -> int:
        """A vCPU's affinity, as IROUTER and device attributes hold it."""
        return affinity(self.plan.ids[vcpu])

    def frame(self, vcpu: int) -> int:
        """RD_base of a vCPU's redistributor."""
        gap = 0x10_0000 if self.plan.regions and vcpu >= 2 else 0
        return REDIST + gap + vcpu * FRAME

    def redist(self, vcpu: int, offset: int) -> int:
        """The device attribute of a redistributor's register."""
        return self.mpidr(vcpu) << 32 | offset

    def gicr_write(self, by: int, vcpu: int, offset: int, value: int, size: int = 4) -> None:
        """A guest's store to a redistributor, the timer's PPIs left alone."""
        self.s.write(by, self.frame(vcpu) + offset, timer_safe(offset, value), size)

    def gicr_set(self, vcpu: int, offset: int, value: int) -> None:
        """Userspace's write of a redistributor, the timer's PPIs left alone."""
        self.s.set(self.vgic, REDIST_REGS, self.redist(vcpu, offset), timer_safe(offset, value))

    def its_set(self, its: Its, offset: int, value: int) -> None:
        """Userspace's write of an ITS register."""
        self.s.set(its.dev, ITS_REGS, offset, value)


def timer_safe(offset: int, value: int) -> int:
    """``value`` for SGI_base + ``offset``, without PPIs 27 and 30 where they are states."""
    return value & ~TIMER_BITS if 0x1_0200 <= offset < 0x1_0400 else value


def ids(s: Script, low: int, high: int) -> tuple[int, ...]:
    """VCPU ids: mostly 0, 1, 2..., sometimes sparse, sometimes out of order."""
    count = s.rng.randint(low, high)
    plain = list(range(count))
    if s.chance(20):
        plain = sorted(s.rng.sample((*range(12), 16, 17, 33, 255, 256, 300, 511), count))
    if s.chance(15):
        s.rng.shuffle(plain)
    return tuple(plain)


def bring_up(s: Script, plan: Plan) -> Machine:
    """Create everything, in one of the orders that work, and let the guest start."""
    s.create_vm(keep_ram=plan.keep_ram)
    m = Machine(s, plan)
    late = 0 if plan.keep_ram else s.rng.randrange(4)
    if late == 1:
        s.device("vgic-v3")
    for index, vcpu_id in enumerate(plan.ids):
        s.vcpu(vcpu_id, index)
    if late != 1:
        s.device("vgic-v3")
    devices = [Its(1 + n, ITS[n], SECOND * n) for n in range(plan.its)]
    if late != 2:
        _create_its(s, m, devices)
    if plan.nr_irqs != 256:
        s.set(0, NR_IRQS, 0, plan.nr_irqs)
    _place(s, plan)
    s.set(0, CTRL, INIT)
    if late == 2:
        _create_its(s, m, devices)
    if plan.guest:
        start_guest(m)
    return m


def _create_its(s: Script, m: Machine, devices: list[Its]) -> None:
    for its in devices:
        s.device("vgic-its")
        s.set(its.dev, ADDR, ITS_ADDR, its.base)
        s.set(its.dev, CTRL, INIT)
        m.its.append(its)


def _place(s: Script, plan: Plan) -> None:
    s.set(0, ADDR, V3_DIST, DIST)
    if not plan.regions:
        s.set(0, ADDR, V3_REDIST, REDIST)
        return
    s.set(0, ADDR, V3_REGION, REDIST | min(2, len(plan.ids)) << 52)
    if len(plan.ids) > 2:
        base = REDIST + 0x10_0000 + 2 * FRAME
        s.set(0, ADDR, V3_REGION, base | (len(plan.ids) - 2) << 52 | 1)


def start_guest(m: Machine) -> None:
    """What firmware and kernel do first: distributor and CPU interfaces on, tables given."""
    m.s.write(0, DIST, 2)
    for vcpu in m.vcpus:
        m.s.msr(vcpu, "PMR", 0xFF)
        m.s.msr(vcpu, "IGRPEN1", 1)
    if m.plan.lpis:
        start_lpis(m)
    for its in m.its:
        start_its(m, its)


def start_lpis(m: Machine) -> None:
    """Configuration and pending tables, and EnableLPIs on every vCPU."""
    config = bytes(m.s.rng.choice((0xA1, 0xA1, 0xA1, 0x41, 0xA0, 0xFF)) for _ in range(16))
    m.s.poke_bytes(PROP_TABLE, config)
    for vcpu in m.vcpus:
        m.s.write(vcpu, m.frame(vcpu) + 0x70, PROP_TABLE | 15, 8)
        m.s.write(vcpu, m.frame(vcpu) + 0x78, pend_table(vcpu) | m.plan.ptz << 62, 8)
        m.s.write(vcpu, m.frame(vcpu), 1)


def start_its(m: Machine, its: Its, by: int = 0) -> None:
    """Device and collection tables, the command queue, and Enabled."""
    table = VALID | its.at(DEV_TABLE)
    if m.plan.indirect:
        m.s.poke(its.at(DEV_TABLE), VALID | its.at(DEV_L2), VALID | its.at(DEV_L2) + 0x1_0000)
        table |= INDIRECT
    m.s.write(by, its.base + 0x100, table, 8)
    m.s.write(by, its.base + 0x108, VALID | its.at(COLL_TABLE), 8)
    m.s.write(by, its.base + 0x80, VALID | its.at(CMD_QUEUE) | its.pages - 1, 8)
    its.cursor = 0
    m.s.write(by, its.base, 1)


def pend_table(vcpu: int) -> int:
    """The pending table of a vCPU, 64 KiB each."""
    return PEND_TABLE + vcpu % 14 * 0x1_0000
