"""ITS commands: 32 bytes and back."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aiovgic.arch.commands import (
    COMMAND_SIZE,
    DECODERS,
    Clear,
    Command,
    Discard,
    Int,
    Inv,
    Invall,
    Mapc,
    Mapd,
    Mapi,
    Mapti,
    Movall,
    Movi,
    Opcode,
    Sync,
    Unknown,
    decode,
    encode,
)

ids = st.integers(0, 2**32 - 1)
collections = st.integers(0, 2**16 - 1)
tables = st.integers(0, 2**44 - 1).map(lambda page: page * 256)
flags = st.booleans()
undefined = st.integers(0, 255).filter(lambda opcode: opcode not in DECODERS)

commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(Movi, ids, ids, collections),
    st.builds(Int, ids, ids),
    st.builds(Clear, ids, ids),
    st.builds(Sync, ids),
    st.builds(Mapd, ids, st.integers(0, 31), tables, flags),
    st.builds(Mapc, collections, ids, flags),
    st.builds(Mapti, ids, ids, ids, collections),
    st.builds(Mapi, ids, ids, collections),
    st.builds(Inv, ids, ids),
    st.builds(Invall, collections),
    st.builds(Movall, ids, ids),
    st.builds(Discard, ids, ids),
    st.builds(Unknown, undefined),
)


@given(command=commands)
def test_a_command_survives_the_ring(command: Command) -> None:
    raw = encode(command)
    assert len(raw) == COMMAND_SIZE
    assert decode(raw) == command


@given(raw=st.binary(min_size=COMMAND_SIZE, max_size=COMMAND_SIZE))
@example(raw=bytes(COMMAND_SIZE))
@example(raw=b"\xff" * COMMAND_SIZE)
def test_any_32_bytes_are_a_command(raw: bytes) -> None:
    command = decode(raw)
    assert decode(encode(command)) == command


@given(opcode=st.sampled_from(sorted(Opcode)), rest=st.binary(min_size=COMMAND_SIZE - 1, max_size=COMMAND_SIZE - 1))
def test_bits_that_a_command_does_not_use_are_ignored(opcode: Opcode, rest: bytes) -> None:
    raw = bytes([opcode]) + rest
    used = encode(decode(raw))
    assert all(byte & kept == kept for byte, kept in zip(raw, used, strict=True))
    assert decode(used) == decode(raw)


@given(opcode=undefined)
def test_an_opcode_that_the_its_does_not_have_is_unknown(opcode: int) -> None:
    assert decode(bytes([opcode]) + b"\xff" * 31) == Unknown(opcode)


def test_every_opcode_is_decoded_to_a_command_of_its_name() -> None:
    assert list(DECODERS) == list(Opcode)
    for opcode in Opcode:
        assert type(decode(bytes([opcode]) + bytes(31))).__name__.upper() == opcode.name


@pytest.mark.parametrize(
    ("command", "doublewords"),
    [
        pytest.param(Int(2, 20), (2 << 32 | 0x03, 20, 0, 0), id="INT"),
        pytest.param(Sync(1), (0x05, 0, 1 << 16, 0), id="SYNC"),
        pytest.param(Mapd(2, 4, 0x8000_0100), (2 << 32 | 0x08, 4, 1 << 63 | 0x8000_0100, 0), id="MAPD"),
        pytest.param(Mapd(2, 0, 0, valid=False), (2 << 32 | 0x08, 0, 0, 0), id="MAPD that unmaps"),
        pytest.param(Mapc(3, 1), (0x09, 0, 1 << 63 | 1 << 16 | 3, 0), id="MAPC"),
        pytest.param(Mapti(2, 20, 8192, 3), (2 << 32 | 0x0A, 8192 << 32 | 20, 3, 0), id="MAPTI"),
        pytest.param(Mapi(2, 8200, 3), (2 << 32 | 0x0B, 8200, 3, 0), id="MAPI"),
        pytest.param(Movall(1, 2), (0x0E, 0, 1 << 16, 2 << 16), id="MOVALL"),
    ],
)
def test_a_command_has_the_words_of_the_specification(command: Command, doublewords: tuple[int, ...]) -> None:
    assert encode(command) == b"".join(word.to_bytes(8, "little") for word in doublewords)


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(Int(2**32, 0), id="a DeviceID of 33 bits"),
        pytest.param(Movi(0, 0, 2**16), id="a collection of 17 bits"),
        pytest.param(Mapd(0, 32, 0), id="a size of 33 EventID bits"),
        pytest.param(Mapd(0, 0, 0x80), id="a table not aligned to 256 bytes"),
        pytest.param(Unknown(256), id="an opcode of 9 bits"),
    ],
)
def test_a_command_that_does_not_fit_its_words_is_refused(command: Command) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        encode(command)
