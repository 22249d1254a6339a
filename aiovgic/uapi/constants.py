"""The names userspace uses for KVM's numbers, and the numbers behind them."""

from __future__ import annotations

from enum import IntEnum

from aiovgic.arch.icc import SYSREGS
from aiovgic.model.its.msi import KVM_MSI_VALID_DEVID


class DeviceType(IntEnum):
    """KVM_DEV_TYPE_*: what KVM_CREATE_DEVICE can be asked for."""

    VFIO = 4
    ARM_VGIC_V2 = 5
    ARM_VGIC_V3 = 7
    ARM_VGIC_ITS = 8


class Group(IntEnum):
    """KVM_DEV_ARM_VGIC_GRP_*."""

    ADDR = 0
    DIST_REGS = 1
    CPU_REGS = 2
    NR_IRQS = 3
    CTRL = 4
    REDIST_REGS = 5
    CPU_SYSREGS = 6
    LEVEL_INFO = 7
    ITS_REGS = 8


class AddrType(IntEnum):
    """KVM_VGIC_*_ADDR_TYPE_*: attributes of the ADDR group."""

    V2_DIST = 0
    V2_CPU = 1
    V3_DIST = 2
    V3_REDIST = 3
    ITS = 4
    V3_REDIST_REGION = 5


class Ctrl(IntEnum):
    """Attributes of the CTRL group."""

    INIT = 0
    ITS_SAVE_TABLES = 1
    ITS_RESTORE_TABLES = 2
    SAVE_PENDING_TABLES = 3
    ITS_RESET = 4


class Cap(IntEnum):
    """KVM_CAP_*: what KVM_CHECK_EXTENSION is asked, as far as arm64 has it."""

    IRQCHIP = 0
    USER_MEMORY = 3
    NR_VCPUS = 9
    NR_MEMSLOTS = 10
    MP_STATE = 14
    COALESCED_MMIO = 15
    SYNC_MMU = 16
    DESTROY_MEMORY_REGION_WORKS = 21
    SET_GUEST_DEBUG = 23
    IRQ_ROUTING = 25
    JOIN_MEMORY_REGIONS_WORKS = 30
    IRQFD = 32
    IOEVENTFD = 36
    INTERNAL_ERROR_DATA = 40
    VCPU_EVENTS = 41
    MAX_VCPUS = 66
    ONE_REG = 70
    SIGNAL_MSI = 77
    READONLY_MEM = 81
    IRQFD_RESAMPLE = 82
    ARM_PSCI = 87
    ARM_SET_DEVICE_ADDR = 88
    DEVICE_CTRL = 89
    ENABLE_CAP_VM = 98
    ARM_PSCI_0_2 = 102
    ARM_EL1_32BIT = 105
    GUEST_DEBUG_HW_BPS = 119
    GUEST_DEBUG_HW_WPS = 120
    IOEVENTFD_ANY_LENGTH = 122
    ARM_PMU_V3 = 126
    VCPU_ATTRIBUTES = 127
    MAX_VCPU_ID = 128
    MSI_DEVID = 131
    IMMEDIATE_EXIT = 136
    ARM_USER_IRQ = 144
    ARM_INJECT_SERROR_ESR = 158
    COALESCED_PIO = 162
    ARM_VM_IPA_SIZE = 165
    MANUAL_DIRTY_LOG_PROTECT2 = 168
    ARM_IRQ_LINE_LAYOUT_2 = 174
    ARM_NISV_TO_USER = 177
    ARM_INJECT_EXT_DABT = 178
    HALT_POLL = 182
    STEAL_TIME = 187
    SET_GUEST_DEBUG2 = 195
    PTP_KVM = 198
    BINARY_STATS_FD = 203
    SYSTEM_EVENT_DATA = 215
    ARM_SYSTEM_SUSPEND = 216
    DIRTY_LOG_RING_ACQ_REL = 223
    DIRTY_LOG_RING_WITH_BITMAP = 225
    COUNTER_OFFSET = 227
    ARM_SUPPORTED_BLOCK_SIZES = 229
    ARM_SUPPORTED_REG_MASK_RANGES = 230
    USER_MEMORY2 = 231


KVM_CREATE_DEVICE_TEST = 1
KVM_IRQFD_FLAG_DEASSIGN = 1
KVM_IRQFD_FLAG_RESAMPLE = 2
KVM_IRQ_ROUTING_IRQCHIP = 1
KVM_IRQ_ROUTING_MSI = 2

_CTRL_NAMES = {
    "KVM_DEV_ARM_VGIC_CTRL_INIT": Ctrl.INIT,
    "KVM_DEV_ARM_ITS_SAVE_TABLES": Ctrl.ITS_SAVE_TABLES,
    "KVM_DEV_ARM_ITS_RESTORE_TABLES": Ctrl.ITS_RESTORE_TABLES,
    "KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES": Ctrl.SAVE_PENDING_TABLES,
    "KVM_DEV_ARM_ITS_CTRL_RESET": Ctrl.ITS_RESET,
}

KVM_NAMES: dict[str, int] = {
    "vgic-v2": DeviceType.ARM_VGIC_V2,
    "vgic-v3": DeviceType.ARM_VGIC_V3,
    "vgic-its": DeviceType.ARM_VGIC_ITS,
    "KVM_CREATE_DEVICE_TEST": KVM_CREATE_DEVICE_TEST,
    "KVM_MSI_VALID_DEVID": KVM_MSI_VALID_DEVID,
    "KVM_VGIC_ITS_ADDR_TYPE": AddrType.ITS,
    "irqchip": KVM_IRQ_ROUTING_IRQCHIP,
    "msi": KVM_IRQ_ROUTING_MSI,
    **{f"KVM_DEV_TYPE_{kind.name}": kind for kind in DeviceType},
    **{f"KVM_DEV_ARM_VGIC_GRP_{group.name}": group for group in Group},
    **{f"KVM_VGIC_{kind.name[:2]}_ADDR_TYPE_{kind.name[3:]}": kind for kind in AddrType if kind is not AddrType.ITS},
    **{f"KVM_CAP_{cap.name}": cap for cap in Cap},
    **_CTRL_NAMES,
    **{reg.removesuffix("_EL1"): where.instr for reg, where in SYSREGS.items()},
}
"""Every name a script or a scenario may write for a number."""

SHORT_NAMES: dict[str, int] = {
    **{group.name: group for group in Group},
    **{kind.name: kind for kind in AddrType},
    **{
        name.rsplit("ARM_", 1)[-1].removeprefix("VGIC_").removeprefix("CTRL_"): ctrl
        for name, ctrl in _CTRL_NAMES.items()
    },
    "VALID_DEVID": KVM_MSI_VALID_DEVID,
    "TEST": KVM_CREATE_DEVICE_TEST,
}
"""Names of groups, types and attributes without KVM's prefixes, for scenarios."""
