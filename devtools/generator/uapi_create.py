"""Themes: in which order a VM is made, what is forgotten, and what happens afterwards."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from .machine import DIST, ITS, REDIST, timer_safe
from .uapi_addr import any_address, any_region, read_addresses
from .vocabulary import (
    ADDR,
    CPU_SYSREGS,
    CTRL,
    DIST_REGS,
    INIT,
    ITS_ADDR,
    ITS_REGS,
    LEVEL_INFO,
    NR_IRQS,
    REDIST_REGS,
    V3_DIST,
    V3_REDIST,
    V3_REGION,
    affinity,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from .script import Script

IRQ_COUNTS = (0, 31, 32, 33, 63, 64, 65, 96, 128, 256, 512, 991, 992, 993, 1019, 1020, 1023, 1024, 1056, 1 << 31)
IDS = (0, 0, 1, 2, 3, 4, 5, 8, 15, 16, 17, 32, 255, 256, 300, 510, 511, 512, 513, 1 << 16)


class Making:
    """A VM in the making; what was asked for is counted, not what succeeded."""

    def __init__(self, s: Script) -> None:
        self.s = s
        self.vcpus = 0
        self.vgic = False

    def step(self) -> None:
        """One call a VMM might make now."""
        kind = self.s.rng.randrange(100)
        if kind < 20:
            self.create_vcpu()
        elif kind < 36:
            self.create_device()
        elif kind < 60:
            self.place()
        elif kind < 70:
            self.s.set(self.dev(), NR_IRQS, self.s.pick((0, 0, 1, 7)), self.s.pick(IRQ_COUNTS))
        elif kind < 78:
            self.s.set(self.dev(), CTRL, INIT)
        else:
            self.ask()

    def dev(self) -> int:
        """Mostly the vgic."""
        return self.s.pick((0, 0, 0, 1, 2))

    def create_vcpu(self) -> None:
        """A vCPU; mostly the next one."""
        s = self.s
        vcpu_id = self.vcpus if s.chance(65) else s.pick(IDS)
        s.op("create_vcpu", id=vcpu_id)
        if vcpu_id < 512 and s.chance(90):
            s.op("arm_vcpu_init", vcpu=self.vcpus)
        self.vcpus += 1

    def create_device(self) -> None:
        """A device; mostly one that is missing."""
        s = self.s
        kind = "vgic-its" if self.vgic else "vgic-v3"
        if s.chance(25):
            kind = s.pick(("vgic-v2", "vgic-v3", "vgic-its"))
        if s.chance(8):
            s.device(s.pick((0, 1, 4, 6, 9, 10, 11, 12, 100, (1 << 32) - 1)), s.pick((0, 1)))
            return
        flags = s.pick((1, 1, 2, 3, 0x8000_0000)) if s.chance(12) else 0
        s.device(kind, flags)
        self.vgic = self.vgic or (kind == "vgic-v3" and not flags & 1)

    def place(self) -> None:
        """An address."""
        s = self.s
        kind = s.pick((V3_DIST, V3_REDIST, V3_REDIST, V3_REGION, ITS_ADDR))
        usual = {V3_DIST: DIST, V3_REDIST: REDIST, ITS_ADDR: ITS[0], V3_REGION: REDIST | 2 << 52}[kind]
        dev = 1 if kind == ITS_ADDR and s.chance(80) else self.dev()
        if s.chance(25):
            usual = any_region(s) if kind == V3_REGION else any_address(s)
        s.set(dev, ADDR, kind, usual)

    def ask(self) -> None:
        """A question, an interrupt or a run."""
        s = self.s
        kind = s.rng.randrange(9)
        if kind == 0 and s.chance(40):
            s.op("run", vcpu=s.rng.randrange(max(1, self.vcpus)))
        elif kind == 1:
            s.get(self.dev(), s.pick((NR_IRQS, DIST_REGS, LEVEL_INFO)), s.pick((0, 4, 8, 0x100)), s.word(64))
        elif kind == 2:
            s.get(self.dev(), s.pick((REDIST_REGS, CPU_SYSREGS)), s.rng.randrange(3) << 32 | s.pick((0, 8, 0xC230)))
        elif kind == 3:
            s.get(s.pick((0, 1, 1)), ITS_REGS, s.pick((0, 4, 8, 0x80, 0x100)))
        elif kind == 4:
            s.line(s.pick((16, 20, 31, 32, 40, 64, 100, 1023)), s.rng.randrange(2))
        elif kind == 5:
            s.msi(s.pick(ITS) + 0x1_0040, s.rng.randrange(2), 0, s.rng.randrange(2))
        elif kind == 6:
            s.op("check_extension", cap=s.pick(("KVM_CAP_IRQCHIP", "KVM_CAP_MSI_DEVID", "KVM_CAP_SIGNAL_MSI")))
        elif kind == 7:
            s.op("irqfd", gsi=s.rng.randrange(4), flags=s.pick((0, 0, 1, 4)))
        else:
            s.op("create_irqchip")


def create(s: Script) -> None:
    """Set-up calls in any order, then what the addresses show."""
    s.create_vm(s.pick((0, 0, 0, 32, 36, 40)))
    making = Making(s)
    if s.chance(60):
        s.device("vgic-v3")
        making.vgic = True
    for _ in s.few(15, 40):
        making.step()
    read_addresses(s)
    show_frames(s)


def forgotten(s: Script) -> None:
    """A VM that runs with one step of its set-up left out or doubled, and may be dead after."""
    s.create_vm()
    count = s.rng.randint(1, 4)
    steps: list[Callable[[], None]] = [partial(s.vcpu, n, n) for n in range(count)]
    steps.append(partial(s.set, 0, ADDR, V3_DIST, DIST))
    if s.chance(50):
        steps.append(partial(s.set, 0, ADDR, V3_REDIST, s.pick((REDIST, REDIST, 0x0802_0000, 0x07FC_0000))))
    else:
        size = s.pick((count, count - 1, 1, 8))
        steps.append(partial(s.set, 0, ADDR, V3_REGION, REDIST | size << 52))
    steps.append(partial(s.set, 0, NR_IRQS, 0, 64))
    if s.chance(50):
        s.rng.shuffle(steps)
    steps.append(partial(s.set, 0, CTRL, INIT))
    if s.chance(75):
        del steps[s.rng.randrange(len(steps))]
    s.device("vgic-v3")
    for step in steps:
        step()
    if s.chance(50):
        s.device("vgic-its")
        s.set(1, ADDR, ITS_ADDR, ITS[0])
    s.op("run", vcpu=s.rng.randrange(count))
    after_run(s, count)
    show_frames(s)


def after_run(s: Script, count: int) -> None:
    """Everything again, after the first run; on a dead VM all of it is EIO."""
    for _ in s.few(4, 10):
        kind = s.rng.randrange(10)
        if kind == 0:
            s.device(s.pick(("vgic-v3", "vgic-its", "vgic-v2")), s.pick((0, 0, 1)))
        elif kind == 1:
            s.op("create_vcpu", id=s.pick((0, count, 9, 600)))
        elif kind == 2:
            s.set(0, CTRL, INIT)
        elif kind == 3:
            s.set(0, NR_IRQS, 0, s.pick(IRQ_COUNTS))
        elif kind == 4:
            s.set(0, ADDR, s.pick((V3_DIST, V3_REDIST)), DIST + 0x20_0000)
        elif kind == 5:
            s.set(0, ADDR, V3_REGION, 0x0A00_0000 | 2 << 52 | s.rng.randrange(2))
        elif kind == 6:
            s.get(0, s.pick((DIST_REGS, REDIST_REGS, LEVEL_INFO)), s.pick((0, 8, 0x84)))
        elif kind == 7:
            s.line(32, 1)
        elif kind == 8:
            s.op("run", vcpu=s.rng.randrange(count))
        else:
            s.set(0, REDIST_REGS, affinity(0) << 32 | 0x1_0200, timer_safe(0x1_0200, s.word()))


def nr_irqs(s: Script) -> None:
    """NR_IRQS: what is accepted, when, and what the distributor has afterwards."""
    s.create_vm()
    s.device("vgic-v3")
    if s.chance(80):
        s.vcpu(0, 0)
    for _ in s.few(1, 5):
        s.has(0, DIST_REGS, s.pick((0x84, 0x104, 0x6100, 0x6000 + 8 * 991, 0xF8, 0x17C)))
        s.set(0, NR_IRQS, s.pick((0, 0, 1, 1 << 32)), s.pick(IRQ_COUNTS))
        s.get(0, NR_IRQS, 0, s.word(64))
    s.set(0, ADDR, V3_DIST, DIST)
    s.set(0, ADDR, V3_REDIST, REDIST)
    s.set(0, CTRL, INIT)
    s.set(0, NR_IRQS, 0, s.pick((64, 96, 65, 1024)))
    s.get(0, NR_IRQS, s.rng.randrange(3))
    for intid in s.rng.sample((32, 63, 64, 95, 96, 127, 128, 255, 256, 511, 512, 959, 960, 991, 992, 1019), 6):
        s.line(intid, 1)
        s.has(0, DIST_REGS, 0x6000 + 8 * intid)
        s.set(0, DIST_REGS, 0x100 + intid // 32 * 4, 0xFFFF_FFFF)
        s.get(0, DIST_REGS, 0x200 + intid // 32 * 4)
        s.read(0, DIST + 0x100 + intid // 32 * 4)
        s.write(0, DIST + 0x6000 + 8 * intid, s.word(), 8)
        s.read(0, DIST + 0x6000 + 8 * intid, 8)
    s.read(0, DIST + 4)


def show_frames(s: Script) -> None:
    """What answers at the usual addresses, if the VM can run."""
    for addr in (DIST + 4, REDIST + 8, REDIST + 0x2_0008, ITS[0] + 8):
        s.read(0, addr, 8 if addr & 8 else 4)
