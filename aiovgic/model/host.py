"""What the host offers: a setting of the machine, not a fact about KVM."""

from __future__ import annotations

from dataclasses import dataclass

GICV2 = 2
GICV3 = 3


@dataclass(frozen=True)
class Host:
    """The host KVM runs on; the defaults are those of the recordings."""

    gic: int = GICV3
    """Version of the host's GIC: 3, 2, or 0 for none."""
    gicv2_compat: bool = False
    """Whether a GICv3 has the virtual CPU interface of a GICv2, too."""
    gicv4: bool = False
    """Whether the interrupts of assigned devices reach guests without KVM; then every eventfd is such a device's."""
    ipa_limit: int = 40
    """Bits of guest-physical address it can map: 32 to 52."""
    list_registers: int = 4
    """List registers of a CPU: 1 to 16."""
    cpus: int = 1
    """Online CPUs."""
    pri_bits: int = 5
    """Priority bits of the virtual CPU interface."""
    id_bits: int = 1
    """ICC_CTLR_EL1.IDbits: 0 for 16 bits of INTID, 1 for 24."""
    a3v: bool = True
    seis: bool = False
    timer_ppis: tuple[int, ...] = (27, 30)
    """PPIs of the virtual and the physical timer."""
