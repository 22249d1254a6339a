"""Entries of the ITS's tables in guest memory, as KVM saves them (save/restore ABI 0)."""

from __future__ import annotations

from aiovgic.arch.words import Word, bit, bits, place

ENTRY_SIZE = 8
NEXT_DEVICE_MAX = (1 << 14) - 1
NEXT_EVENT_MAX = (1 << 16) - 1
COLLECTION_NOT_MAPPED = (1 << 32) - 1


class L1Entry(Word):
    """An entry of an indirect device table's first level; the guest writes it."""

    base = place(51, 16)
    valid = bit(63)


class Dte(Word):
    """A device table entry."""

    size = bits(4, 0)  # EventID bits, minus one
    itt = place(48, 5, at=8)
    next = bits(62, 49)  # DeviceIDs to the next saved one, 0: none
    valid = bit(63)


class Cte(Word):
    """A collection table entry."""

    collection = bits(15, 0)
    target = bits(47, 16)
    valid = bit(63)


class Ite(Word):
    """An interrupt translation entry; an INTID of 0 is no entry."""

    collection = bits(15, 0)
    intid = bits(47, 16)
    next = bits(63, 48)  # EventIDs to the next one, 0: none
