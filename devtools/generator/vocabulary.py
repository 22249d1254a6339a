"""What a script line may say: operations and their fields, names of constants, encodings."""

from __future__ import annotations

from typing import TypeAlias

Line: TypeAlias = "dict[str, object]"
"""One line of a script, ready for JSON."""

MAX64 = (1 << 64) - 1

GROUPS = {
    "KVM_DEV_ARM_VGIC_GRP_ADDR": 0,
    "KVM_DEV_ARM_VGIC_GRP_DIST_REGS": 1,
    "KVM_DEV_ARM_VGIC_GRP_CPU_REGS": 2,
    "KVM_DEV_ARM_VGIC_GRP_NR_IRQS": 3,
    "KVM_DEV_ARM_VGIC_GRP_CTRL": 4,
    "KVM_DEV_ARM_VGIC_GRP_REDIST_REGS": 5,
    "KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS": 6,
    "KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO": 7,
    "KVM_DEV_ARM_VGIC_GRP_ITS_REGS": 8,
}

ADDR, DIST_REGS, CPU_REGS, NR_IRQS, CTRL, REDIST_REGS, CPU_SYSREGS, LEVEL_INFO, ITS_REGS = GROUPS

ADDRESSES = {
    "KVM_VGIC_V2_ADDR_TYPE_DIST": 0,
    "KVM_VGIC_V2_ADDR_TYPE_CPU": 1,
    "KVM_VGIC_V3_ADDR_TYPE_DIST": 2,
    "KVM_VGIC_V3_ADDR_TYPE_REDIST": 3,
    "KVM_VGIC_ITS_ADDR_TYPE": 4,
    "KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION": 5,
}

V2_DIST, V2_CPU, V3_DIST, V3_REDIST, ITS_ADDR, V3_REGION = ADDRESSES

CONTROLS = {
    "KVM_DEV_ARM_VGIC_CTRL_INIT": 0,
    "KVM_DEV_ARM_ITS_SAVE_TABLES": 1,
    "KVM_DEV_ARM_ITS_RESTORE_TABLES": 2,
    "KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES": 3,
    "KVM_DEV_ARM_ITS_CTRL_RESET": 4,
}

INIT, SAVE_TABLES, RESTORE_TABLES, SAVE_PENDING, RESET = CONTROLS

TYPES = {"vgic-v2": 5, "vgic-v3": 7, "vgic-its": 8}

CAPABILITIES = {"KVM_CAP_IRQCHIP": 0, "KVM_CAP_MSI_DEVID": 131, "KVM_CAP_SIGNAL_MSI": 77}

NAMES = {
    **GROUPS,
    **ADDRESSES,
    **CONTROLS,
    **TYPES,
    **CAPABILITIES,
    "KVM_CREATE_DEVICE_TEST": 1,
    "KVM_MSI_VALID_DEVID": 1,
}

# fmt: off
SYSREGS = {  # name: (op0, op1, CRn, CRm, op2)
    "MPIDR_EL1":       (3, 0, 0, 0, 5),
    "ISR_EL1":         (3, 0, 12, 1, 0),
    "ICC_PMR_EL1":     (3, 0, 4, 6, 0),
    "ICC_IAR0_EL1":    (3, 0, 12, 8, 0),
    "ICC_EOIR0_EL1":   (3, 0, 12, 8, 1),
    "ICC_HPPIR0_EL1":  (3, 0, 12, 8, 2),
    "ICC_BPR0_EL1":    (3, 0, 12, 8, 3),
    "ICC_AP0R0_EL1":   (3, 0, 12, 8, 4),
    "ICC_AP1R0_EL1":   (3, 0, 12, 9, 0),
    "ICC_AP1R1_EL1":   (3, 0, 12, 9, 1),
    "ICC_AP1R2_EL1":   (3, 0, 12, 9, 2),
    "ICC_AP1R3_EL1":   (3, 0, 12, 9, 3),
    "ICC_DIR_EL1":     (3, 0, 12, 11, 1),
    "ICC_RPR_EL1":     (3, 0, 12, 11, 3),
    "ICC_SGI1R_EL1":   (3, 0, 12, 11, 5),
    "ICC_ASGI1R_EL1":  (3, 0, 12, 11, 6),
    "ICC_SGI0R_EL1":   (3, 0, 12, 11, 7),
    "ICC_IAR1_EL1":    (3, 0, 12, 12, 0),
    "ICC_EOIR1_EL1":   (3, 0, 12, 12, 1),
    "ICC_HPPIR1_EL1":  (3, 0, 12, 12, 2),
    "ICC_BPR1_EL1":    (3, 0, 12, 12, 3),
    "ICC_CTLR_EL1":    (3, 0, 12, 12, 4),
    "ICC_SRE_EL1":     (3, 0, 12, 12, 5),
    "ICC_IGRPEN0_EL1": (3, 0, 12, 12, 6),
    "ICC_IGRPEN1_EL1": (3, 0, 12, 12, 7),
}

FIELDS: dict[str, tuple[str, str]] = {  # operation: fields it needs, fields it may have
    "create_vm":       ("", "ipa_bits ram_gpa ram_size keep_ram"),
    "create_vcpu":     ("id", ""),
    "arm_vcpu_init":   ("vcpu", "features"),
    "create_irqchip":  ("", ""),
    "create_device":   ("type", "flags"),
    "close_device":    ("dev", ""),
    "check_extension": ("cap", ""),
    "set_device_attr": ("dev group attr", "value value_from_get addr_bad"),
    "get_device_attr": ("dev group attr", "value addr_bad"),
    "has_device_attr": ("dev group attr", "addr_bad"),
    "signal_msi":      ("address data", "devid flags"),
    "irq_line":        ("irq level", ""),
    "set_gsi_routing": ("entries", ""),
    "irqfd":           ("gsi", "flags"),
    "irqfd_signal":    ("gsi", ""),
    "mem_write":       ("gpa", "hex u64"),
    "mem_read":        ("gpa len", ""),
    "mem_scan":        ("gpa len", ""),
    "mmio_read":       ("vcpu addr size", ""),
    "mmio_write":      ("vcpu addr size value", ""),
    "sysreg_read":     ("vcpu reg", ""),
    "sysreg_write":    ("vcpu reg", "value value_from_read"),
    "run":             ("vcpu", ""),
    "get_one_reg":     ("vcpu id", ""),
    "set_one_reg":     ("vcpu id value", ""),
}
# fmt: on

MPIDR_ONE_REG = 0x6030_0000_0013_C005
"""MPIDR_EL1 as KVM_{GET,SET}_ONE_REG name it."""


def sysreg_attr(name: str) -> int:
    """A register's encoding as KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS wants it."""
    op0, op1, crn, crm, op2 = SYSREGS[name]
    return op0 << 14 | op1 << 11 | crn << 7 | crm << 3 | op2


def affinity(vcpu_id: int) -> int:
    """The MPIDR that KVM gives a vCPU, without bit 31: Aff2.Aff1.Aff0."""
    return vcpu_id & 15 | (vcpu_id >> 4 & 255) << 8 | (vcpu_id >> 12 & 255) << 16


def number(value: object) -> int:
    """An integer field: a JSON number, ``"0x..."`` or a KVM constant's name."""
    if isinstance(value, int):
        return value
    text = str(value)
    return NAMES[text] if text in NAMES else int(text, 0)


def check(line: Line) -> None:
    """Raise ``ValueError`` if the operation of ``line`` cannot be encoded."""
    op = line["op"]
    if op not in FIELDS:
        raise ValueError(f"unknown op {op!r}")
    needed, allowed = (set(words.split()) for words in FIELDS[str(op)])
    fields = line.keys() - {"op", "note"}
    if not needed <= fields <= needed | allowed:
        raise ValueError(f"{op}: wrong fields {sorted(fields)}")
    for key in sorted(fields - {"reg", "hex", "u64", "entries"}):
        if not 0 <= number(line[key]) <= MAX64:
            raise ValueError(f"{op}: {key} does not fit 64 bits")
    if "reg" in fields and line["reg"] not in SYSREGS:
        raise ValueError(f"unknown register {line['reg']!r}")
