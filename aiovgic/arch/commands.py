"""ITS commands: 32 bytes in the ring, and what they say (Arm IHI 0069, 5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, TypeAlias

from aiovgic.arch.words import Word, bit, bits, from_le, place, to_le

if TYPE_CHECKING:
    from collections.abc import Callable

COMMAND_SIZE = 32
WORD_SIZE = 8


class Opcode(IntEnum):
    """GITS_CMD_*: the low byte of a command."""

    MOVI = 0x01
    INT = 0x03
    CLEAR = 0x04
    SYNC = 0x05
    MAPD = 0x08
    MAPC = 0x09
    MAPTI = 0x0A
    MAPI = 0x0B
    INV = 0x0C
    INVALL = 0x0D
    MOVALL = 0x0E
    DISCARD = 0x0F


class ItsError(IntEnum):
    """E_ITS_*: the error of a command. The command queue ignores it; traces show it."""

    MOVI_UNMAPPED_INTERRUPT = 0x010107
    MOVI_UNMAPPED_COLLECTION = 0x010109
    INT_UNMAPPED_INTERRUPT = 0x010307
    CLEAR_UNMAPPED_INTERRUPT = 0x010507
    MAPD_DEVICE_OOR = 0x010801
    MAPD_ITTSIZE_OOR = 0x010802
    MAPC_PROCNUM_OOR = 0x010902
    MAPC_COLLECTION_OOR = 0x010903
    MAPTI_UNMAPPED_DEVICE = 0x010A04
    MAPTI_ID_OOR = 0x010A05
    MAPTI_PHYSICALID_OOR = 0x010A06
    INV_UNMAPPED_INTERRUPT = 0x010C07
    INVALL_UNMAPPED_COLLECTION = 0x010D09
    MOVALL_PROCNUM_OOR = 0x010E01
    DISCARD_UNMAPPED_INTERRUPT = 0x010F07


class Dw0(Word):
    """The first doubleword."""

    opcode = bits(7, 0)
    device = bits(63, 32)


class Dw1(Word):
    """The second doubleword."""

    size = bits(4, 0)  # EventID bits, minus one
    event = bits(31, 0)
    intid = bits(63, 32)


class Dw2(Word):
    """The third doubleword."""

    collection = bits(15, 0)
    target = bits(47, 16)  # RDbase, a Processor_Number
    itt = place(51, 8)
    valid = bit(63)


class Dw3(Word):
    """The fourth doubleword."""

    target = bits(47, 16)  # RDbase2


@dataclass(frozen=True, slots=True)
class Movi:
    """Send an event to another collection."""

    device: int
    event: int
    collection: int


@dataclass(frozen=True, slots=True)
class Int:
    """Make an event pending."""

    device: int
    event: int


@dataclass(frozen=True, slots=True)
class Clear:
    """Make an event not pending."""

    device: int
    event: int


@dataclass(frozen=True, slots=True)
class Sync:
    """Wait for earlier commands to take effect."""

    target: int = 0


@dataclass(frozen=True, slots=True)
class Mapd:
    """Map a device to its table of events, or unmap it."""

    device: int
    size: int
    itt: int
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Mapc:
    """Map a collection to a redistributor, or unmap it."""

    collection: int
    target: int
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Mapti:
    """Map an event to an LPI and a collection."""

    device: int
    event: int
    intid: int
    collection: int


@dataclass(frozen=True, slots=True)
class Mapi:
    """Map an event to the LPI of the same number."""

    device: int
    event: int
    collection: int


@dataclass(frozen=True, slots=True)
class Inv:
    """Read an event's configuration again."""

    device: int
    event: int


@dataclass(frozen=True, slots=True)
class Invall:
    """Read the configuration of a collection's events again."""

    collection: int


@dataclass(frozen=True, slots=True)
class Movall:
    """Move all LPIs of one redistributor to another."""

    target1: int
    target2: int


@dataclass(frozen=True, slots=True)
class Discard:
    """Unmap an event."""

    device: int
    event: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """A command this ITS does not have."""

    opcode: int


Command: TypeAlias = Movi | Int | Clear | Sync | Mapd | Mapc | Mapti | Mapi | Inv | Invall | Movall | Discard | Unknown

Words: TypeAlias = tuple[Dw0, Dw1, Dw2, Dw3]

# fmt: off
DECODERS: dict[int, Callable[[Dw0, Dw1, Dw2, Dw3], Command]] = {
    Opcode.MOVI:    lambda a, b, c, _: Movi(a.device, b.event, c.collection),
    Opcode.INT:     lambda a, b, _, __: Int(a.device, b.event),
    Opcode.CLEAR:   lambda a, b, _, __: Clear(a.device, b.event),
    Opcode.SYNC:    lambda _, __, c, ___: Sync(c.target),
    Opcode.MAPD:    lambda a, b, c, _: Mapd(a.device, b.size, c.itt, c.valid),
    Opcode.MAPC:    lambda _, __, c, ___: Mapc(c.collection, c.target, c.valid),
    Opcode.MAPTI:   lambda a, b, c, _: Mapti(a.device, b.event, b.intid, c.collection),
    Opcode.MAPI:    lambda a, b, c, _: Mapi(a.device, b.event, c.collection),
    Opcode.INV:     lambda a, b, _, __: Inv(a.device, b.event),
    Opcode.INVALL:  lambda _, __, c, ___: Invall(c.collection),
    Opcode.MOVALL:  lambda _, __, c, d: Movall(c.target, d.target),
    Opcode.DISCARD: lambda a, b, _, __: Discard(a.device, b.event),
}
# fmt: on


def decode(raw: bytes) -> Command:
    """The command in 32 bytes of the ring. Bits a command does not use are ignored."""
    words = (
        Dw0(from_le(raw[0:8])),
        Dw1(from_le(raw[8:16])),
        Dw2(from_le(raw[16:24])),
        Dw3(from_le(raw[24:32])),
    )
    decoder = DECODERS.get(words[0].opcode)
    return Unknown(words[0].opcode) if decoder is None else decoder(*words)


def encode(command: Command) -> bytes:
    """Encode a command: its 32 bytes."""
    return b"".join(to_le(word, WORD_SIZE) for word in words_of(command))


def words_of(command: Command) -> tuple[int, int, int, int]:
    """The four doublewords of a command."""
    match command:
        case Unknown(opcode=opcode):
            return Dw0.of(opcode=opcode), 0, 0, 0
        case Sync(target=target):
            return Dw0.of(opcode=Opcode.SYNC), 0, Dw2.of(target=target), 0
        case Mapd(device=device, size=size, itt=itt, valid=valid):
            return Dw0.of(opcode=Opcode.MAPD, device=device), Dw1.of(size=size), Dw2.of(itt=itt, valid=valid), 0
        case Mapc(collection=collection, target=target, valid=valid):
            return Dw0.of(opcode=Opcode.MAPC), 0, Dw2.of(collection=collection, target=target, valid=valid), 0
        case Invall(collection=collection):
            return Dw0.of(opcode=Opcode.INVALL), 0, Dw2.of(collection=collection), 0
        case Movall(target1=one, target2=two):
            return Dw0.of(opcode=Opcode.MOVALL), 0, Dw2.of(target=one), Dw3.of(target=two)
        case Mapti(device=device, event=event, intid=intid, collection=to):
            return (
                Dw0.of(opcode=Opcode.MAPTI, device=device),
                Dw1.of(event=event, intid=intid),
                Dw2.of(collection=to),
                0,
            )
        case Movi(device=device, event=event, collection=to) | Mapi(device=device, event=event, collection=to):
            opcode = Opcode.MOVI if isinstance(command, Movi) else Opcode.MAPI
            return Dw0.of(opcode=opcode, device=device), Dw1.of(event=event), Dw2.of(collection=to), 0
        case _:
            return Dw0.of(opcode=EVENT_OPCODES[type(command)], device=command.device), Dw1.of(event=command.event), 0, 0


EVENT_OPCODES: dict[type[Command], Opcode] = {
    Int: Opcode.INT,
    Clear: Opcode.CLEAR,
    Inv: Opcode.INV,
    Discard: Opcode.DISCARD,
}
