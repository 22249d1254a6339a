"""Interrupt numbers: which ranges there are, what an INTID is, and the priorities it can have."""

from __future__ import annotations

VGIC_NR_SGIS = 16
VGIC_NR_PPIS = 16
VGIC_NR_PRIVATE_IRQS = VGIC_NR_SGIS + VGIC_NR_PPIS
VGIC_NR_IRQS_LEGACY = 256
"""Private interrupts and SPIs of a VM that never said how many it wants."""
VGIC_MAX_SPI = 1019
VGIC_MAX_RESERVED = 1023
VGIC_MIN_LPI = 8192
INTERRUPT_ID_BITS_SPIS = 10
INTERRUPT_ID_BITS_ITS = 16
VGIC_MAX_LPI = 2**INTERRUPT_ID_BITS_ITS - 1

VGIC_V2_MAX_CPUS = 8
VGIC_V3_MAX_CPUS = 512

SPURIOUS = 1023
"""What an IAR reads when there is nothing to acknowledge."""
SPECIAL_INTIDS = range(1020, 1024)

VGIC_PRI_BITS = 5
PRIORITY_MASK = 0xF8
"""What is kept of the priority of an SGI, PPI or SPI."""
IDLE_PRIORITY = 0xFF
"""The running priority when nothing is active."""


def is_sgi(intid: int) -> bool:
    """Whether it is software generated: 0 to 15."""
    return intid < VGIC_NR_SGIS


def is_ppi(intid: int) -> bool:
    """Whether it is a private peripheral's: 16 to 31."""
    return VGIC_NR_SGIS <= intid < VGIC_NR_PRIVATE_IRQS


def is_private(intid: int) -> bool:
    """Whether every vCPU has its own: an SGI or a PPI."""
    return intid < VGIC_NR_PRIVATE_IRQS


def is_spi(intid: int) -> bool:
    """Whether it is shared by all vCPUs: 32 to 1019."""
    return VGIC_NR_PRIVATE_IRQS <= intid <= VGIC_MAX_SPI


def is_special(intid: int) -> bool:
    """Whether it stands for no interrupt: 1020 to 1023."""
    return VGIC_MAX_SPI < intid <= VGIC_MAX_RESERVED


def is_lpi(intid: int) -> bool:
    """Whether it is locality-specific: 8192 and above."""
    return intid >= VGIC_MIN_LPI
