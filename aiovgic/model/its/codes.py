"""What became of a command: numbers for traces, which neither guest nor userspace ever sees."""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """The architecture's command error numbers, as KVM makes them (E_ITS_*)."""

    OK = 0
    MOVI_UNMAPPED_INTERRUPT = 0x010107
    MOVI_UNMAPPED_COLLECTION = 0x010109
    INT_UNMAPPED_INTERRUPT = 0x010307
    CLEAR_UNMAPPED_INTERRUPT = 0x010507
    MAPD_DEVICE_OOR = 0x010801
    MAPD_ITTSIZE_OOR = 0x010802
    MAPC_PROCNUM_OOR = 0x010902
    MAPC_COLLECTION_OOR = 0x010903
    MAPTI_UNMAPPED_DEVICE = 0x010A04
    MAPTI_ID_OOR = 0x010A05
    MAPTI_PHYSICALID_OOR = 0x010A06
    INV_UNMAPPED_INTERRUPT = 0x010C07
    INVALL_UNMAPPED_COLLECTION = 0x010D09
    MOVALL_PROCNUM_OOR = 0x010E01
    DISCARD_UNMAPPED_INTERRUPT = 0x010F07
