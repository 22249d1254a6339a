"""What a VMM has of one VM: the parts behind its ioctls, and its RAM."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.errors import UapiError
from aiovgic.model.vm import Vm
from aiovgic.uapi.create import Creation
from aiovgic.uapi.extensions import Extensions
from aiovgic.uapi.lines import Lines
from aiovgic.uapi.one_reg import OneRegs
from aiovgic.uapi.teardown import Teardown

if TYPE_CHECKING:
    from aiovgic.model.faults import Faults
    from aiovgic.model.host import Host
    from aiovgic.model.memory import Slot
    from aiovgic.sync import Parts

KVM_PHYS_SHIFT = 40
MIN_IPA_BITS = 32


class VmSession:
    """One VM, and what the ioctls on it are made of."""

    def __init__(self, parts: Parts, vm: Vm) -> None:
        self.vm = vm
        self.creation = parts.make(Creation, "creation", vm)
        self.lines = parts.make(Lines, "lines", vm)
        self.extensions = parts.make(Extensions, "extensions", vm)
        self.one_regs = parts.make(OneRegs, "one_regs", vm)
        self.teardown = parts.make(Teardown, "kvm", vm)
        self.ram: Slot | None = None
        """Userspace's own mapping of guest memory."""

    @classmethod
    async def create(cls, parts: Parts, faults: Faults, host: Host, ipa_bits: int) -> VmSession:
        """KVM_CREATE_VM with that many bits of address, 0 for 40. Raises EINVAL, ENOMEM."""
        await faults.alloc("fd of the VM")
        await faults.alloc("kvm")
        bits = ipa_bits or KVM_PHYS_SHIFT
        if not MIN_IPA_BITS <= bits <= host.ipa_limit:
            raise UapiError(errno.EINVAL, f"{bits} bits of address are not between {MIN_IPA_BITS} and {host.ipa_limit}")
        return cls(parts, parts.make(Vm, "vm", faults, host, bits))
