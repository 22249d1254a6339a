"""The virtual machine: QEMU emulates an arm64 host with EL2, so that its kernel's KVM works."""

from __future__ import annotations

import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from devtools.oracle.archive import ALIGNMENT, archive, padded
from devtools.oracle.programs import missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from devtools.oracle.cache import Cache

QEMU = "qemu-system-aarch64"
INIT = Path(__file__).with_name("init.sh")
GICS = {2: "gic-version=2", 3: "gic-version=3,its=on"}
"""What QEMU's machine is told, by the version of the host's GIC."""
KERNEL_WORDS = (
    "console=ttyAMA0 quiet panic=-1 nokaslr rodata=off audit=0 cryptomgr.notests mitigations=off "
    "rcupdate.rcu_expedited=1"
)
"""The command line of the kernel: little output, a quick boot, the same addresses at each boot."""


@dataclass(frozen=True, slots=True)
class Host:
    """The machine that QEMU emulates."""

    cpu: str = "cortex-a76"
    gic: int = 3
    cpus: int = 1
    kernel_words: str = ""
    """More words for the kernel's command line."""
    qemu_words: Sequence[str] = ()
    """More words for QEMU."""


@dataclass(frozen=True, slots=True)
class Booted:
    """What a boot left behind."""

    lines: Sequence[str]
    """What the probe wrote."""
    console: str
    seconds: float
    stopped: bool
    """Whether it took too long and was stopped."""


def boot(cache: Cache, host: Host, probe: Path, files: Mapping[str, bytes], limit: float) -> Booted:
    """Boot a kernel and let the probe play the file ``scripts``; it is stopped after ``limit`` seconds.

    ``files`` are put into the root folder of the machine. Raises UsageError if QEMU is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="oracle-") as scratch:
        initrd, out, console = (Path(scratch, name) for name in ("initrd", "out", "console"))
        with initrd.open("wb") as packed:
            packed.write(padded(cache.base.read_bytes(), ALIGNMENT))
            packed.write(archive("init", INIT.read_bytes(), 0o755))
            packed.write(archive("probe", probe.read_bytes(), 0o755))
            for name, content in files.items():
                packed.write(archive(name, content))
        began = time.monotonic()
        stopped = run_qemu(command(cache, host, initrd, out, console), limit)
        seconds = time.monotonic() - began
        whole_lines = text_in(out).split("\n")[:-1]
        return Booted(whole_lines, text_in(console), seconds, stopped)


def command(cache: Cache, host: Host, initrd: Path, out: Path, console: Path) -> list[str]:
    """The command line of QEMU."""
    threads = "multi" if host.cpus > 1 else "single"
    # fmt: off
    return [
        QEMU, "-machine", f"virt,virtualization=on,{GICS[host.gic]}",
        "-accel", f"tcg,tb-size=512,thread={threads}", "-cpu", host.cpu, "-smp", str(host.cpus), "-m", "2G",
        "-kernel", str(cache.image), "-initrd", str(initrd), "-append", f"{KERNEL_WORDS} {host.kernel_words}".strip(),
        "-nodefaults", "-display", "none", "-no-reboot", "-serial", f"file:{console}",
        "-device", "virtio-serial-pci", "-chardev", f"file,id=out,path={out}",
        "-device", "virtserialport,chardev=out,name=out", *host.qemu_words,
    ]
    # fmt: on


def run_qemu(words: Sequence[str], limit: float) -> bool:
    """Run QEMU to its end; whether it had to be stopped. Raises UsageError if it is not installed."""
    try:
        subprocess.run(words, timeout=limit, check=False, stdin=subprocess.DEVNULL)  # noqa: S603  written above
    except subprocess.TimeoutExpired:
        return True
    except FileNotFoundError:
        raise missing(QEMU) from None
    return False


def text_in(path: Path) -> str:
    """What a file holds; nothing if QEMU has not made it."""
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
