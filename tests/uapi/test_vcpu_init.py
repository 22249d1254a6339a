"""KVM_ARM_VCPU_INIT: features, what a second one resets, and what the first run makes of it."""

from __future__ import annotations

import pytest

from aiovgic.revisions import layers_of
from tests.machines import Bench

POWER_OFF, PSCI_0_2, PMU_V3, SVE, UNKNOWN = 1, 4, 8, 16, 1 << 8
CORE = 0x6030_0000_0010_0000
X1, X20, SP_EL0, PC, PSTATE, SP_EL1, ELR_EL1, SPSR_EL1, SPSR_ABT = 2, 40, 0x3E, 0x40, 0x42, 0x44, 0x46, 0x48, 0x4A
PSTATE_RESET, AARCH32_USR = 0x3C5, 0x1D0


def one_vcpu(revision: str = "v6.12") -> Bench:
    """A VM with a vCPU that was not initialised."""
    bench = Bench(layers_of(revision))
    bench.ok("create_vm")
    bench.ok("create_vcpu", id=0)
    return bench


def init(bench: Bench, features: int, vcpu: int = 0) -> str | None:
    """KVM_ARM_VCPU_INIT; its errno."""
    return bench.errno("arm_vcpu_init", vcpu=vcpu, features=features)


def core(bench: Bench, place: int) -> int:
    """A core register."""
    return int(bench.ok("get_one_reg", vcpu=0, id=CORE | place)["value"], 16)


def set_core(bench: Bench, place: int, value: int) -> None:
    """Write a core register."""
    bench.ok("set_one_reg", vcpu=0, id=CORE | place, value=value)


def test_a_vcpu_with_a_pmu_that_nobody_initialised_never_runs() -> None:
    bench = one_vcpu()
    assert init(bench, PMU_V3) is None
    assert [bench.errno("run", vcpu=0) for _ in range(2)] == ["EINVAL", "EINVAL"]
    bench.ok("create_device", type="vgic-v3")


def test_a_second_init_keeps_what_lies_among_the_system_registers() -> None:
    bench = one_vcpu()
    init(bench, 0)
    for place in (X1, SP_EL0, PC, SP_EL1, ELR_EL1, SPSR_EL1, SPSR_ABT):
        set_core(bench, place, 0x1234_5678_9ABC)
    init(bench, 0)
    assert [core(bench, place) for place in (X1, SP_EL0, PC, SPSR_ABT)] == [0] * 4
    assert [core(bench, place) for place in (SP_EL1, ELR_EL1, SPSR_EL1)] == [0x1234_5678_9ABC] * 3
    assert core(bench, PSTATE) == PSTATE_RESET


def test_in_an_aarch32_mode_x0_to_x14_and_pc_have_32_bits() -> None:
    bench = one_vcpu()
    init(bench, 0)
    set_core(bench, PSTATE, AARCH32_USR)
    for place in (X1, X20, PC):
        set_core(bench, place, 0x1234_5678_9ABC)
    assert [core(bench, place) for place in (X1, X20, PC)] == [0x5678_9ABC, 0x1234_5678_9ABC, 0x5678_9ABC]


def test_in_6_1_features_of_a_call_that_names_an_unknown_one_join_the_next_call() -> None:
    for revision, errno in (("v6.1", "EINVAL"), ("v6.12", None)):
        bench = one_vcpu(revision)
        assert init(bench, PSCI_0_2 | UNKNOWN) == "ENOENT"
        assert init(bench, 0) is None
        assert init(bench, 0) == errno, revision


def test_in_6_1_features_of_a_call_that_names_one_not_offered_are_dropped() -> None:
    bench = one_vcpu("v6.1")
    assert init(bench, PSCI_0_2 | SVE | UNKNOWN) == "ENOENT"
    assert init(bench, 0) == "EINVAL"
    assert [init(bench, 0), init(bench, 0)] == [None, None]


@pytest.mark.parametrize(("revision", "errno"), [("v6.1", "EINVAL"), ("v6.12", None)])
def test_power_off_is_a_feature_like_another_in_6_1_only(revision: str, errno: str | None) -> None:
    bench = one_vcpu(revision)
    assert init(bench, POWER_OFF) is None
    assert init(bench, 0) == errno
