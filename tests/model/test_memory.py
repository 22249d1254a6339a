"""Guest memory: pages made when written, slots, and what lies between them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiovgic.arch.words import SZ_4K as PAGE
from aiovgic.model.faults import FaultBudget, Faults
from aiovgic.model.memory import Memory, Ram, Slot
from aiovgic.sync import Parts, Runtime
from tests.uapi.vmm import Vmm

SIZE = 4 * PAGE
RAM = 0x40000000

offsets = st.integers(0, SIZE - 1) | st.sampled_from([0, PAGE - 1, PAGE, 2 * PAGE - 4, SIZE - 8])
lengths = st.integers(0, 40) | st.sampled_from([PAGE - 1, PAGE, PAGE + 1, 2 * PAGE + 3])
writes = st.lists(st.tuples(offsets, st.binary(max_size=40) | st.sampled_from([b"\0" * PAGE, b"x" * (PAGE + 9)])))


def clipped(offset: int, data: bytes) -> bytes:
    """As much of the data as there is room for."""
    return data[: SIZE - offset]


def filled(done: list[tuple[int, bytes]]) -> tuple[Ram, bytearray]:
    """RAM, and plain bytes that the same was written to."""
    ram, plain = Ram(SIZE), bytearray(SIZE)
    for offset, data in done:
        part = clipped(offset, data)
        ram.write(offset, part)
        plain[offset : offset + len(part)] = part
    return ram, plain


@settings(max_examples=150, deadline=None)
@given(done=writes, offset=offsets, length=lengths)
def test_ram_reads_as_plain_bytes_do(done: list[tuple[int, bytes]], offset: int, length: int) -> None:
    ram, plain = filled(done)
    length = min(length, SIZE - offset)
    assert ram.read(offset, length) == bytes(plain[offset : offset + length])


@settings(max_examples=150, deadline=None)
@given(done=writes, offset=offsets, length=st.integers(0, SIZE))
def test_a_scan_finds_the_words_that_plain_bytes_have(done: list[tuple[int, bytes]], offset: int, length: int) -> None:
    ram, plain = filled(done)
    length = min(length, SIZE - offset)
    starts = range(offset, offset + length - 7, 8)
    words = [(at, int.from_bytes(plain[at : at + 8], "little")) for at in starts]
    assert ram.words(offset, length) == [(at, word) for at, word in words if word]


def test_pages_are_made_when_they_are_written() -> None:
    ram = Ram(1 << 40)
    ram.write((1 << 40) - 1, b"x")
    assert len(ram.pages) == 1
    assert ram.read((1 << 40) - 2, 2) == b"\0x"


class TestSlots:
    @pytest.fixture
    def memory(self) -> Memory:
        """Two slots side by side, and one apart."""
        parts = Parts(Runtime())
        memory = parts.make(Memory, "memory", parts.make(Faults, "faults", FaultBudget()))
        for gpa in (RAM, RAM + SIZE, RAM + 4 * SIZE):
            memory.add(Slot(gpa, Ram(SIZE)))
        return memory

    @pytest.mark.parametrize(
        ("gpa", "length", "there"),
        [
            pytest.param(RAM, SIZE, True, id="a whole slot"),
            pytest.param(RAM - 1, 1, False, id="below"),
            pytest.param(RAM - 1, 2, False, id="across the beginning"),
            pytest.param(RAM + SIZE - 1, 1, True, id="the last byte"),
            pytest.param(RAM + 2 * SIZE - 1, 2, False, id="across the end"),
            pytest.param(RAM + SIZE + PAGE - 2, 4, True, id="across pages"),
            pytest.param(RAM + 3 * SIZE, 1, False, id="between"),
            pytest.param((1 << 64) - 1, 1, False, id="the top"),
        ],
    )
    def test_a_range_is_memory_if_one_slot_has_all_of_it(
        self, memory: Memory, gpa: int, length: int, there: bool
    ) -> None:
        assert (memory.peek(gpa, length) is not None) == there
        assert memory.poke(gpa, bytes(length)) == there

    def test_slots_do_not_share_bytes(self, memory: Memory) -> None:
        memory.poke(RAM, b"low")
        memory.poke(RAM + SIZE, b"high")
        assert [memory.peek(gpa, 4) for gpa in (RAM, RAM + SIZE)] == [b"low\0", b"high"]

    def test_a_write_that_is_not_all_memory_changes_nothing(self, memory: Memory) -> None:
        assert not memory.poke(RAM + 2 * SIZE - 2, b"four")
        assert memory.peek(RAM + 2 * SIZE - 2, 2) == b"\0\0"

    @pytest.mark.parametrize(("gpa", "visible"), [(RAM, True), (RAM + 2 * SIZE, False), (RAM + 4 * SIZE, True)])
    def test_visible_is_what_a_slot_has(self, memory: Memory, gpa: int, visible: bool) -> None:
        assert memory.is_visible(gpa) == visible

    def test_words_are_little_endian(self, memory: Memory) -> None:
        rt = memory.rt
        assert rt.finish(memory.write_u64(RAM, 0x0102030405060708))
        assert memory.peek(RAM, 8) == bytes([8, 7, 6, 5, 4, 3, 2, 1])
        assert rt.finish(memory.read_u64(RAM)) == 0x0102030405060708
        assert rt.finish(memory.read_u64(RAM - 8)) is None


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        pytest.param("mem_write", {"gpa": RAM - 1, "hex": "00"}, id="a write below"),
        pytest.param("mem_read", {"gpa": RAM + 0xFFFFFF, "len": 2}, id="a read across the end"),
        pytest.param("mem_scan", {"gpa": RAM, "len": 0x1000001}, id="a scan that is too long"),
        pytest.param("mem_read", {"gpa": (1 << 64) - 1, "len": (1 << 64) - 1}, id="all there is"),
    ],
)
def test_userspace_faults_outside_ram(name: str, fields: dict[str, object]) -> None:
    assert Vmm(1).errno(name, **fields) == "EFAULT"


@pytest.mark.parametrize(("keep", "kept"), [(0, "0000"), (1, "beef")], ids=["a new VM", "a migrated VM"])
def test_ram_outlives_its_vm_if_userspace_keeps_it(keep: int, kept: str) -> None:
    vmm = Vmm(1)
    vmm.ok("mem_write", gpa=RAM + 5, hex="beef")
    vmm.ok("create_vm", keep_ram=keep)
    assert vmm.ok("mem_read", gpa=RAM + 5, len=2)["hex"] == kept


@pytest.mark.parametrize("size", [1, 2, 4, 8])
def test_a_guest_loads_what_it_stored(size: int) -> None:
    vmm = Vmm(1)
    vmm.write(RAM + PAGE - 1, 0x8877665544332211, size)
    assert vmm.read(RAM + PAGE - 1, size) == 0x8877665544332211 & (1 << 8 * size) - 1
