"""KVM_GET_ONE_REG and KVM_SET_ONE_REG: the core registers of a vCPU, its affinity, and the ID registers of its GIC.

Other system registers are not modelled: they are ENOENT, as those KVM does not have.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.arch.affinity import Mpidr
from aiovgic.arch.words import Word, bits, mask
from aiovgic.errors import UapiError
from aiovgic.sync import Part
from aiovgic.uapi.id_regs import OF_THE_CPU, IdRegs

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts

MPIDR_EL1 = 0x603000000013C005

ARM64 = 0x60000000
CORE = 0x0010
NR_CORE_WORDS = 0xD8
"""Words of 32 bits in struct kvm_regs."""

PSTATE = 0x42
NOT_RESET = (0x44, 0x46, 0x48)
"""SP_EL1, ELR_EL1 and SPSR_EL1: kept among the system registers, where nothing resets them."""
LAST_SPSR = 0x50
VREGS = range(0x54, 0xD4)
FPSR, FPCR = 0xD4, 0xD5

MODES = (0b00000, 0b00100, 0b00101, 0b10000)
"""EL0t, EL1t, EL1h, and AArch32's user mode."""
AARCH32 = 1 << 4
AARCH32_REGS = (*range(0, 30, 2), 0x40)
"""x0 to x14, and PC: 32 bits wide while the mode is AArch32's."""


class RegId(Word):
    """The id of a register (KVM_REG_*)."""

    offset = bits(15, 0)
    coproc = bits(27, 16)
    above = bits(31, 28)
    arch_low = bits(51, 32)
    size = bits(55, 52)
    arch_high = bits(63, 56)

    @property
    def nbytes(self) -> int:
        """How wide the register is, as the id says."""
        return 1 << self.size

    @property
    def is_arm64(self) -> bool:
        """Whether it is one of arm64's."""
        return self.but(size=0) >> 32 == ARM64


class OneRegs(Part):
    """Registers of a vCPU by KVM's 64-bit id."""

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.faults = vm.faults
        self.id_regs = parts.make(IdRegs, f"{name}.id", vm)

    async def get(self, vcpu: Vcpu, reg: int) -> int:
        """KVM_GET_ONE_REG. Raises ENOEXEC before KVM_ARM_VCPU_INIT, EFAULT, EINVAL, ENOENT."""
        await vcpu.lock_killable()
        try:
            word = await self.check(vcpu, reg)
            if reg in OF_THE_CPU:
                value = await self.id_regs.get(reg)
            else:
                value = vcpu.core_regs.get(word.offset, 0) if word.coproc == CORE else vcpu.mpidr
            await self.faults.copy("to the register's value")
            return value
        finally:
            vcpu.mutex.release()

    async def set(self, vcpu: Vcpu, reg: int, value: int) -> None:
        """KVM_SET_ONE_REG. Raises ENOEXEC before KVM_ARM_VCPU_INIT, EFAULT, EINVAL, ENOENT, EBUSY."""
        await vcpu.lock_killable()
        try:
            word = await self.check(vcpu, reg)
            await self.faults.copy("from the register's value")
            if word.coproc == CORE:
                self.set_core(vcpu, word, value)
            elif reg in OF_THE_CPU:
                await self.id_regs.set(reg, value)
            else:
                vcpu.mpidr = Mpidr(value)
        finally:
            vcpu.mutex.release()

    async def check(self, vcpu: Vcpu, reg: int) -> RegId:
        """Whether there is such a register to get or set."""
        if not vcpu.initialised:
            raise UapiError(errno.ENOEXEC, f"{vcpu.name} was not initialised")
        await self.faults.copy("kvm_one_reg")
        word = RegId(reg)
        if not word.is_arm64:
            raise UapiError(errno.EINVAL, f"{reg:#x} is no register of arm64")
        if word.coproc == CORE:
            self.check_core(word)
        elif reg != MPIDR_EL1 and reg not in OF_THE_CPU:
            raise UapiError(errno.ENOENT, f"register {reg:#x} is not modelled")
        return word

    def check_core(self, word: RegId) -> None:
        """Whether an id names one whole core register (get_core_reg, core_reg_size_from_offset)."""
        words = word.above << 28 | word.offset
        if words + word.nbytes // 4 >= NR_CORE_WORDS:
            raise UapiError(errno.ENOENT, f"core register {words:#x} is past the last one")
        if word.nbytes != core_size(words):
            raise UapiError(errno.EINVAL, f"core register {words:#x} is no register of {word.nbytes} bytes")

    def set_core(self, vcpu: Vcpu, word: RegId, value: int) -> None:
        """A core register; in an AArch32 mode the general ones and PC lose their upper halves (set_core_reg)."""
        if word.offset == PSTATE and value & mask(4, 0) not in MODES:
            raise UapiError(errno.EINVAL, f"PSTATE {value:#x} is in no mode that this guest has")
        regs = vcpu.core_regs
        regs[word.offset] = value & mask(8 * min(word.nbytes, 8) - 1, 0)
        if regs[PSTATE] & AARCH32:
            for offset in AARCH32_REGS:
                regs[offset] = regs.get(offset, 0) & mask(31, 0)


def core_size(words: int) -> int:
    """Bytes of the core register that begins there; 0 where none does."""
    if words <= LAST_SPSR:
        return 0 if words % 2 else 8
    if words in VREGS:
        return 0 if words % 4 else 16
    return 4 if words in (FPSR, FPCR) else 0
