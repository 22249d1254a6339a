"""One script being written: a source of chance and a pen."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from .vocabulary import Line

T = TypeVar("T")

TIMER_BITS = 1 << 27 | 1 << 30
"""PPIs 27 and 30 belong to KVM's timer; recordings leave their state alone (devtools/oracle/README.md)."""


def whole(value: int) -> str:
    """A 64-bit quantity as scripts write it."""
    return hex(value & (1 << 64) - 1)


class Script:
    """One script being written: its random source, its operations, what it has counted."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.ops: list[Line] = []
        self.gets = 0
        self.reads: dict[int, list[str]] = {}

    # Chance.

    def chance(self, percent: int) -> bool:
        """True in ``percent`` of a hundred cases."""
        return self.rng.randrange(100) < percent

    def pick(self, choices: Sequence[T]) -> T:
        """One of ``choices``."""
        return self.rng.choice(choices)

    def few(self, low: int, high: int) -> range:
        """A range of between ``low`` and ``high`` turns."""
        return range(self.rng.randint(low, high))

    def word(self, bits: int = 32) -> int:
        """A value of so many bits, of the kinds that find mistakes."""
        full = (1 << bits) - 1
        one = 1 << self.rng.randrange(bits)
        noise = self.rng.getrandbits(bits)
        sparse = noise & self.rng.getrandbits(bits) & self.rng.getrandbits(bits)
        return self.pick((0, full, one, full ^ one, sparse, noise, noise))

    # The virtual machine and its devices.

    def op(self, name: str, **fields: object) -> None:
        """Write down one operation."""
        self.ops.append({"op": name, **fields})

    def create_vm(self, ipa_bits: int = 0, *, keep_ram: bool = False) -> None:
        """A VM with the usual RAM; the one before it ends here."""
        fields: Line = {}
        if ipa_bits:
            fields["ipa_bits"] = ipa_bits
        if keep_ram:
            fields["keep_ram"] = 1
        self.op("create_vm", **fields)

    def vcpu(self, vcpu_id: int, index: int) -> None:
        """Create a vCPU and reset it; ``index`` is the one it is going to have."""
        self.op("create_vcpu", id=vcpu_id)
        self.op("arm_vcpu_init", vcpu=index)

    def device(self, kind: str | int, flags: int = 0) -> None:
        """KVM_CREATE_DEVICE."""
        if flags:
            self.op("create_device", type=kind, flags=flags)
        else:
            self.op("create_device", type=kind)

    def set(self, dev: int, group: str | int, attr: str | int, value: int | None = None) -> None:
        """KVM_SET_DEVICE_ATTR."""
        fields: Line = {} if value is None else {"value": whole(value)}
        name = attr if isinstance(attr, str) else whole(attr)
        self.op("set_device_attr", dev=dev, group=group, attr=name, **fields)

    def set_saved(self, dev: int, group: str, attr: int, nth: int) -> None:
        """KVM_SET_DEVICE_ATTR with the value of the get that was the ``nth`` of the script."""
        back = self.gets - nth
        self.op("set_device_attr", dev=dev, group=group, attr=whole(attr), value_from_get=back)

    def get(self, dev: int, group: str | int, attr: str | int, value: int | None = None) -> int:
        """KVM_GET_DEVICE_ATTR; returns its number, for ``set_saved``."""
        fields: Line = {} if value is None else {"value": whole(value)}
        name = attr if isinstance(attr, str) else whole(attr)
        self.op("get_device_attr", dev=dev, group=group, attr=name, **fields)
        self.gets += 1
        return self.gets - 1

    def has(self, dev: int, group: str | int, attr: str | int) -> None:
        """KVM_HAS_DEVICE_ATTR."""
        name = attr if isinstance(attr, str) else whole(attr)
        self.op("has_device_attr", dev=dev, group=group, attr=name)

    # The guest.

    def read(self, vcpu: int, addr: int, size: int = 4) -> None:
        """A load by a vCPU."""
        self.op("mmio_read", vcpu=vcpu, addr=whole(addr), size=size)

    def write(self, vcpu: int, addr: int, value: int, size: int = 4) -> None:
        """A store by a vCPU."""
        self.op("mmio_write", vcpu=vcpu, addr=whole(addr), size=size, value=whole(value))

    def mrs(self, vcpu: int, reg: str) -> None:
        """Read a system register, ``ICC_`` and ``_EL1`` understood."""
        self.reads.setdefault(vcpu, []).append(reg)
        self.op("sysreg_read", vcpu=vcpu, reg=_full(reg))

    def msr(self, vcpu: int, reg: str, value: int) -> None:
        """Write a system register."""
        self.op("sysreg_write", vcpu=vcpu, reg=_full(reg), value=whole(value))

    def msr_read(self, vcpu: int, reg: str, nth: int = 1) -> None:
        """Write a system register with what the ``nth`` latest read gave."""
        self.op("sysreg_write", vcpu=vcpu, reg=_full(reg), value_from_read=nth)

    def end(self, vcpu: int, reg: str, nth: int = 1) -> None:
        """Write what the ``nth`` latest acknowledge gave, to EOIR or DIR."""
        latest = [back for back, read in enumerate(reversed(self.reads.get(vcpu, [])), 1) if read.startswith("IAR")]
        back = latest[min(nth, len(latest)) - 1] if latest else 1
        self.msr_read(vcpu, reg, min(back, 8))

    # Interrupts from outside, and memory.

    def line(self, intid: int, level: int, vcpu: int = 0) -> None:
        """KVM_IRQ_LINE of an SPI, or of a PPI of the vCPU named."""
        kind = 1 if intid >= 32 else 2
        self.op("irq_line", irq=whole(_line_vcpu(vcpu) | kind << 24 | intid), level=level)

    def msi(self, doorbell: int, devid: int, data: int, flags: int = 1) -> None:
        """KVM_SIGNAL_MSI."""
        self.op("signal_msi", address=whole(doorbell), data=data, devid=devid, flags=flags)

    def poke(self, gpa: int, *words: int) -> None:
        """Write 64-bit words to guest memory."""
        self.op("mem_write", gpa=whole(gpa), u64=[whole(word) for word in words])

    def poke_bytes(self, gpa: int, data: bytes) -> None:
        """Write bytes to guest memory."""
        self.op("mem_write", gpa=whole(gpa), hex=data.hex())

    def scan(self, gpa: int, length: int) -> None:
        """List the words of guest memory that are not zero."""
        self.op("mem_scan", gpa=whole(gpa), len=length)


def _full(reg: str) -> str:
    return reg if reg.endswith("_EL1") else f"ICC_{reg}_EL1"


def _line_vcpu(vcpu: int) -> int:
    return (vcpu >> 8 & 15) << 28 | (vcpu & 255) << 16
