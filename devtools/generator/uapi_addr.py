"""Themes: where the distributor, the redistributors and the ITSes are put."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .machine import DIST, FRAME, ITS, RAM, REDIST
from .vocabulary import ADDR, ADDRESSES, CTRL, INIT, ITS_ADDR, V3_DIST, V3_REDIST, V3_REGION

if TYPE_CHECKING:
    from .script import Script

PLACES = (0, DIST, DIST + 0x1_0000, 0x0802_0000, REDIST, REDIST + FRAME, REDIST + 2 * FRAME, *ITS, 0x0900_0000)
EDGES = (0xF_FFFF_0000, 0x10_0000_0000, 0xFF_FFFC_0000, 0xFF_FFFE_0000, 0xFF_FFFF_0000, 0x100_0000_0000)
FAR = (1 << 47, 1 << 48, 0xFFFF_FFFF_FFFE_0000, 0xFFFF_FFFF_FFFF_0000, (1 << 64) - 1)


def any_address(s: Script) -> int:
    """A base, good, taken, unaligned, on RAM, or beyond the guest's address space."""
    kind = s.rng.randrange(100)
    base = s.pick(PLACES)
    if kind < 10:
        base = s.pick(EDGES)
    elif kind < 15:
        base = s.pick(FAR)
    elif kind < 20:
        base = RAM + s.pick((0, 0x10_0000, 0xFF_0000))
    if s.chance(10):
        base += s.pick((1, 0x100, 0x1000, 0x8000))
    return base


def any_region(s: Script) -> int:
    """A KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION word: mostly plausible."""
    base = any_address(s) & 0x000F_FFFF_FFFF_0000
    count = s.pick((0, 1, 1, 2, 2, 3, 4, 8, 123, 4095))
    index = s.pick((0, 0, 0, 1, 1, 2, 3, 255, 256, 4095))
    flags = s.pick((1, 2, 4, 8)) if s.chance(8) else 0
    return count << 52 | base | flags << 12 | index


def read_addresses(s: Script) -> None:
    """Every address as it reads back."""
    s.get(0, ADDR, V3_DIST, s.word(64))
    s.get(0, ADDR, V3_REDIST, 0)
    for index in s.rng.sample((0, 1, 2, 3, 255, 256, 257, 4096, 1 << 52), 3):
        s.get(0, ADDR, V3_REGION, index)
    s.get(1, ADDR, ITS_ADDR, 0)


def addresses(s: Script) -> None:
    """Addresses of all kinds set again and again, on every kind of device."""
    _start(s)
    for _ in s.few(8, 20):
        dev = s.pick((0, 0, 0, 1, 1, 2, 3))
        kind = s.pick((V3_DIST, V3_REDIST, V3_REGION, ITS_ADDR)) if s.chance(85) else s.pick(tuple(ADDRESSES))
        if dev in (1, 2) and s.chance(80):
            kind = ITS_ADDR
        value = any_region(s) if kind == V3_REGION else any_address(s)
        if s.chance(5):
            s.op("set_device_attr", dev=dev, group=ADDR, attr=kind, addr_bad=1)
        elif s.chance(5):
            s.op("get_device_attr", dev=dev, group=ADDR, attr=kind, addr_bad=1)
            s.gets += 1
        elif s.chance(5):
            s.set(dev, ADDR, s.pick((6, 7, 100, 1 << 32, 1 << 32 | 2, (1 << 64) - 1)), value)
        elif s.chance(15):
            s.get(dev, ADDR, kind, s.pick((0, 1, 2, (1 << 64) - 1)))
        else:
            s.set(dev, ADDR, kind, value)
    read_addresses(s)
    _run_and_look(s)


def regions(s: Script) -> None:
    """Redistributor regions beside each other, over each other, too small; vCPUs between them."""
    s.create_vm(s.pick((0, 0, 36)))
    s.device("vgic-v3")
    vcpus = 0
    base, index = REDIST, 0
    for _ in s.few(6, 16):
        kind = s.rng.randrange(100)
        if kind < 35:
            vcpu_id = vcpus if s.chance(80) else s.rng.randrange(5)
            s.op("create_vcpu", id=vcpu_id)
            s.op("arm_vcpu_init", vcpu=vcpus)
            vcpus += 1
        elif kind < 75:
            count = s.pick((1, 1, 2, 3, 5))
            s.set(0, ADDR, V3_REGION, count << 52 | base | index)
            base, index = base + (count + s.pick((0, 0, 1, 8))) * FRAME, index + 1
        elif kind < 90:
            s.set(0, ADDR, V3_REGION, any_region(s))
        elif kind < 95:
            s.set(0, ADDR, V3_REDIST, s.pick((base, any_address(s))))
        else:
            s.set(0, ADDR, V3_DIST, s.pick((DIST, base, base - 0x1_0000, any_address(s))))
    if s.chance(85):
        s.set(0, ADDR, V3_DIST, DIST)
    if s.chance(30):
        s.set(0, ADDR, V3_REGION, 0x0A00_0000 | 8 << 52 | index)
    s.set(0, CTRL, INIT)
    read_addresses(s)
    s.op("run", vcpu=0)
    for frame in range(REDIST, max(base, REDIST + 4 * FRAME) + FRAME, FRAME):
        s.read(0, frame + 8, 8)
    for vcpu in range(min(vcpus, 5)):
        s.mrs(vcpu, "MPIDR_EL1")


def overlaps(s: Script) -> None:
    """Frames over each other and over RAM: who is refused, and who answers where two are."""
    _start(s)
    dist = s.pick((DIST, REDIST, REDIST + 0x1_0000, ITS[0], ITS[0] + 0x1_0000, RAM + 0x20_0000))
    redist = s.pick((REDIST, REDIST, DIST, DIST - 0x1_0000, ITS[0], ITS[0] - FRAME, RAM + 0x20_0000))
    places: list[tuple[int, str, int]] = [(0, V3_DIST, dist), (0, V3_REDIST, redist)]
    for dev in (1, 2):
        at = s.pick((ITS[0], ITS[1], DIST, DIST - 0x1_0000, REDIST, REDIST + 0x1_0000, RAM + 0x20_0000))
        places.append((dev, ITS_ADDR, at))
    if s.chance(70):
        s.rng.shuffle(places)
    for dev, kind, base in places:
        s.set(dev, ADDR, kind, base)
    read_addresses(s)
    s.set(0, CTRL, INIT)
    s.op("run", vcpu=0)
    for base in sorted({dist, redist, places[-1][2], places[-2][2]}):
        for offset in (0, 4, 8, 0x1_0000, 0x1_0004, 0x1_0008, 0x1_FFE8):
            s.read(0, base + offset)
        s.write(0, base + 0x80, s.word())
        s.read(0, base + 0x80)
        s.msi(base + 0x1_0040, 0, 0)


def _start(s: Script) -> None:
    s.create_vm(s.pick((0, 0, 0, 36, 40)))
    count = s.rng.randint(1, 3)
    s.device("vgic-v3")
    for index in range(count):
        s.vcpu(index, index)
    s.device("vgic-its")
    s.device("vgic-its")


def _run_and_look(s: Script) -> None:
    s.set(0, CTRL, INIT)
    s.op("run", vcpu=0)
    for base in (DIST, REDIST, REDIST + FRAME, *ITS, 0x0900_0000):
        s.read(0, base + 8, 4)
        s.read(0, base + 0x1_FFE8, 4)
