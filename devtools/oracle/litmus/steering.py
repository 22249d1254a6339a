"""The plugin of QEMU that lets CPUs sleep inside the kernel while tasks race, and where they sleep."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from aiovgic.errors import UsageError
from aiovgic.text import nearest, shown
from devtools.oracle.litmus.gdb import GdbHold, Steering
from devtools.oracle.litmus.kernel import litmus_probe
from devtools.oracle.programs import compiled, run
from devtools.oracle.vm import Host, boot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from devtools.oracle.cache import Cache

PLUGIN = Path(__file__).parent / "plugin"
HOST_CC = ("gcc", "-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-fvisibility=hidden")
NM = "aarch64-linux-gnu-nm"
BOOT_S = 300.0
MICRO = 1e6
HOLD_WORDS = 7
GDB_WORDS = 5
CHAOS_WORDS = 3
SYMBOL_WORDS = 3

FIRST = ("vgic_target_oracle", "vgic_get_irq")
"""The first function of KVM's vgic code: the earliest of these that the kernel has."""
LAST = re.compile(r"vgic_its_.*")
"""Functions of the vgic's last file."""
OUTSIDE = re.compile(
    r"kvm_(vm_ioctl|vcpu_ioctl|device_ioctl|io_bus_\w*|set_irq|set_irq_routing|irqfd|send_userspace_msi"
    r"|vm_ioctl_irq_line|arch_vcpu_(create|postcreate|precreate|run_pid_change|ioctl_run)|arch_set_irq_inatomic"
    r"|make_all_cpus_request|make_vcpus_request_mask|vcpu_kick|vcpu_wake_up|vcpu_halt|vcpu_block|arm_halt_guest"
    r"|arm_resume_guest|handle_mmio_return|irq_map_gsi|register_device_ops|sys_reg_\w*)"
    r"|irqfd_(inject|update|wakeup)|io_mem_abort|reg_(from|to)_user"
)
"""Functions of KVM outside that code on the way of an ioctl, an access or an interrupt."""


@dataclass
class Symbols:
    """The functions of a kernel, and those of the probe."""

    kernel: Mapping[str, int]
    probe: Mapping[str, int]
    starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.starts = sorted(self.kernel.values())

    def end(self, start: int) -> int:
        """Where the function that starts at this address ends: the start of the next one."""
        return self.starts[bisect_right(self.starts, start)]

    def address(self, where: str) -> int:
        """An address: a function of either, with ``+offset`` if it is not the first instruction. Raises UsageError."""
        name, _, offset = where.partition("+")
        found = self.probe.get(name, self.kernel.get(name))
        try:
            return (int(name, 16) if found is None else found) + int(offset or "0", 0)
        except ValueError:
            hint = nearest(name, [*self.probe, *self.kernel])
            raise UsageError(f"{shown(where)} is neither a function of this kernel nor an address{hint}") from None

    def ranges(self) -> Iterator[tuple[int, int]]:
        """The instructions at which CPUs may sleep: the vgic's, and those of functions on the way to it."""
        first = next((self.kernel[name] for name in FIRST if name in self.kernel), None)
        last = max((at for name, at in self.kernel.items() if LAST.fullmatch(name)), default=None)
        if first is None or last is None:
            raise UsageError("the kernel has no function of the vgic; it needs one with KVM")
        yield first, self.end(last)
        for name, at in self.kernel.items():
            if OUTSIDE.fullmatch(name) and not first <= at <= last:
                yield at, self.end(at)


def parse(listing: str) -> dict[str, int]:
    """The functions in a listing of ``nm`` or of /proc/kallsyms, by name; the nVHE copies are left out."""
    found: dict[str, int] = {}
    for line in listing.splitlines():
        words = line.split()
        if len(words) == SYMBOL_WORDS and words[1] in "tTwW" and not words[2].startswith(("__kvm_nvhe", "$")):
            found.setdefault(words[2], int(words[0], 16))
    return found


def symbols(cache: Cache) -> Symbols:
    """The functions of the kernel and of the probe. The first call for a kernel boots it. Raises UsageError."""
    kept = cache.built / "kallsyms"
    probe = litmus_probe(cache)
    if not kept.exists():
        listing = boot(cache, Host(), probe, {"scripts": b"", "symbols": b""}, BOOT_S).console
        if not parse(listing):
            raise UsageError(f"the kernel in {cache.folder} lists no functions")
        kept.write_text(listing, encoding="utf-8")
    return Symbols(parse(kept.read_text(encoding="utf-8")), parse(run([NM, str(probe)])))


def configuration(known: Symbols, chaos: str, holds: Sequence[str], seed: int) -> str:
    """What the plugin reads (``plugin/plugin.c``). Raises UsageError."""
    lines = [f"begin {known.probe['race_begins']:x}", f"end {known.probe['race_ends']:x}"]
    if chaos:
        words = chaos.split(",")
        if len(words) != CHAOS_WORDS or not all(word.isdecimal() for word in words):
            raise UsageError(f"--chaos takes MEAN,US,MOST as numbers, not {shown(chaos)}")
        lines.append(f"chaos {seed} {' '.join(words)}")
        lines += [f"range {start:x} {end:x}" for start, end in sorted(known.ranges())]
    for hold in holds:
        words = hold.split(",")
        if len(words) != HOLD_WORDS:
            raise UsageError(f"--hold takes CPU,WHERE,N,CPU2,WHERE2,N2,US, not {shown(hold)}")
        for place in (1, 4):
            words[place] = f"{known.address(words[place]):x}"
        lines.append(f"hold {' '.join(words)}")
    return "".join(f"{line}\n" for line in lines)


def plugin_words(cache: Cache, chaos: str, holds: Sequence[str], seed: int) -> list[str]:
    """What QEMU is told of the plugin; its configuration is written beside it. Raises UsageError."""
    if not chaos and not holds:
        return []
    wanted = configuration(symbols(cache), chaos, holds, seed)
    plugin = compiled(cache.built / "litmusplug.so", [PLUGIN], HOST_CC, more=["-lm"])
    conf = plugin.with_suffix(".conf")
    conf.write_text(wanted, encoding="utf-8")
    return ["-plugin", f"{plugin},conf={conf}"]


def gdb_steering(known: Symbols, hold: str) -> Steering:
    """Steering by breakpoints for CPU,WHERE,CPU2,WHERE2,US. Raises UsageError."""
    words = hold.split(",")
    if len(words) != GDB_WORDS or not all(words[place].isdecimal() for place in (0, 2, 4)):
        raise UsageError(f"--gdb-hold takes CPU,WHERE,CPU2,WHERE2,US, not {shown(hold)}")
    cpu, where, other, until, limit = words
    asked = GdbHold(int(cpu), known.address(where), int(other), known.address(until), int(limit) / MICRO)
    return Steering(asked, known.probe["race_begins"], known.probe["race_ends"])
