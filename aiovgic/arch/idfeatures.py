"""ID_AA64PFR0_EL1 and ID_PFR1_EL1: the ID registers that say whether a CPU has the GIC's system registers."""

from __future__ import annotations

from aiovgic.arch.words import Word, bits


class IdAa64Pfr0(Word):
    """ID_AA64PFR0_EL1, the fields a VMM may change."""

    el0 = bits(3, 0)
    el1 = bits(7, 4)
    el2 = bits(11, 8)
    gic = bits(27, 24)
    csv2 = bits(59, 56)
    csv3 = bits(63, 60)


class IdPfr1(Word):
    """ID_PFR1_EL1, the fields a VMM may change for AArch32."""

    gen_timer = bits(19, 16)
    gic = bits(31, 28)
