"""A guest's driver of one ITS: its tables, its ring, and the devices that send MSIs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.arch.commands import Mapc, Mapd, Mapti, encode
from aiovgic.model.facts import irq_facts, its_facts
from tests.machines import FRAME, ITS, REDIST, gicv3

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.arch.commands import Command
    from aiovgic.model.irq import Irq
    from aiovgic.model.its import Its
    from aiovgic.sync import Layer

PROP = 0x40010000
PEND = 0x40020000
COLLECTIONS = 0x40100000
DEVICES = 0x40110000
RING = 0x40300000
ITT = 0x40400000
ITT2 = 0x40408000
NO_MEMORY = 0x60000000
RAM_END = 0x41000000

CTLR, CBASER, CWRITER, CREADR, BASER0, BASER1 = 0x0, 0x80, 0x88, 0x90, 0x100, 0x108
DOORBELL = ITS + 0x10040
VALID = 1 << 63
RING_BYTES = 0x1000
DEVICE = 2
LPI = 8192
SPURIOUS = 1023
UNMAPPED = 0xFFFFFFFF
"""The target of a collection that has none, as tables say it."""


class ItsGuest:
    """vCPUs with LPIs on, an ITS that is on, and whatever commands a test gives it."""

    def __init__(self, vcpus: int = 2, *, on: bool = True, lpis_on: bool = True, layers: Sequence[Layer] = ()) -> None:
        self.bench = gicv3(vcpus, its=True, layers=layers)
        self.cursor = 0
        for vcpu in range(vcpus):
            self.bench.write(REDIST + vcpu * FRAME + 0x70, PROP | 15, 8)
            self.bench.write(REDIST + vcpu * FRAME + 0x78, PEND + vcpu * 0x10000 | 1 << 62, 8)
            if lpis_on:
                self.lpis(vcpu, on=True)
        self.reg(BASER0, VALID | DEVICES)
        self.reg(BASER1, VALID | COLLECTIONS)
        self.reg(CBASER, VALID | RING)
        if on:
            self.reg(CTLR, 1, size=4)

    # -- what it does -----------------------------------------------------------------------

    def reg(self, offset: int, value: int, size: int = 8) -> None:
        """Write a register of the ITS."""
        self.bench.write(ITS + offset, value, size)

    def read(self, offset: int, size: int = 8) -> int:
        """Read a register of the ITS."""
        return self.bench.read(ITS + offset, size)

    def put(self, *commands: Command | bytes) -> None:
        """Put commands into the ring, and nothing more."""
        for command in commands:
            raw = command if isinstance(command, bytes) else encode(command)
            self.bench.ok("mem_write", gpa=RING + self.cursor, hex=raw.hex())
            self.cursor = (self.cursor + 32) % RING_BYTES

    def send(self, *commands: Command | bytes) -> None:
        """Put commands into the ring, and let the ITS do them."""
        self.put(*commands)
        self.reg(CWRITER, self.cursor)

    def map(self, *events: tuple[int, int, int], device: int = DEVICE, itt: int = ITT) -> None:
        """Map collection n to vCPU n, a device of 32 events, and (event, lpi, collection) triples of it."""
        for vcpu in range(len(self.bench.vm.vcpus.value)):
            self.send(Mapc(vcpu, vcpu))
        self.send(Mapd(device, 4, itt))
        self.send(*(Mapti(device, event, lpi, collection) for event, lpi, collection in events))

    def config(self, lpi: int, byte: int = 0xA1) -> None:
        """Write an LPI's configuration byte; the default enables it."""
        self.bench.ok("mem_write", gpa=PROP + lpi - LPI, hex=f"{byte:02x}")

    def lpis(self, vcpu: int, *, on: bool) -> None:
        """Write GICR_CTLR.EnableLPIs of a vCPU."""
        self.bench.write(REDIST + vcpu * FRAME, int(on), vcpu=vcpu)

    def msi(self, event: int, device: int = DEVICE, *, valid: bool = True, address: int = DOORBELL) -> int | str:
        """KVM_SIGNAL_MSI: its result or its errno."""
        result = self.bench.do("signal_msi", address=address, data=event, devid=device, flags=int(valid))
        errno: str | None = result["errno"]
        return int(result["ret"]) if errno is None else errno

    def take(self, vcpu: int = 0) -> int:
        """Acknowledge the best pending interrupt, and end it."""
        intid = self.bench.icc("IAR1", vcpu)
        self.bench.set_icc("EOIR1", intid, vcpu)
        return intid

    def ctrl(self, attr: str) -> str | None:
        """KVM_SET_DEVICE_ATTR of the ITS's CTRL group: its errno."""
        return self.bench.errno("set_device_attr", dev=1, group="CTRL", attr=attr)

    # -- what can be seen -------------------------------------------------------------------

    @property
    def its(self) -> Its:
        """The ITS itself."""
        return self.bench.vm.devices.value[0]

    @property
    def collections(self) -> dict[int, int | None]:
        """The vCPU of each collection."""
        found: dict[int, int | None] = its_facts(self.its)["collections"]
        return found

    @property
    def events(self) -> dict[str, list[int | None]]:
        """LPI and collection of each event, by 'device:event'."""
        found: dict[str, list[int | None]] = its_facts(self.its)["events"]
        return found

    def lpi(self, intid: int = LPI) -> dict[str, Any]:
        """An LPI's state."""
        return irq_facts(self.irq(intid))

    def irq(self, intid: int = LPI) -> Irq:
        """An LPI that there is."""
        return next(irq for irq in self.bench.vm.lpis.lpi_xa.stored() if irq.intid == intid)

    def known(self) -> list[int]:
        """The INTIDs of the LPIs there are."""
        return [irq.intid for irq in self.bench.vm.lpis.lpi_xa.stored()]

    def cached(self, event: int = 0, device: int = DEVICE) -> bool:
        """Whether an MSI is accepted without VALID_DEVID: only a cached translation is."""
        return self.msi(event, device, valid=False) == 1

    def memory(self, gpa: int) -> int:
        """A 64-bit word of guest memory."""
        return int.from_bytes(bytes.fromhex(self.bench.ok("mem_read", gpa=gpa, len=8)["hex"]), "little")

    def fill(self, gpa: int, *words: int) -> None:
        """Write 64-bit words of guest memory."""
        self.bench.ok("mem_write", gpa=gpa, u64=list(words))


def cte(collection: int, target: int) -> int:
    """A collection table entry."""
    return VALID | target << 16 | collection


def dte(bits: int, itt: int, following: int = 0) -> int:
    """A device table entry."""
    return VALID | following << 49 | itt >> 8 << 5 | bits - 1


def ite(intid: int, collection: int, following: int = 0) -> int:
    """An interrupt translation entry."""
    return following << 48 | intid << 16 | collection
