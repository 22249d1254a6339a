"""Holds by breakpoints: a CPU that comes to an instruction in a race stops until another CPU has come to another."""

from __future__ import annotations

import re
import socket
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKET = re.compile(rb"[+-]*\$([^#]*)#..", re.DOTALL)
STOPPED = re.compile(r"thread:(?:p[0-9a-f]+\.)?([0-9a-f]+);")
INTERRUPT = b"\x03"
CHUNK = 4096
ANSWER_S = 5.0
"""How long QEMU may take to answer."""
RETRY_S = 0.05


class Remote:
    """The remote protocol of GDB, as far as holds need it. CPUs are counted from 0."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.unread = b""

    def send(self, text: str) -> None:
        """Send one packet."""
        body = text.encode()
        self.connection.sendall(b"$%s#%02x" % (body, sum(body) & 0xFF))

    def receive(self, seconds: float) -> str | None:
        """The next packet; None if there is none in time. Raises ConnectionError at the end of the connection."""
        end = time.monotonic() + seconds
        while True:
            packet = PACKET.match(self.unread)
            if packet is not None:
                self.unread = self.unread[packet.end() :]
                self.connection.sendall(b"+")
                return packet[1].decode(errors="replace")
            left = end - time.monotonic()
            if left <= 0:
                return None
            self.connection.settimeout(left)
            try:
                more = self.connection.recv(CHUNK)
            except TimeoutError:
                return None
            if not more:
                raise ConnectionError
            self.unread += more

    def ask(self, text: str) -> str | None:
        """Send one packet; its answer."""
        self.send(text)
        return self.receive(ANSWER_S)

    def stop_at(self, address: int) -> None:
        """Let each CPU stop at an instruction."""
        self.ask(f"Z0,{address:x},4")

    def pass_by(self, address: int) -> None:
        """Let no CPU stop at an instruction any more."""
        self.ask(f"z0,{address:x},4")

    def resume(self, seconds: float, cpu: int | None = None) -> int | None:
        """Let one CPU run, or all; the CPU that stops at an instruction, or None if none does in time."""
        self.send("vCont;c" if cpu is None else f"vCont;c:{cpu + 1:x}")
        return stopped_cpu(self.receive(seconds))

    def interrupt(self) -> None:
        """Stop all CPUs."""
        self.connection.sendall(INTERRUPT)
        self.receive(ANSWER_S)

    def step_over(self, address: int, cpu: int) -> None:
        """Let a CPU that stands at an instruction execute it, while others would stop there."""
        self.pass_by(address)
        self.ask(f"vCont;s:{cpu + 1:x}")
        self.stop_at(address)


def stopped_cpu(packet: str | None) -> int | None:
    """The CPU that a stop reply names; None for any other packet."""
    found = STOPPED.search(packet or "")
    return int(found[1], 16) - 1 if found else None


@dataclass(frozen=True, slots=True)
class GdbHold:
    """One hold of each race: ``cpu`` stops at ``where`` until ``other`` has come to ``until``."""

    cpu: int
    where: int
    other: int
    until: int
    seconds: float
    """How long the CPU is held at most."""


@dataclass
class Steering:
    """Holds a CPU in race after race, until QEMU ends the connection."""

    hold: GdbHold
    begins: int
    """Where the probe begins a race."""
    ends: int
    races: int = 0
    held: int = 0
    came: int = 0
    """Holds that ended because the other CPU came."""

    def run(self, path: Path, deadline: float) -> None:
        """Steer the QEMU whose gdbstub listens at a socket, until it ends or the clock is at ``deadline``."""
        with suppress(ConnectionError), connected(path, deadline) as connection:
            remote = Remote(connection)
            remote.ask("?")
            while time.monotonic() < deadline:
                self.race(remote, deadline)

    def race(self, remote: Remote, deadline: float) -> None:
        """One race: from its begin to the end of its hold, or to its end if no CPU came to be held."""
        remote.stop_at(self.begins)
        while remote.resume(left(deadline)) is None and time.monotonic() < deadline:
            remote.interrupt()
        remote.pass_by(self.begins)
        self.races += 1
        remote.stop_at(self.hold.where)
        remote.stop_at(self.ends)
        arrived = any(cpu == self.hold.cpu for cpu in self.arrivals(remote, deadline))
        remote.pass_by(self.hold.where)
        remote.pass_by(self.ends)
        if arrived:
            self.wait(remote)

    def arrivals(self, remote: Remote, deadline: float) -> Iterator[int]:
        """The CPUs that come to the instruction of the hold, one after the other, until the race ends."""
        while time.monotonic() < deadline:
            cpu = remote.resume(left(deadline))
            if cpu is None or program_counter(remote, cpu) != self.hold.where:
                return
            yield cpu
            if cpu != self.hold.cpu:
                remote.step_over(self.hold.where, cpu)

    def wait(self, remote: Remote) -> None:
        """The CPU stands where it is held: let the other one run."""
        self.held += 1
        remote.stop_at(self.hold.until)
        if remote.resume(self.hold.seconds, self.hold.other) is None:
            remote.interrupt()
        else:
            self.came += 1
        remote.pass_by(self.hold.until)

    def report(self) -> str:
        """How often the hold was used."""
        return f"gdb: {self.races} races, {self.held} holds, {self.came} ended because the other CPU came"


def program_counter(remote: Remote, cpu: int) -> int:
    """Where a CPU stands: the 33rd register of 64 bits that QEMU lists."""
    remote.ask(f"Hg{cpu + 1:x}")
    registers = remote.ask("g") or ""
    return int.from_bytes(bytes.fromhex(registers[32 * 16 : 33 * 16]), "little")


def left(deadline: float) -> float:
    """Seconds until the deadline."""
    return max(deadline - time.monotonic(), 0.0)


def connected(path: Path, deadline: float) -> socket.socket:
    """A connection to a gdbstub that may not listen yet. Raises ConnectionError after the deadline."""
    while time.monotonic() < deadline:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
        except OSError:
            connection.close()
            time.sleep(RETRY_S)
        else:
            return connection
    raise ConnectionError


@contextmanager
def steered(steering: Steering | None, seconds: float) -> Iterator[list[str]]:
    """Steer a QEMU that is started inside: what it is told of the gdbstub. Afterwards the thread has ended."""
    if steering is None:
        yield []
        return
    with TemporaryDirectory(prefix="litmus-") as scratch:
        path = Path(scratch, "gdb")
        thread = Thread(target=steering.run, args=(path, time.monotonic() + seconds), daemon=True)
        thread.start()
        yield ["-gdb", f"unix:{path},server=on,wait=off"]
        thread.join(ANSWER_S)
