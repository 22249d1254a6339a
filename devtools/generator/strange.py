"""Themes that leave the usual layout: memory and frames elsewhere, and calls with nothing to call.

These themes leave alone what belongs to the probe (devtools/oracle/README.md): no frame and no RAM lies at the probe's
bell, no access goes to the memory of the probe's code, and no guest runs without that memory or after a reset.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .machine import DIST, FRAME, ITS, RAM, REDIST
from .uapi_attrs import any_attribute
from .vocabulary import ADDR, CTRL, INIT, ITS_ADDR, MAX64, MPIDR_ONE_REG, V2_CPU, V2_DIST, V3_DIST, V3_REDIST, V3_REGION

if TYPE_CHECKING:
    from .script import Script
    from .vocabulary import Line

PAGE = 0x1000
CODE, CODE_END = 0x1000_0000, 0x1008_0000
"""The player's own memory."""
IPA_BITS = (0, 0, 32, 36, 39, 40)
DEFAULT_BITS = 40
REFUSED = (-1, 31, 41, 99, 0x100)
ALL_VCPUS = 3
MMIO_V2 = (DIST, 0x0801_0000)


def memory(s: Script) -> None:
    """RAM of any size at any place, kept or not, accepted or not, and what is read and written there."""
    for _ in s.few(2, 6):
        bits = s.pick(IPA_BITS) if s.chance(90) else s.pick(REFUSED)
        top = 1 << (bits if bits in range(32, 41) else DEFAULT_BITS)
        size = s.pick(
            (PAGE, 2 * PAGE, 0x1_0000, 0x100_0000, 0x100_0000, PAGE // 2, 0x1800, 0, 1 << 43, (1 << 43) - PAGE)
        )
        gpa = s.pick((0, RAM, RAM, top - size, top - size // 2, top, MAX64 + 1 - PAGE, CODE - size, CODE, CODE_END))
        gpa += s.pick((0, 0, 0, 0, PAGE, -PAGE, 8, 0x800))
        gpa &= MAX64
        s.op("create_vm", ipa_bits=bits, ram_gpa=hex(gpa), ram_size=hex(size), keep_ram=s.rng.randrange(2))
        for _ in s.few(3, 8):
            _use(s, gpa, size)
        if size and size <= 0x100_0000 and not (gpa | size) % PAGE and _is_free(gpa, size) and gpa + size <= top:
            s.vcpu(0, 0)
            for _ in s.few(1, 6):
                _touch(s, 0, gpa + s.pick((0, PAGE - 4, size - 8, size - 4, size, -4, size // 2)))


def _is_free(gpa: int, size: int) -> bool:
    return gpa + size <= 0x0F00_0000 or gpa >= CODE_END


def _use(s: Script, gpa: int, size: int) -> None:
    at = min(max(0, gpa + s.pick((0, 0, 8, 1, 3, PAGE - 3, size - 8, size - 1, size, -1, size // 2))), MAX64)
    length = s.pick((0, 1, 7, 8, 9, 16, 40))
    kind = s.rng.randrange(3)
    if kind == 0:
        s.op("mem_read", gpa=hex(at), len=length)
    elif kind == 1:
        s.scan(at, length)
    else:
        s.poke_bytes(at, bytes(s.rng.randrange(256) for _ in range(length)))


def _touch(s: Script, vcpu: int, addr: int) -> None:
    addr = min(max(0, addr + s.pick((0, 0, 0, 1, 2, -2))), MAX64)
    width = s.pick((1, 2, 4, 4, 8))
    if addr >> 12 != addr + width - 1 >> 12 and s.chance(70):
        addr &= -8
    if CODE - 8 < addr < CODE_END:
        return
    if s.chance(60):
        s.read(vcpu, addr, width)
    else:
        s.write(vcpu, addr, s.word(8 * width), width)


def frames(s: Script) -> None:
    """Frames and RAM anywhere in IPA spaces of any size, and accesses at the edges of all of them."""
    bits = s.pick(IPA_BITS)
    top = 1 << (bits or DEFAULT_BITS)
    ram = s.pick((RAM, RAM, 0, CODE_END, top - 0x100_0000, DIST & ~0xFFFF))
    s.op("create_vm", ipa_bits=bits, ram_gpa=hex(ram), ram_size=hex(0x100_0000))
    count = s.rng.randint(1, ALL_VCPUS)
    for vcpu in range(count):
        s.vcpu(vcpu, vcpu)
    s.device("vgic-v3")
    s.device("vgic-its")
    places: tuple[int, ...] = (
        0,
        0x2_0000,
        DIST,
        REDIST,
        ITS[0],
        CODE - 0x40_0000,
        CODE,
        CODE + 0x7_0000,
        ram,
        ram + 0xFF_0000,
    )
    places = (*places, top - 0x1_0000, top - 0x2_0000, top - 2 * FRAME, top - 4 * FRAME, top)
    dist, redist, its = (s.pick(places) for _ in range(3))
    s.set(0, ADDR, V3_DIST, dist)
    s.set(0, ADDR, *s.pick(((V3_REDIST, redist), (V3_REGION, redist | count << 52))))
    s.set(1, ADDR, ITS_ADDR, its)
    if s.chance(95):
        s.set(0, CTRL, INIT)
    edges: tuple[int, ...] = (
        dist,
        dist + 0x1_0000,
        redist,
        redist + count * FRAME,
        its,
        its + FRAME,
        ram,
        ram + 0x100_0000,
    )
    edges = (*edges, dist + 0xFFE8, redist + 8, its + 8, top, top >> 1, 1 << 40, 1 << 41, MAX64 - 7)
    for _ in s.few(15, 40):
        _touch(s, s.rng.randrange(count), s.pick(edges) + s.pick((0, 0, 4, 8, -4, -8, -1)))


def calls(s: Script) -> None:
    """Any call with any index, before there is a VM, on one that was refused, complete or dead."""
    _calls(s, "vgic-v3", ((V3_DIST, DIST), (V3_REDIST, REDIST)))


def calls_v2(s: Script) -> None:
    """Any call with any index, before there is a VM, on one that was refused, complete or dead."""
    _calls(s, "vgic-v2", ((V2_DIST, MMIO_V2[0]), (V2_CPU, MMIO_V2[1])))


def _calls(s: Script, kind: str, places: tuple[tuple[str, int], ...]) -> None:
    stage = s.rng.randrange(7)
    reset: set[int] = set()
    if stage > 0:
        s.create_vm(99 if stage == 1 else 0)
    if stage > 2:
        for vcpu, vcpu_id in enumerate(s.pick(((0,), (0, 1), (3, 0)))):
            s.vcpu(vcpu_id, vcpu)
        s.device(kind)
        for attr, base in places:
            if s.chance(90):
                s.set(0, ADDR, attr, base)
        if stage > 3 and s.chance(80):
            s.set(0, CTRL, INIT)
        if stage > 4:
            s.op("run", vcpu=0)
    for _ in s.few(15, 30):
        _call(s, kind, reset)


def _call(s: Script, kind: str, reset: set[int]) -> None:
    """One call; a vCPU that may have been reset does not run any more."""
    vcpu = s.pick((0, 0, 0, 1, 1, 2, 511, 512))
    turn = s.rng.randrange(5)
    if turn == 0:
        _make(s, kind)
    elif turn == 1:
        _outside(s)
    elif turn == 2:
        _use(s, RAM, 0x100_0000)
    elif turn == 3:
        _ask(s)
    elif s.chance(40):
        s.op("get_one_reg", vcpu=vcpu, id=hex(MPIDR_ONE_REG))
    elif s.chance(40):
        s.op("arm_vcpu_init", vcpu=vcpu)
        reset.add(vcpu)
    elif vcpu not in reset:
        s.op("run", vcpu=vcpu)


def _make(s: Script, kind: str) -> None:
    """A vCPU or a device more, or one descriptor fewer."""
    turn = s.rng.randrange(4)
    if turn == 0:
        s.op("create_vcpu", id=s.pick((0, 1, 2, 3, 8, 511, 512)))
    elif turn == 1:
        kinds: tuple[str | int, ...] = (kind, kind, "vgic-its", "vgic-v2", "vgic-v3", 4, 6, 77)
        s.device(s.pick(kinds), s.pick((0, 0, 0, 1, 2)))
    elif turn == 2:
        s.op("close_device", dev=s.rng.randrange(6))
    else:
        s.op("check_extension", cap=s.pick((0, 9, 66, 131, 128)))


def _outside(s: Script) -> None:
    """An interrupt from outside, or a way for one."""
    gsi = s.pick((0, 1, 7, 200, 1023, 1024, 5000))
    turn = s.rng.randrange(5)
    if turn == 0:
        s.msi(s.pick((0, DIST, ITS[0], RAM, MAX64)), s.rng.randrange(3), s.rng.randrange(3), s.rng.randrange(4))
    elif turn == 1:
        word = s.rng.randrange(4) << 24 | s.rng.randrange(3) << 16 | s.word(10)
        s.op("irq_line", irq=hex(word), level=s.rng.randrange(2))
    elif turn == 2:
        routes: tuple[Line, ...] = (
            {"type": "irqchip", "pin": 9},
            {"type": "msi", "address": hex(ITS[0])},
            {"type": 77},
        )
        s.op("set_gsi_routing", entries=[{"gsi": gsi, **route, "data": 1} for route in routes if s.chance(30)])
    elif turn == 3:
        s.op("irqfd", gsi=gsi, flags=s.pick((0, 0, 0, 1, 2, 4)))
    else:
        s.op("irqfd_signal", gsi=gsi)


def _ask(s: Script) -> None:
    """A device attribute of anything, without effect."""
    group, attr = any_attribute(s, (0, 1, 3))
    name = attr if isinstance(attr, str) else hex(attr)
    op = s.pick(("get_device_attr", "has_device_attr", "set_device_attr"))
    bad = {"addr_bad": 1} if op == "set_device_attr" or s.chance(40) else {}
    if op != "set_device_attr" or group not in (CTRL, 4):
        s.op(op, dev=s.rng.randrange(4), group=group, attr=name, **bad)
        s.gets += op == "get_device_attr"
