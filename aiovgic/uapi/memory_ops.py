"""A VM's memory as userspace has it: its RAM outlives the VM, and is read and written directly."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

from aiovgic.errors import UapiError
from aiovgic.model.memory import PAGE, Ram, Slot
from aiovgic.uapi.constants import number64

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.model.vm import Vm
    from aiovgic.uapi.session import VmSession

DEFAULT_RAM = 0x40000000
DEFAULT_RAM_SIZE = 0x1000000


class MemoryOps:
    """The RAM of the latest VM, and the memory operations on it."""

    def __init__(self) -> None:
        self.ram: Ram | None = None
        self.gpa = DEFAULT_RAM
        self.extra_slots: list[Slot] = []
        """Memory that every VM has besides its RAM."""

    def give_ram(self, vm: Vm, fields: Mapping[str, Any]) -> None:
        """One memory slot for a new VM (KVM_SET_USER_MEMORY_REGION). Raises EINVAL, EFAULT, EEXIST."""
        gpa = number64(fields.get("ram_gpa", DEFAULT_RAM))
        size = number64(fields.get("ram_size", DEFAULT_RAM_SIZE))
        keep = bool(number64(fields.get("keep_ram", 0)))
        if not (keep and self.ram is not None and self.ram.size == size):
            self.ram = Ram(size)
        self.gpa = gpa
        self.check_slot(vm, gpa, size)
        vm.memory.add(Slot(gpa, self.ram))
        for slot in self.extra_slots:
            vm.memory.add(slot)

    def check_slot(self, vm: Vm, gpa: int, size: int) -> None:
        """Whether there can be a slot (kvm_set_memory_region)."""
        if gpa % PAGE or size % PAGE or not size:
            raise UapiError(errno.EINVAL, "a memory slot is whole pages")
        if gpa + size > 1 << vm.ipa_bits:
            raise UapiError(errno.EFAULT, f"memory ends beyond {vm.ipa_bits} bits")

    def place(self, session: VmSession | None, gpa: int, length: int) -> tuple[Ram, int]:
        """The RAM and the offset of a range. Raises EFAULT outside RAM."""
        if session is None or self.ram is None or gpa < self.gpa or gpa + length > self.gpa + self.ram.size:
            raise UapiError(errno.EFAULT, f"{gpa:#x} and {length} bytes are not RAM")
        return self.ram, gpa - self.gpa

    def write(self, session: VmSession | None, fields: Mapping[str, Any]) -> dict[str, Any]:
        """mem_write: ``hex`` bytes, or ``u64`` words."""
        if "hex" in fields:
            data = bytes.fromhex(fields["hex"])
        else:
            data = b"".join(number64(word).to_bytes(8, "little") for word in fields["u64"])
        ram, offset = self.place(session, number64(fields["gpa"]), len(data))
        ram.write(offset, data)
        return {}

    def read(self, session: VmSession | None, fields: Mapping[str, Any]) -> dict[str, Any]:
        """mem_read: the bytes as ``hex``."""
        length = number64(fields["len"])
        ram, offset = self.place(session, number64(fields["gpa"]), length)
        return {"hex": ram.read(offset, length).hex()}

    def scan(self, session: VmSession | None, fields: Mapping[str, Any]) -> dict[str, Any]:
        """mem_scan: address and value of every 64-bit word that is not zero."""
        gpa, length = number64(fields["gpa"]), number64(fields["len"])
        ram, offset = self.place(session, gpa, length)
        return {"words": [[hex(gpa - offset + at), hex(value)] for at, value in ram.words(offset, length)]}
