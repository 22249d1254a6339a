"""Copies of guest memory: long ones are quick, those that are too long or outside RAM are refused."""

from __future__ import annotations

import time

import pytest

from aiovgic import Cpu, Kvm, UsageError, explore, race, run, vcpu
from aiovgic.errors import ScenarioError
from aiovgic.scenario.loader import parse

RAM = 0x4000_0000
RAM_SIZE = 1 << 24
SECONDS = 2.0


async def reads_all(kvm: Kvm) -> None:
    """Userspace reads the whole RAM."""
    assert len((await kvm.do("mem_read", gpa=RAM, len=RAM_SIZE))["hex"]) == 2 * RAM_SIZE


async def writes_last(kvm: Kvm) -> None:
    """Userspace writes the last word of the RAM."""
    await kvm.do("mem_write", gpa=RAM + RAM_SIZE - 8, u64=[1])


def test_a_read_of_the_whole_ram_is_explored_quickly() -> None:
    began = time.process_time()
    result = explore(race({"reads": reads_all, "writes": writes_last}))
    assert (result.complete, result.executions) == (True, 2)
    assert time.process_time() - began < SECONDS


async def reads_outside(cpu: Cpu) -> None:
    await cpu.mem_read(RAM, RAM_SIZE)
    await cpu.mem_read(0x1000, 8)


async def reads_too_much(cpu: Cpu) -> None:
    await cpu.mem_read(RAM, 1 << 60)


def test_a_guest_that_copies_from_no_memory_takes_an_abort() -> None:
    [finding] = run(race({"guest": vcpu(0, reads_outside)})).findings
    assert finding.title == "exception with ESR 0x96000010 at 0x1000"


def test_a_copy_that_is_too_long_is_refused() -> None:
    with pytest.raises(UsageError, match="mem_read: len: 0x1000000000000000 is too long; one copy has at most 0x10"):
        run(race({"guest": vcpu(0, reads_too_much)}))


def test_a_copy_that_is_too_long_is_refused_in_a_file_at_its_line() -> None:
    text = (
        "schema: 1\ntitle: t\ntasks:\n  a:\n    vcpu: 0\n    steps:\n"
        "      - mem_read: {gpa: 0x40000000, len: 0x1000001}\n"
    )
    with pytest.raises(ScenarioError, match=r"s\.yaml:7: .*: mem_read: len: 0x1000001 is too long"):
        parse(text, "s.yaml", "s")


async def reads_beyond(kvm: Kvm) -> None:
    """Userspace reads beyond the RAM, by one byte and by far."""
    assert (await kvm.do("mem_read", gpa=RAM, len=RAM_SIZE + 1))["errno"] == "EFAULT"
    assert (await kvm.do("mem_read", gpa=RAM, len=1 << 63))["errno"] == "EFAULT"


def test_userspace_that_reads_beyond_its_memory_gets_efault() -> None:
    assert run(race({"vmm": reads_beyond})).good
