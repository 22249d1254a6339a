"""Holds by breakpoints: a made-up gdbstub stands for QEMU."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import pytest

from aiovgic.errors import UsageError
from devtools.oracle.litmus.gdb import GdbHold, Remote, Steering, stopped_cpu
from devtools.oracle.litmus.steering import Symbols, gdb_steering

if TYPE_CHECKING:
    from collections.abc import Iterator

KNOWN = Symbols({"resolve": 0x100, "end": 0x200}, {"race_begins": 0x10, "race_ends": 0x20, "op_ends": 0x30})
HOLD = "0,resolve+0x8,1,op_ends,500000"


@pytest.fixture
def pair() -> Iterator[tuple[Remote, socket.socket]]:
    """The remote side, and the socket of the stub."""
    ours, stub = socket.socketpair()
    with ours, stub:
        yield Remote(ours), stub


def test_a_packet_has_its_checksum(pair: tuple[Remote, socket.socket]) -> None:
    remote, stub = pair
    remote.send("g")
    assert stub.recv(99) == b"$g#67"


def test_packets_that_come_together_are_taken_one_by_one(pair: tuple[Remote, socket.socket]) -> None:
    remote, stub = pair
    stub.sendall(b"+$OK#9a+$T05thread:02;#d0")
    assert [remote.receive(1), remote.receive(1)] == ["OK", "T05thread:02;"]


def test_a_packet_that_comes_in_pieces_is_one(pair: tuple[Remote, socket.socket]) -> None:
    remote, stub = pair
    stub.sendall(b"$O")
    assert remote.receive(0.01) is None
    stub.sendall(b"K#9a")
    assert remote.receive(1) == "OK"


def test_the_end_of_the_connection_is_no_packet(pair: tuple[Remote, socket.socket]) -> None:
    remote, stub = pair
    stub.close()
    with pytest.raises(ConnectionError):
        remote.receive(1)


@pytest.mark.parametrize(
    ("packet", "cpu"), [("T05thread:01;", 0), ("T05thread:p01.03;", 2), ("OK", None), ("", None), (None, None)]
)
def test_a_stop_names_its_cpu(packet: str | None, cpu: int | None) -> None:
    assert stopped_cpu(packet) == cpu


class Stub(Remote):
    """Answers each resume with the next arrival (CPU and address), and writes down what it is asked."""

    def __init__(self, *arrivals: tuple[int, int] | None) -> None:
        self.arrivals = list(arrivals)
        self.pc = 0
        self.stops: set[int] = set()
        self.asked: list[str] = []

    def ask(self, text: str) -> str | None:
        if text.startswith(("Z0", "z0")):
            address = int(text.split(",")[1], 16)
            (self.stops.add if text.startswith("Z") else self.stops.remove)(address)
        elif text == "g":
            return "0" * (32 * 16) + self.pc.to_bytes(8, "little").hex()
        else:
            self.asked.append(text)
        return "OK"

    def resume(self, seconds: float, cpu: int | None = None) -> int | None:
        self.asked.append("all" if cpu is None else f"only {cpu}")
        arrival = self.arrivals.pop(0)
        if arrival is None:
            return None
        assert arrival[1] in self.stops
        self.pc = arrival[1]
        return arrival[0]

    def interrupt(self) -> None:
        self.asked.append("interrupt")


def raced(*arrivals: tuple[int, int] | None) -> tuple[Steering, list[str]]:
    """One race, in which the CPUs arrive like this: the steering afterwards, and what it asked of the stub."""
    steering, stub = gdb_steering(KNOWN, HOLD), Stub(*arrivals)
    steering.race(stub, time.monotonic() + 60)
    assert not stub.arrivals
    assert not stub.stops
    return steering, [asked for asked in stub.asked if not asked.startswith("Hg")]


def test_a_hold_has_addresses() -> None:
    assert gdb_steering(KNOWN, HOLD).hold == GdbHold(0, 0x108, 1, 0x30, 0.5)


def test_a_cpu_is_held_until_the_other_comes() -> None:
    steering, asked = raced((0, 0x10), (0, 0x108), (1, 0x30))
    assert (steering.races, steering.held, steering.came) == (1, 1, 1)
    assert asked == ["all", "all", "only 1"]


def test_a_hold_ends_if_the_other_does_not_come_in_time() -> None:
    steering, asked = raced((0, 0x10), (0, 0x108), None)
    assert (steering.held, steering.came) == (1, 0)
    assert asked == ["all", "all", "only 1", "interrupt"]


def test_another_cpu_passes_the_instruction() -> None:
    steering, asked = raced((0, 0x10), (1, 0x108), (0, 0x108), (1, 0x30))
    assert steering.came == 1
    assert asked == ["all", "all", "vCont;s:2", "all", "only 1"]


def test_a_race_without_an_arrival_ends_at_its_end() -> None:
    steering, asked = raced((0, 0x10), (0, 0x20))
    assert (steering.races, steering.held) == (1, 0)
    assert asked == ["all", "all"]


@pytest.mark.parametrize("hold", ["0,resolve,1,op_ends", "a,resolve,1,op_ends,5"])
def test_a_hold_that_cannot_be_used_is_told(hold: str) -> None:
    with pytest.raises(UsageError, match=f"--gdb-hold takes CPU,WHERE,CPU2,WHERE2,US, not '{hold}'"):
        gdb_steering(KNOWN, hold)
