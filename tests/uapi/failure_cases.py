"""Every ioctl that allocates or copies, and every command of an ITS that does, on a machine where it succeeds."""

from __future__ import annotations

from tests.uapi.failures import Case

GUEST = "vcpu: 0"
V3 = "{create_device: {type: vgic-v3}}"
V2_HOST = "gic: none, host: {gic: v2}"
LPIS = "its: [{device: 2}], lpis: [{lpi: 8192, device: 2, event: 0}]"
ITS = "its: [{device: 2}]"
PENDING = "{mem_write: {gpa: 0x40020401, hex: '01'}}"
ENABLED = "{mem_write: {gpa: 0x40010008, hex: 'a1'}}"
"""The bit and the byte of LPI 8200 in vCPU 0's tables."""
RESET = "{set_device_attr: {dev: 1, group: CTRL, attr: ITS_CTRL_RESET}}"
BASERS = (
    "{set_device_attr: {dev: 1, group: ITS_REGS, attr: 0x100, value: 0x8000000040110000}}, "
    "{set_device_attr: {dev: 1, group: ITS_REGS, attr: 0x108, value: 0x8000000040100000}}"
)


def attr(verb: str, dev: int, group: str, number: str, value: str = "") -> str:
    """A step on an attribute."""
    tail = f", value: {value}" if value else ""
    return f"{{{verb}_device_attr: {{dev: {dev}, group: {group}, attr: {number}{tail}}}}}"


CASES = (
    Case("create_vm", "{gic: none}", "{create_vm: {}}"),
    Case("create_vcpu without a vGIC", "{gic: none, vcpus: 0}", "{create_vcpu: {id: 0}}"),
    Case(
        "create_vcpu with a vGIC",
        f"{{gic: none, vcpus: 1, setup: [{V3}, {attr('set', 0, 'ADDR', 'V3_REDIST', '0x80a0000')}]}}",
        "{create_vcpu: {id: 1}}",
    ),
    Case("arm_vcpu_init", "{gic: none}", "{arm_vcpu_init: {vcpu: 0}}"),
    Case("get_one_reg", "{gic: none}", "{get_one_reg: {vcpu: 0, id: 0x603000000013C005}}"),
    Case("set_one_reg", "{gic: none}", "{set_one_reg: {vcpu: 0, id: 0x603000000013C005, value: 0x80000007}}"),
    Case("create_device vgic-v3", "{gic: none, vcpus: 2}", V3),
    Case("create_device vgic-its", "{vcpus: 1}", "{create_device: {type: vgic-its}}"),
    Case("create_device as a test", "{gic: none}", "{create_device: {type: vgic-v3, flags: TEST}}"),
    Case("create_device vgic-v2", f"{{{V2_HOST}}}", "{create_device: {type: vgic-v2}}"),
    Case("create_irqchip", f"{{{V2_HOST}}}", "{create_irqchip: {}}"),
    Case("set NR_IRQS", f"{{gic: none, setup: [{V3}]}}", attr("set", 0, "NR_IRQS", "0", "64")),
    Case("get NR_IRQS", "{}", attr("get", 0, "NR_IRQS", "0")),
    Case("has NR_IRQS", "{}", attr("has", 0, "NR_IRQS", "0")),
    Case("set V3_DIST", f"{{gic: none, setup: [{V3}]}}", attr("set", 0, "ADDR", "V3_DIST", "0x8000000")),
    Case("get V3_DIST", "{}", attr("get", 0, "ADDR", "V3_DIST")),
    Case(
        "set V3_REDIST",
        f"{{gic: none, vcpus: 3, setup: [{V3}]}}",
        attr("set", 0, "ADDR", "V3_REDIST", "0x80a0000"),
    ),
    Case(
        "set V3_REDIST_REGION",
        f"{{gic: none, vcpus: 3, setup: [{V3}, {attr('set', 0, 'ADDR', 'V3_REDIST_REGION', '0x00100000080a0000')}]}}",
        attr("set", 0, "ADDR", "V3_REDIST_REGION", "0x0020000008100001"),
    ),
    Case(
        "get V3_REDIST_REGION",
        f"{{gic: none, setup: [{V3}, {attr('set', 0, 'ADDR', 'V3_REDIST_REGION', '0x00100000080a0000')}]}}",
        attr("get", 0, "ADDR", "V3_REDIST_REGION", "0"),
    ),
    Case("INIT", f"{{gic: none, vcpus: 2, setup: [{V3}]}}", attr("set", 0, "CTRL", "INIT")),
    Case(
        "INIT with a number of interrupts",
        f"{{gic: none, vcpus: 1, setup: [{V3}, {attr('set', 0, 'NR_IRQS', '0', '64')}]}}",
        attr("set", 0, "CTRL", "INIT"),
    ),
    Case(
        "INIT of a vGICv2",
        f"{{{V2_HOST}, setup: [{{create_device: {{type: vgic-v2}}}}]}}",
        attr("set", 0, "CTRL", "INIT"),
    ),
    Case("set DIST_REGS", "{}", attr("set", 0, "DIST_REGS", "0x104", "1")),
    Case("get DIST_REGS", "{}", attr("get", 0, "DIST_REGS", "0x104")),
    Case("get REDIST_REGS", "{}", attr("get", 0, "REDIST_REGS", "0x14")),
    Case("set CPU_SYSREGS", "{}", attr("set", 0, "CPU_SYSREGS", "0xc230", "0xf0")),
    Case("get CPU_SYSREGS", "{}", attr("get", 0, "CPU_SYSREGS", "0xc230")),
    Case("set LEVEL_INFO", "{}", attr("set", 0, "LEVEL_INFO", "32", "0")),
    Case(
        "get DIST_REGS of a vGICv2",
        f"{{{V2_HOST}, setup: [{{create_device: {{type: vgic-v2}}}}]}}",
        attr("get", 0, "DIST_REGS", "0x4"),
    ),
    Case("SAVE_PENDING_TABLES", f"{{{LPIS}, setup: [{{msi: {{device: 2, event: 0}}}}]}}", attr("set", 0, "CTRL", "3")),
    Case("set the address of an ITS", "{its: [{state: created}]}", attr("set", 1, "ADDR", "ITS", "0x8080000")),
    Case("get the address of an ITS", f"{{{ITS}}}", attr("get", 1, "ADDR", "ITS")),
    Case("set ITS_REGS", f"{{{ITS}}}", attr("set", 1, "ITS_REGS", "0x100", "0x8000000040110000")),
    Case("get ITS_REGS", f"{{{ITS}}}", attr("get", 1, "ITS_REGS", "0x100")),
    Case("RESET", f"{{{LPIS}}}", attr("set", 1, "CTRL", "ITS_CTRL_RESET")),
    Case("SAVE_TABLES", f"{{{LPIS}}}", attr("set", 1, "CTRL", "ITS_SAVE_TABLES")),
    Case(
        "RESTORE_TABLES",
        f"{{{LPIS}, setup: [{attr('set', 1, 'CTRL', 'ITS_SAVE_TABLES')}, {RESET}, {BASERS}]}}",
        attr("set", 1, "CTRL", "ITS_RESTORE_TABLES"),
    ),
    Case("signal_msi", f"{{{LPIS}}}", "{msi: {device: 2, event: 0}}"),
    Case("irq_line", "{}", "{irq_line: {irq: 0x01000020, level: 1}}"),
    Case(
        "irq_line before INIT of a vGICv2",
        f"{{{V2_HOST}, setup: [{{create_device: {{type: vgic-v2}}}}]}}",
        "{irq_line: {irq: 0x01000020, level: 1}}",
    ),
    Case(
        "set_gsi_routing",
        "{}",
        "{set_gsi_routing: {entries: [{gsi: 1, type: 1, pin: 2}, {gsi: 2, type: 1, pin: 3}]}}",
    ),
    Case("irqfd", "{}", "{irqfd: {gsi: 1}}"),
    Case("irqfd taken back", "{setup: [{irqfd: {gsi: 1}}]}", "{irqfd: {gsi: 1, flags: 1}}"),
    Case("check_extension", "{gic: none}", "{check_extension: {cap: 3}}"),
    Case("the first run", "{vcpus: 2, ready: false}", "run", GUEST),
    Case("MAPD", "{its: [{}]}", "{mapd: {device: 5}}", GUEST),
    Case("MAPD once more", f"{{{LPIS}}}", "{mapd: {device: 2}}", GUEST),
    Case("MAPD V=0", f"{{{LPIS}}}", "{mapd: {device: 2, valid: 0}}", GUEST),
    Case("MAPC", f"{{{ITS}}}", "{mapc: {collection: 9, vcpu: 0}}", GUEST),
    Case("MAPTI", f"{{{ITS}}}", "{mapti: {device: 2, event: 3, lpi: 8200, collection: 0}}", GUEST),
    Case("MAPTI to a new collection", f"{{{ITS}}}", "{mapti: {device: 2, event: 3, lpi: 8200, collection: 7}}", GUEST),
    Case(
        "MAPTI of a pending LPI",
        f"{{{ITS}, setup: [{PENDING}, {ENABLED}]}}",
        "{mapti: {device: 2, event: 3, lpi: 8200, collection: 0}}",
        GUEST,
    ),
    Case("DISCARD", f"{{{LPIS}}}", "{discard: {device: 2, event: 0}}", GUEST),
    Case("INT", f"{{{LPIS}}}", "{int: {device: 2, event: 0}}", GUEST),
    Case("INV", f"{{{LPIS}}}", "{inv: {device: 2, event: 0}}", GUEST),
)
"""By the name of what is done."""
