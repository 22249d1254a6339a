"""The 64-bit word that says where a redistributor region is."""

from __future__ import annotations

from aiovgic.arch.words import Word, bits, place


class RegionWord(Word):
    """KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION's value. KVM narrows the index to 8 bits."""

    index = bits(7, 0)
    flags = bits(15, 12)
    base = place(51, 16)
    count = bits(63, 52)
