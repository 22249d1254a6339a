"""Themes of a GICv2 host: what userspace does, in and out of order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .uapi_attrs import bad_pointer
from .uapi_create import IRQ_COUNTS
from .v2 import CPU, CPU_FRAME, DIST, DIST_FRAME, IAR, USER_CPU, bring_up, dump, ids, start_guest
from .v2_guest import dist_offset, excite
from .vocabulary import (
    ADDR,
    ADDRESSES,
    CONTROLS,
    CPU_REGS,
    CPU_SYSREGS,
    CTRL,
    DIST_REGS,
    GROUPS,
    INIT,
    LEVEL_INFO,
    NR_IRQS,
    REDIST_REGS,
    V2_CPU,
    V2_DIST,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from .script import Script

IIDR = 0x4B00_043B
SAVED_DIST = (0x100, 0x200, 0x300, 0x400, 0x404, 0xF20, 0x104, 0x204, 0x304, 0x420, 0x820, 0xC08, 8, 0)
CAPABILITIES = (0, 3, 9, 10, 25, 32, 33, 36, 66, 77, 82, 88, 89, 102, 131, 165)


def registers(s: Script) -> None:
    """DIST_REGS and CPU_REGS: set, read back, and looked at by the guest."""
    m = bring_up(s, ids(s, 1, 4), s.pick((64, 96)), guest=s.chance(70))
    for _ in s.few(20, 40):
        vcpu = m.any_vcpu()
        kind = s.rng.randrange(10)
        offset = dist_offset(s, m.nr_irqs) & (~0 if s.chance(10) else ~3)
        if kind < 5:
            m.user(DIST_REGS, vcpu, offset, s.word())
            m.user(DIST_REGS, vcpu, offset)
        elif kind < 8:
            cpu = s.pick(USER_CPU) if s.chance(90) else s.rng.randrange(0x1100)
            m.user(CPU_REGS, vcpu, cpu, s.word(10))
            m.user(CPU_REGS, vcpu, cpu)
        elif kind < 9:
            m.user(DIST_REGS, vcpu, 8, s.pick((IIDR | s.rng.randrange(5) << 12, s.word())))
        else:
            m.cpu(vcpu, s.pick((0, 4, 8, 0x1C, 0xD0, IAR)))
    dump(m)


def attributes(s: Script) -> None:
    """Any group with any attribute: has, get and set."""
    m = bring_up(s, ids(s, 1, 3), init=s.chance(50), guest=False)
    for _ in s.few(20, 40):
        group = s.pick((*GROUPS, DIST_REGS, CPU_REGS)) if s.chance(90) else str(s.rng.randrange(16))
        attr: str | int
        if group in (DIST_REGS, CPU_REGS, REDIST_REGS, CPU_SYSREGS, LEVEL_INFO):
            attr = s.rng.randrange(10) << 32 | s.pick((dist_offset(s, 64), *USER_CPU)) | s.pick((0, 0, 0, s.word(64)))
        else:
            attr = s.pick((*ADDRESSES, *CONTROLS)) if s.chance(70) else s.word(6)
        kind = s.rng.randrange(4)
        if kind == 3:
            bad_pointer(s, 0, group, attr)
        elif kind == 0:
            s.has(0, group, attr)
        elif kind == 1:
            s.get(0, group, attr, s.word(64))
        else:
            s.set(0, group, attr, s.word(20))
    dump(m)


def making(s: Script) -> None:
    """A VM made in any order, with things missing and things twice."""
    made = Making(s)
    s.create_vm(s.pick((0, 0, 0, 32, 36, 40)))
    for _ in s.few(15, 35):
        made.step()
    for vcpu in range(min(made.vcpus, 2)):
        s.op("run", vcpu=vcpu)
        s.read(vcpu, CPU + 0xFC)
        s.read(vcpu, DIST + 8)


class Making:
    """A VM in the making; what was asked for is counted, not what succeeded."""

    def __init__(self, s: Script) -> None:
        self.s = s
        self.vcpus = 0
        self.steps: tuple[Callable[[], None], ...] = (
            self.vcpu,
            self.vcpu,
            self.vcpu,
            self.irqchip,
            self.place,
            self.place,
            self.place,
            self.size,
            self.init,
            self.look,
            self.outside,
            self.run,
        )

    def step(self) -> None:
        """One call a VMM might make now."""
        self.s.pick(self.steps)()

    def vcpu(self) -> None:
        """A vCPU, mostly the next."""
        self.s.vcpu(self.vcpus if self.s.chance(80) else self.s.rng.randrange(10), self.vcpus)
        self.vcpus += 1

    def irqchip(self) -> None:
        """A vGIC, by one of its ways."""
        if self.s.chance(30):
            self.s.op("create_irqchip")
        else:
            self.s.device(self.s.pick(("vgic-v2", "vgic-v2", "vgic-v2", "vgic-v3", "vgic-its", "4", "99")))

    def place(self) -> None:
        """An address of one of the frames."""
        base = self.s.pick((DIST, DIST, CPU, CPU, DIST + DIST_FRAME, CPU + CPU_FRAME, DIST + 4, 0x4000_0000, 1 << 40))
        self.s.set(0, ADDR, self.s.pick((V2_DIST, V2_CPU, *ADDRESSES)), base)

    def size(self) -> None:
        """NR_IRQS."""
        self.s.set(0, NR_IRQS, 0, self.s.pick(IRQ_COUNTS))

    def init(self) -> None:
        """CTRL_INIT."""
        self.s.set(0, CTRL, INIT)

    def look(self) -> None:
        """Something that may initialise it on the way."""
        kind = self.s.rng.randrange(4)
        if kind == 0:
            self.s.get(0, self.s.pick((DIST_REGS, CPU_REGS)), self.s.rng.randrange(3) << 32 | 4)
        elif kind == 1:
            self.s.get(0, ADDR, self.s.pick((V2_DIST, V2_CPU)))
        elif kind == 2:
            self.s.get(0, NR_IRQS, 0)
        else:
            self.s.op("check_extension", cap=self.s.pick(CAPABILITIES))

    def outside(self) -> None:
        """An interrupt from outside."""
        kind = self.s.rng.randrange(4)
        gsi = self.s.rng.randrange(8)
        if kind == 0:
            self.s.line(32 + gsi, 1)
        elif kind == 1:
            self.s.msi(DIST, 0, gsi, self.s.rng.randrange(2))
        elif kind == 2:
            self.s.op("irqfd", gsi=gsi)
        else:
            self.s.op("irqfd_signal", gsi=gsi)

    def run(self) -> None:
        """A vCPU runs."""
        self.s.op("run", vcpu=self.s.rng.randrange(self.vcpus + 1))


def saved(s: Script) -> None:
    """A state made by a guest, read out, put into another VM, and read again."""
    vcpus = ids(s, 1, 4)
    m = bring_up(s, vcpus)
    for _ in s.few(10, 25):
        excite(m)
        if s.chance(30):
            m.cpu(m.any_vcpu(), IAR)
    wanted = [(DIST_REGS, offset) for offset in SAVED_DIST] + [(CPU_REGS, offset) for offset in USER_CPU[:5]]
    attrs = [(group, m.attr(vcpu, offset)) for vcpu in range(len(vcpus)) for group, offset in wanted]
    kept = [(group, attr, s.get(0, group, attr)) for group, attr in attrs]
    again = bring_up(s, vcpus, guest=False)
    if s.chance(30):
        s.rng.shuffle(kept)
    for group, attr, number in kept:
        s.set_saved(0, group, attr, number)
    if s.chance(50):
        start_guest(again)
    dump(again)
