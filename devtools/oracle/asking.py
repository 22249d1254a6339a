"""Asking a kernel: all scripts in one boot, and in one more boot for each script that the kernel does not survive."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aiovgic.errors import UsageError
from devtools.oracle.answers import result_of
from devtools.oracle.programs import CROSS_CC, PROBE, compiled
from devtools.oracle.vm import QEMU, Host, boot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from devtools.oracle.cache import Cache
    from devtools.oracle.script_file import Asked, Line
    from devtools.oracle.vm import Booted

LIMIT_S = 900.0
"""How long one boot may take."""
PANIC = re.compile(r"Unable to handle|kernel BUG|Internal error|\bpc : |soft lockup|Kernel panic")
"""What a kernel says when it cannot go on."""
PLACE = "pc : "


@dataclass
class Asking:
    """A set of scripts, and how far the kernel has answered them."""

    cache: Cache
    scripts: Sequence[Asked]
    host: Host = field(default_factory=Host)
    limit: float = LIMIT_S
    trace: Sequence[str] = ()
    """Events of the kernel's tracer that are switched on."""
    tell: Callable[[str], None] = lambda _: None
    """What is said meanwhile, line by line."""
    kernel: str = ""
    up: str = ""
    """Seconds from the start of the kernel to process 1, on the guest's clock."""
    seconds: float = 0.0

    @property
    def stamp(self) -> dict[str, object]:
        """What the answers are recorded on."""
        return {
            "kernel": self.kernel,
            "cpu": self.host.cpu,
            "host": f"{QEMU} tcg",
            "host_gic": self.host.gic,
        }

    def run(self) -> None:
        """Ask all scripts and put the results into their lines. Raises UsageError if the kernel does not come up."""
        first = 0
        while first < len(self.scripts):
            booted = self.boot(first)
            self.seconds += booted.seconds
            first = self.note(booted.lines, first)
            if not self.kernel:
                raise UsageError(f"the kernel in {self.cache.folder} does not come up: {last_line(booted.console)}")
            if first < len(self.scripts):
                self.died(self.scripts[first], why_died(booted))
                first += 1

    def boot(self, first: int) -> Booted:
        """One boot for the scripts from ``first`` on."""
        probe = compiled(self.cache.built / "kvmprobe", [PROBE], CROSS_CC)
        files = {"scripts": script_text(self.scripts, first).encode()}
        if self.trace:
            files["tracing"] = "".join(f"{event}\n" for event in self.trace).encode()
        host = replace(self.host, kernel_words=f"oops=panic {self.host.kernel_words}")
        booted = boot(self.cache, host, probe, files, self.limit)
        if self.trace:
            self.tell(booted.console)
        return booted

    def note(self, lines: Iterable[str], first: int) -> int:
        """Take the lines of one boot that began with script ``first``; the first script that has not ended."""
        ops: Iterator[tuple[Line, str]] = iter(())
        for line in lines:
            word, _, rest = line.partition(" ")
            if word == "BOOT":
                self.up, self.kernel = rest.split()
            elif word == "B":
                first = int(rest)
                ops = iter(self.scripts[first].ops)
            elif word == "E":
                if int(rest):
                    self.died(self.scripts[first], int(rest))
                first += 1
            elif line and word != "DONE":
                op, _ = next(ops)
                op["result"] = result_of(op["op"], line)
        return first

    def died(self, script: Asked, why: int | str) -> None:
        """A script has ended the probe (a wait status) or the kernel (what the kernel said)."""
        script.head["died"] = why
        reason = f"the probe ended with status {why}" if isinstance(why, int) else why
        self.tell(f"{script.head['script']}: {reason}")


def script_text(scripts: Sequence[Asked], first: int) -> str:
    """The file that the probe plays: the scripts from ``first`` on, by their numbers."""
    return "".join(
        "\n".join((f"B {number}", *(line for _, line in script.ops), "E\n"))
        for number, script in enumerate(scripts)
        if number >= first
    )


def why_died(booted: Booted) -> str:
    """What ended a boot before its last script: what the kernel said, and where it was."""
    said = [line.split("] ", 1)[-1].strip() for line in booted.console.split("\n") if PANIC.search(line)]
    places = [line for line in said if line.startswith(PLACE)]
    silent = f"the VM was stopped after {booted.seconds:.0f} s" if booted.stopped else "the kernel hung"
    return " | ".join(dict.fromkeys(said[:1] + places[:1])) or silent


def last_line(console: str) -> str:
    """The last thing that a kernel said."""
    lines = console.strip().splitlines()
    return lines[-1].strip() if lines else "its console is empty"
