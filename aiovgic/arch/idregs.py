"""Identification: the IIDR of every frame, and the ID registers at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.arch.words import Word, bits

if TYPE_CHECKING:
    from collections.abc import Mapping

IMPLEMENTER_ARM = 0x43B
PRODUCT_ID_KVM = 0x4B

KVM_VGIC_IMP_REV_2 = 2
KVM_VGIC_IMP_REV_3 = 3
KVM_VGIC_IMP_REV_LATEST = KVM_VGIC_IMP_REV_3
GITS_ABI_REV = 0


class Iidr(Word):
    """GICD_IIDR, GICR_IIDR, GITS_IIDR: the implementer, the product and the revision."""

    implementer = bits(11, 0)
    revision = bits(15, 12)
    variant = bits(19, 16)
    product_id = bits(31, 24)


KVM_IIDR = Iidr.of(product_id=PRODUCT_ID_KVM, implementer=IMPLEMENTER_ARM)
"""KVM's, revision 0: what GICR_IIDR and GITS_IIDR read."""

IDREGS_OFFSET = 0xFFD0
IDREGS_COUNT = 12

PIDR2_GICV3 = 0x3B

GIC_ID_VALUES: Mapping[int, int] = {0xFFE8: PIDR2_GICV3}
"""By offset, the ID registers of the distributor and of RD_base that are not zero."""

GITS_ID_VALUES: Mapping[int, int] = {
    0xFFD0: 0x40,  # PIDR4
    0xFFE0: 0x92,  # PIDR0
    0xFFE4: 0xB4,  # PIDR1
    0xFFE8: PIDR2_GICV3,
    0xFFF0: 0x0D,  # CIDR0
    0xFFF4: 0xF0,  # CIDR1
    0xFFF8: 0x05,  # CIDR2
    0xFFFC: 0xB1,  # CIDR3
}
"""By offset, the ID registers of the ITS that are not zero."""
