"""Shorthands of steps: what a guest's driver or a device does, as operations.

ITS commands are put into the ring by one task per ITS, so that task knows where the ring ends.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from aiovgic.arch import gits
from aiovgic.arch.commands import (
    COMMAND_SIZE,
    Clear,
    Command,
    Discard,
    Int,
    Inv,
    Invall,
    Mapc,
    Mapd,
    Mapi,
    Mapti,
    Movall,
    Movi,
    Sync,
    encode,
)
from aiovgic.model.its.msi import KVM_MSI_VALID_DEVID
from aiovgic.scenario import layout
from aiovgic.scenario.interface import CpuInterface, Taking
from aiovgic.text import nearest, shown
from aiovgic.uapi.fields import Number
from aiovgic.uapi.operations import REQUIRED, Field, Shape, operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiovgic.record.operation import Operation

NEED = Field(Number(32), REQUIRED)
ITS = Field(Number(32))
VALID = Field(Number(1), 1)
EVENT = {"device": NEED, "event": NEED, "its": ITS}

# fmt: off
COMMANDS: Mapping[str, Shape] = {
    "mapd":    Shape("MAPD: map a device to a table of events.", {
        "device": NEED, "events": Field(Number(32), 32), "valid": VALID, "its": ITS}),
    "mapc":    Shape("MAPC: map a collection to a vCPU.", {
        "collection": NEED, "vcpu": Field(Number(32)), "valid": VALID, "its": ITS}),
    "mapti":   Shape("MAPTI: map an event to an LPI.", {**EVENT, "lpi": NEED, "collection": NEED}),
    "mapi":    Shape("MAPI: map an event to the LPI of the same number.", {**EVENT, "collection": NEED}),
    "movi":    Shape("MOVI: send an event to another collection.", {**EVENT, "to": NEED}),
    "movall":  Shape("MOVALL: send a vCPU's LPIs to another.", {"from": NEED, "to": NEED, "its": ITS}),
    "int":     Shape("INT: make an event pending.", EVENT),
    "clear":   Shape("CLEAR: make an event not pending.", EVENT),
    "discard": Shape("DISCARD: unmap an event.", EVENT),
    "inv":     Shape("INV: read an event's configuration again.", EVENT),
    "invall":  Shape("INVALL: read a collection's configuration again.", {"collection": NEED, "its": ITS}),
    "sync":    Shape("SYNC: wait for commands before it.", {"its": ITS}),
}
"""Commands of an ITS, by name."""

OTHERS: Mapping[str, Shape] = {
    "msi": Shape("A device's MSI: KVM_SIGNAL_MSI at the doorbell.", EVENT),
    "ack": Shape("The guest acknowledges: reads ICC_IAR1_EL1, or GICC_IAR of a GICv2.", {}),
    "eoi": Shape("The guest ends what it acknowledged last: writes ICC_EOIR1_EL1, or GICC_EOIR.", {}),
}
# fmt: on

SHORTHANDS: Mapping[str, Shape] = {**COMMANDS, **OTHERS}
TAKING = ("ack", "eoi")
GUEST_SHORTHANDS = (*COMMANDS, *TAKING)


ITE_BYTES = gits.TYPER_VALUE.itt_entry_size + 1


def event_bits(events: int) -> int:
    """How many bits of EventID so many events need; one at least."""
    return max(events - 1, 1).bit_length()


def command_of(name: str, fields: Mapping[str, Any], itt: Callable[[int, int], int]) -> Command:
    """The ITS command of a shorthand; ``itt`` says where a device's table is."""
    of = fields.get
    commands: Mapping[str, Callable[[], Command]] = {
        "mapd": lambda: Mapd(
            fields["device"],
            event_bits(fields["events"]) - 1,
            itt(fields["device"], fields["events"]),
            bool(of("valid")),
        ),
        "mapc": lambda: Mapc(fields["collection"], fields["vcpu"], bool(of("valid"))),
        "mapti": lambda: Mapti(fields["device"], fields["event"], fields["lpi"], fields["collection"]),
        "mapi": lambda: Mapi(fields["device"], fields["event"], fields["collection"]),
        "movi": lambda: Movi(fields["device"], fields["event"], fields["to"]),
        "movall": lambda: Movall(fields["from"], fields["to"]),
        "int": lambda: Int(fields["device"], fields["event"]),
        "clear": lambda: Clear(fields["device"], fields["event"]),
        "discard": lambda: Discard(fields["device"], fields["event"]),
        "inv": lambda: Inv(fields["device"], fields["event"]),
        "invall": lambda: Invall(fields["collection"]),
        "sync": Sync,
    }
    return commands[name]()


class Rings:
    """How far each ITS's ring is written, where each device's table is, and what a guest has taken."""

    def __init__(self, bases: tuple[int, ...], gic: str = "v3") -> None:
        self.bases = bases
        self.interface = CpuInterface(gic)
        self.taking = Taking(self.interface)
        self.cursors = [0] * len(bases)
        self._itts: list[dict[int, range]] = [{} for _ in bases]
        self._rooms = [layout.its_tables(its).itts for its in range(len(bases))]

    def next_task(self) -> None:
        """What comes now is of another task."""
        self.taking = Taking(self.interface)

    def base(self, its: int) -> int:
        """Where an ITS is. Raises ValueError for one that the machine has not."""
        if its >= len(self.bases):
            raise ValueError(f"its: the machine has no ITS {its}")
        return self.bases[its]

    def itt(self, its: int, device: int, events: int) -> int:
        """Where the table of a device is; made where there is none of that size. Raises ValueError without room."""
        known = self._itts[its]
        size = -(-(ITE_BYTES << event_bits(events)) // layout.ITT_PAGE) * layout.ITT_PAGE
        if device not in known or len(known[device]) < size:
            if size > len(self._rooms[its]):
                raise ValueError(f"events: ITS {its} has no room for a table of {events} more")
            known[device] = self._rooms[its][:size]
            self._rooms[its] = self._rooms[its][size:]
        return known[device].start

    def put(self, name: str, raw: Mapping[str, object]) -> tuple[int, int, bytes]:
        """A command at the end of a ring: its ITS, where it goes, and its bytes. Raises ValueError."""
        fields = COMMANDS[name].parse(raw)
        its: int = fields["its"]
        self.base(its)
        data = encode(command_of(name, fields, partial(self.itt, its)))
        at = self.cursors[its]
        self.cursors[its] = (at + COMMAND_SIZE) % layout.RING_BYTES
        return its, layout.its_tables(its).ring + at, data

    def doorbell(self, its: int, vcpu: int) -> Operation:
        """The write of CWRITER that makes an ITS do all that is in its ring."""
        return operation(
            "mmio_write",
            {"vcpu": vcpu, "addr": self.base(its) + gits.CWRITER.offset, "size": 8, "value": self.cursors[its]},
        )

    def command(self, name: str, raw: Mapping[str, object], vcpu: int) -> list[Operation]:
        """A command into the ring, and CWRITER after it. Raises ValueError."""
        its, gpa, data = self.put(name, raw)
        return [operation("mem_write", {"gpa": gpa, "hex": data.hex()}), self.doorbell(its, vcpu)]

    def other(self, name: str, raw: Mapping[str, object], vcpu: int) -> list[Operation]:
        """What the other shorthands stand for. Raises ValueError."""
        fields = OTHERS[name].parse(raw)
        if name in TAKING:
            return self.taking.expand(name, vcpu)
        message = {
            "address": self.base(fields["its"]) + layout.DOORBELL,
            "data": fields["event"],
            "devid": fields["device"],
            "flags": KVM_MSI_VALID_DEVID,
        }
        return [operation("signal_msi", message)]

    def expand(self, name: str, raw: Mapping[str, object], vcpu: int) -> list[Operation]:
        """The operations of a shorthand. Raises ValueError with the nearest right word."""
        try:
            return self.command(name, raw, vcpu) if name in COMMANDS else self.other(name, raw, vcpu)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None


def unknown_step(name: str, known: list[str]) -> ValueError:
    """The error for a step that is no operation and no shorthand."""
    return ValueError(f"unknown operation {shown(name)}{nearest(name, known)}")
