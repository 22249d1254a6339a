"""Accesses of a guest to addresses that nothing can be at: past its own tables, and past the IPA space."""

from __future__ import annotations

import pytest

from aiovgic.revisions import layers_of
from tests.machines import Bench

ABORT, TRANSLATION, TRANSLATION_OF_A_STORE = "0x96000010", "0x96000004", "0x96000044"
MAPPED = 1 << 40
IPA_BITS = 36
TOP = 1 << IPA_BITS


def guest(revision: str = "v6.12") -> Bench:
    """A vCPU in a small IPA space, without a vGIC."""
    bench = Bench(layers_of(revision))
    bench.ok("create_vm", ipa_bits=IPA_BITS)
    bench.ok("create_vcpu", id=0)
    bench.ok("arm_vcpu_init", vcpu=0)
    return bench


@pytest.mark.parametrize(
    ("addr", "fault"),
    [
        pytest.param(TOP, TOP, id="the first past the IPA space"),
        pytest.param(TOP - 4, None, id="across its end"),
        pytest.param(MAPPED - 8, MAPPED - 8, id="the last the guest has mapped"),
    ],
)
def test_past_the_ipa_space_kvm_injects_an_abort(addr: int, fault: int | None) -> None:
    result = guest().ok("mmio_read", vcpu=0, addr=addr, size=8)
    assert result.get("exception") == (None if fault is None else {"esr": ABORT, "far": hex(fault)})
    assert ("mmio_exit" in result) == (fault is None)


def test_6_1_extends_the_sign_of_its_syndrome() -> None:
    result = guest("v6.1").ok("mmio_write", vcpu=0, addr=TOP, size=4, value=0)
    assert result["exception"] == {"esr": "0xffffffff96000010"}


@pytest.mark.parametrize("addr", [MAPPED, 1 << 63, (1 << 64) - 1])
def test_past_its_own_tables_the_guest_faults_without_kvm(addr: int) -> None:
    bench = guest()
    read = bench.ok("mmio_read", vcpu=0, addr=addr, size=1)
    write = bench.ok("mmio_write", vcpu=0, addr=addr, size=1, value=0)
    assert read["exception"] == {"esr": TRANSLATION, "far": hex(addr)}
    assert write["exception"] == {"esr": TRANSLATION_OF_A_STORE, "far": hex(addr)}


def test_the_rest_of_an_access_faults_where_the_tables_end() -> None:
    bench = Bench()
    bench.ok("create_vm", ram_gpa=MAPPED - 0x1000, ram_size=0x1000)
    bench.ok("create_vcpu", id=0)
    bench.ok("arm_vcpu_init", vcpu=0)
    result = bench.ok("mmio_read", vcpu=0, addr=MAPPED - 4, size=8)
    assert result["exception"] == {"esr": TRANSLATION, "far": hex(MAPPED)}
