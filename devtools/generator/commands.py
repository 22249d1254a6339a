"""ITS commands: their encodings, a guest that sends them, and commands by chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from .machine import CMD_QUEUE, LPI, VALID, Its, Machine

if TYPE_CHECKING:
    from .script import Script

Command: TypeAlias = "tuple[int, int, int, int]"
"""The four 64-bit words of a command."""

SYNC: Command = (0x5, 0, 0, 0)
KNOWN = (1, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15)


def mapd(device: int, itt: int, bits: int = 5, valid: int = 1) -> Command:
    """Map a device: ``bits`` of EventID, its translation table at ``itt``."""
    return 0x8 | device << 32, bits - 1 & 31, valid << 63 | itt, 0


def mapc(collection: int, target: int, valid: int = 1) -> Command:
    """Map a collection to the vCPU whose Processor_Number is ``target``."""
    return 0x9, 0, valid << 63 | target << 16 | collection, 0


def mapti(device: int, event: int, lpi: int, collection: int) -> Command:
    """Map an event of a device to an LPI in a collection."""
    return 0xA | device << 32, lpi << 32 | event, collection, 0


def on_event(opcode: int, device: int, event: int, collection: int = 0) -> Command:
    """MOVI, INT, CLEAR, MAPI, INV or DISCARD of an event."""
    return opcode | device << 32, event, collection, 0


def invall(collection: int) -> Command:
    """Reload the configuration of a collection's LPIs."""
    return 0xD, 0, collection, 0


def movall(source: int, target: int) -> Command:
    """Move all LPIs of one vCPU to another."""
    return 0xE, 0, source << 16, target << 16


def send(m: Machine, its: Its, *commands: Command, by: int | None = None) -> None:
    """Put commands into the ring, from the cursor on, and write GITS_CWRITER."""
    size = its.pages * 4096
    words = [word for command in commands for word in command]
    here = min(len(words), (size - its.cursor) // 8)
    m.s.poke(its.at(CMD_QUEUE) + its.cursor, *words[:here])
    if here < len(words):
        m.s.poke(its.at(CMD_QUEUE), *words[here:])
    its.cursor = (its.cursor + 8 * len(words)) % size
    m.s.write(m.any_vcpu() if by is None else by, its.base + 0x88, its.cursor, 8)


def map_some(m: Machine, its: Its, devices: int = 3, events: int = 3) -> None:
    """Collections for the vCPUs, a few devices, some of their events mapped."""
    batch = [mapc(index, vcpu_id) for index, vcpu_id in enumerate(m.plan.ids[:4])]
    batch += [mapd(device, its.itt(device), m.s.pick((1, 2, 3, 5, 5, 5))) for device in range(devices)]
    for device in range(devices):
        for event in range(m.s.rng.randint(2, events)):
            lpi = LPI + 3 * device + event if m.s.chance(80) else some_lpi(m.s)
            batch.append(mapti(device, event, lpi, m.s.rng.randrange(min(4, len(m.plan.ids)))))
    send(m, its, *batch, by=0)


def some_lpi(s: Script) -> int:
    """Mostly one of a dozen LPIs, seldom one that cannot be."""
    if s.chance(4):
        return s.pick((0, 1, 31, 1023, 8191, 8192 + 512, 65535, 65536, 1 << 31, (1 << 32) - 1))
    return LPI + s.rng.randrange(12)


def some_device(s: Script) -> int:
    """Mostly one of three devices."""
    if s.chance(5):
        return s.pick((5, 8191, 8192, 16383, 16384, 65535, 65536, 1 << 31, (1 << 32) - 1))
    return s.pick((0, 0, 1, 1, 2, 2, 3))


def some_event(s: Script) -> int:
    """Mostly one of five events."""
    if s.chance(5):
        return s.pick((31, 32, 512, 513, 65535, 65536, 1 << 31, (1 << 32) - 1))
    return s.pick((0, 0, 0, 1, 1, 1, 2, 2, 3, 4))


def some_collection(m: Machine) -> int:
    """Mostly a collection ``map_some`` maps."""
    if m.s.chance(6):
        return m.s.pick((5, 6, 8191, 8192, 65535))
    if m.s.chance(10):
        return m.s.rng.randrange(5)
    return m.s.rng.randrange(min(4, len(m.plan.ids)))


def some_target(m: Machine) -> int:
    """Mostly the id of a vCPU; sometimes an index, or the id of no vCPU."""
    if m.s.chance(8):
        return m.s.pick((len(m.plan.ids), 15, 63, 512, 0xFFFF, 0x1_0000, 0xFFFF_FFFF))
    return m.s.pick(m.plan.ids) if m.s.chance(80) else m.any_vcpu()


def some_itt(m: Machine, its: Its, device: int) -> int:
    """Mostly the device's own page, sometimes another's, outside RAM or unaligned."""
    if m.s.chance(8):
        return m.s.pick((0, 0x0100_0000, 0x40FF_FF00, 0x4100_0000, 0xF_FFFF_FFFF_FF00, its.itt(0) + 0x1F8))
    return its.itt(device)


def some_command(m: Machine, its: Its, *, hostile: int = 5) -> Command:
    """One command by chance; ``hostile`` percent are noise."""
    s = m.s
    if s.chance(hostile):
        return _noise(s)
    device, event, collection = some_device(s), some_event(s), some_collection(m)
    kind = s.rng.randrange(100)
    if kind < 26:
        return mapti(device, event, some_lpi(s), collection)
    if kind < 30:
        bits = s.pick((1, 2, 3, 5, 5, 5, 10, 16, 17, 32))
        return mapd(device, some_itt(m, its, device), bits, int(s.chance(75)))
    if kind < 36:
        return mapc(collection, some_target(m), int(s.chance(85)))
    if kind < 40:
        return movall(some_target(m), some_target(m))
    if kind < 45:
        return invall(collection)
    if kind < 47:
        return SYNC
    if kind < 49:
        return on_event(0xB, device, some_lpi(s), collection)
    opcode = s.pick((0x1, 0x1, 0x3, 0x3, 0x3, 0x3, 0x3, 0x3, 0x4, 0xC, 0xC, 0xF))
    return on_event(opcode, device, event, collection)


def _noise(s: Script) -> Command:
    opcode = s.pick((0, 2, 6, 7, 0x10, 0x21, 0x22, 0x23, 0x25, 0x29, 0x2A, 0x2D, 0x2E, 0xFF, *KNOWN))
    dirt = s.word(24) << 8
    return opcode | dirt | some_device(s) << 32, s.word(64), s.pick((VALID, 0)) | s.word(60), s.word(64)
