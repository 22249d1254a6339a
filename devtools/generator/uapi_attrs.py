"""Themes: every group and attribute of every device, asked, read and written."""

from __future__ import annotations

from .machine import DIST, ITS, REDIST, timer_safe
from .script import TIMER_BITS, Script
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
    ITS_ADDR,
    ITS_REGS,
    LEVEL_INFO,
    NR_IRQS,
    REDIST_REGS,
    SYSREGS,
    V3_DIST,
    V3_REDIST,
    affinity,
    sysreg_attr,
)

DIST_OFFSETS = (
    *(0x0, 0x4, 0x8, 0xC, 0x10, 0x14, 0x40, 0x48, 0x80, 0x84, 0x88, 0x8C, 0xFC, 0x100, 0x104, 0x180, 0x184, 0x188),
    *(0x200, 0x204, 0x280, 0x284, 0x300, 0x304, 0x380, 0x384, 0x400, 0x41C, 0x420, 0x424, 0x43C, 0x440, 0x7FC, 0x800),
    *(0x820, 0xC00, 0xC04, 0xC08, 0xC0C, 0xC10, 0xCFC, 0xD00, 0xE00, 0xF00, 0xF10, 0xF20, 0x6000, 0x60F8, 0x6100),
    *(0x6104, 0x6108, 0x61F8, 0x6200, 0x7FD8, 0x7FE0, 0x8000, 0xFFD0, 0xFFE0, 0xFFE8, 0xFFFC, 0x1_0000, 0x2, 0x81),
)
REDIST_OFFSETS = (
    *(0x0, 0x4, 0x8, 0xC, 0x10, 0x14, 0x40, 0x44, 0x70, 0x74, 0x78, 0x7C, 0xA0, 0xA4, 0xB0, 0xC0, 0xFFE8, 0xFFFC),
    *(0x1_0000, 0x1_0080, 0x1_0084, 0x1_0100, 0x1_0180, 0x1_0200, 0x1_0280, 0x1_0300, 0x1_0380, 0x1_0400, 0x1_0404),
    *(0x1_041C, 0x1_0420, 0x1_0C00, 0x1_0C04, 0x1_0C08, 0x1_0D00, 0x1_0E00, 0x1_FFE8, 0x2_0000, 0x1_0202, 0x71),
)
ITS_OFFSETS = (
    *(0x0, 0x4, 0x8, 0xC, 0x18, 0x80, 0x84, 0x88, 0x8C, 0x90, 0x94, 0x100, 0x104, 0x108, 0x110, 0x138, 0x140, 0xFFCC),
    *(0xFFD0, 0xFFD4, 0xFFE0, 0xFFE4, 0xFFE8, 0xFFEC, 0xFFF0, 0xFFFC, 0x1_0040, 0x2, 0x82, 0x102, 0x1_0000, 0x2_0000),
)
STRANGE = (6, 7, 9, 31, 1 << 16, 1 << 31, 1 << 32, (1 << 64) - 1)


def any_attribute(s: Script, mpidrs: tuple[int, ...]) -> tuple[str | int, str | int]:
    """A group and an attribute of it, seldom one that no device has."""
    group: str | int = s.pick((*GROUPS, DIST_REGS, REDIST_REGS, CPU_SYSREGS, ITS_REGS, LEVEL_INFO))
    if s.chance(4):
        return s.pick((9, 10, 255, 1 << 31)), s.pick((0, 4, *STRANGE))
    mpidr = s.pick(mpidrs) if s.chance(85) else s.pick((9, 0x100, 0x1_0000, 0x100_0000, 0x8000_0000, 0xFFFF_FFFF))
    if group == DIST_REGS:
        return group, s.pick((0, 0, mpidr)) << 32 | s.pick(DIST_OFFSETS)
    if group == REDIST_REGS:
        return group, mpidr << 32 | s.pick(REDIST_OFFSETS)
    if group == CPU_SYSREGS:
        dirt = s.word(16) << 16 if s.chance(5) else 0
        return group, mpidr << 32 | dirt | any_sysreg(s)
    if group == LEVEL_INFO:
        info = s.pick((1, 2, 1 << 21)) if s.chance(8) else 0
        return group, mpidr << 32 | info << 10 | s.pick((0, 32, 64, 96, 992, 1, 16, 33))
    if group == ITS_REGS:
        return group, s.pick(ITS_OFFSETS) | (s.word(32) << 32 if s.chance(15) else 0)
    if group == CPU_REGS:
        return group, s.pick((0, 4, 8, 0x1C, 0xD0, 0xFC)) | s.pick((0, 1, 9)) << 32
    names = {ADDR: tuple(ADDRESSES), CTRL: tuple(CONTROLS)}.get(str(group), ("0x0", "0x1"))
    return group, s.pick(STRANGE) if s.chance(12) else s.pick(names)


def any_sysreg(s: Script) -> int:
    """A register's encoding for CPU_SYSREGS, seldom one that is none."""
    if s.chance(10):
        return s.pick((0, 0xC005, 0xC231, 0xC64C, 0xC64F, 0xC665, 0xFFFF))
    return sysreg_attr(s.pick(tuple(SYSREGS)))


def _prepared(s: Script) -> tuple[int, ...]:
    """A vgic and an ITS at any stage of their set-up; returns the vCPUs' affinities."""
    ids = s.pick(((0,), (0, 1), (0, 1, 2), (3, 17), (5, 0, 2), ()))
    stage = s.rng.randrange(6)
    s.create_vm()
    for index, vcpu_id in enumerate(ids):
        s.vcpu(vcpu_id, index)
    s.device("vgic-v3")
    if s.chance(70):
        s.device("vgic-its")
    if stage > 0:
        s.set(0, NR_IRQS, 0, s.pick((64, 96, 128)))
    if stage > 1:
        s.set(0, ADDR, V3_DIST, DIST)
        s.set(0, ADDR, V3_REDIST, REDIST)
        s.set(1, ADDR, ITS_ADDR, ITS[0])
    if stage > 2:
        s.set(0, CTRL, INIT)
    if stage > 4:
        s.op("run", vcpu=0)
    return tuple(affinity(vcpu_id) for vcpu_id in ids) or (0,)


def has_attr(s: Script) -> None:
    """KVM_HAS_DEVICE_ATTR of anything, at any stage."""
    mpidrs = _prepared(s)
    for _ in s.few(30, 60):
        group, attr = any_attribute(s, mpidrs)
        s.has(s.pick((0, 0, 0, 1, 1, 2)), group, attr)


def has_registers(s: Script) -> None:
    """KVM_HAS_DEVICE_ATTR of one frame's registers, all of them."""
    mpidr = s.pick(_prepared(s)) << 32
    kind = s.rng.randrange(4)
    if kind == 3:
        for name in SYSREGS:
            s.has(0, CPU_SYSREGS, mpidr | sysreg_attr(name))
        return
    dev, group, offsets = (
        (0, DIST_REGS, DIST_OFFSETS),
        (0, REDIST_REGS, REDIST_OFFSETS),
        (1, ITS_REGS, ITS_OFFSETS),
    )[kind]
    for offset in s.rng.sample(offsets, len(offsets) * 3 // 4):
        s.has(dev, group, offset if group == ITS_REGS else mpidr | offset)


def attributes(s: Script) -> None:
    """Gets and sets of anything, at any stage, on devices open and closed, with bad pointers."""
    mpidrs = _prepared(s)
    for _ in s.few(25, 50):
        group, attr = any_attribute(s, mpidrs)
        dev = s.pick((0, 0, 0, 1, 1)) if s.chance(95) else s.pick((2, 3, 63))
        if s.chance(2):
            s.op("close_device", dev=dev)
        elif s.chance(8):
            bad_pointer(s, dev, group, attr)
        elif s.chance(45):
            s.get(dev, group, attr, s.pick((0, s.word(64))))
        elif group not in (ADDR, 0):
            s.set(dev, group, attr, _value(s, group, attr))
    for offset in (0x0, 0x8, 0x84, 0x104, 0x204):
        s.get(0, DIST_REGS, offset)


def bad_pointer(s: Script, dev: int, group: str | int, attr: str | int) -> None:
    """A call about an attribute with a pointer to nothing."""
    name = s.pick(("set_device_attr", "get_device_attr", "has_device_attr"))
    s.op(name, dev=dev, group=group, attr=attr if isinstance(attr, str) else hex(attr), addr_bad=1)
    s.gets += name == "get_device_attr"


def _value(s: Script, group: str | int, attr: str | int) -> int:
    if group == NR_IRQS:
        return s.pick((64, 96, 128, 33))
    value = s.word(64)
    if group == LEVEL_INFO:
        return value & ~TIMER_BITS
    return timer_safe(attr & 0xFFFF_FFFF, value) if isinstance(attr, int) else value
