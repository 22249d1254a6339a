"""The ID registers that tell of a GIC, by KVM_GET_ONE_REG and KVM_SET_ONE_REG (docs/facts/registers.md#5)."""

from __future__ import annotations

import pytest

from aiovgic.arch.idfeatures import IdAa64Pfr0, IdPfr1
from aiovgic.model.host import Host
from aiovgic.revisions import layers_of
from aiovgic.uapi.id_regs import ID_AA64PFR0_EL1, ID_PFR1_EL1
from tests.uapi.vmm import Vmm

REGS = {ID_AA64PFR0_EL1: IdAa64Pfr0, ID_PFR1_EL1: IdPfr1}


def read(vmm: Vmm, reg: int = ID_AA64PFR0_EL1, vcpu: int = 0) -> int:
    """KVM_GET_ONE_REG."""
    return int(vmm.ok("get_one_reg", vcpu=vcpu, id=reg)["value"], 0)


def write(vmm: Vmm, value: int, reg: int = ID_AA64PFR0_EL1, vcpu: int = 0) -> str | None:
    """KVM_SET_ONE_REG: its errno."""
    return vmm.errno("set_one_reg", vcpu=vcpu, id=reg, value=value)


@pytest.mark.parametrize("reg", REGS)
@pytest.mark.parametrize("gic", [2, 3])
def test_they_say_what_the_host_has(reg: int, gic: int) -> None:
    vmm = Vmm(1, host=Host(gic=gic))
    assert REGS[reg](read(vmm, reg)).gic == (gic == 3)


@pytest.mark.parametrize("reg", REGS)
def test_a_run_without_a_vgicv3_hides_it_for_every_vcpu(reg: int) -> None:
    vmm = Vmm(2)
    assert vmm.run() is None
    assert [REGS[reg](read(vmm, reg, vcpu)).gic for vcpu in (0, 1)] == [0, 0]


def test_6_1_does_not_hide_it() -> None:
    vmm = Vmm(1, layers=layers_of("v6.1"))
    assert vmm.run() is None
    assert IdAa64Pfr0(read(vmm)).gic == 1


@pytest.mark.parametrize("field", ["el0", "el1", "el2", "gic", "csv2", "csv3"])
def test_a_field_may_be_lowered_and_raised_again_for_all_vcpus(field: str) -> None:
    vmm = Vmm(2)
    was = IdAa64Pfr0(read(vmm))
    lower = was.but(**{field: 0})
    assert write(vmm, lower) is None
    assert read(vmm, vcpu=1) == lower
    assert write(vmm, was.but(**{field: getattr(was, field) + 1})) == "EINVAL"
    assert write(vmm, was, vcpu=1) is None
    assert read(vmm) == was


@pytest.mark.parametrize("bit", [12, 16, 20, 28, 32, 40, 52])
def test_other_fields_are_what_they_are(bit: int) -> None:
    vmm = Vmm(1)
    assert write(vmm, read(vmm) ^ 1 << bit) == "EINVAL"


def test_after_a_run_only_what_is_there_is_accepted() -> None:
    vmm = Vmm(1)
    assert vmm.run() is None
    now = read(vmm)
    assert [write(vmm, now), write(vmm, now ^ 1 << 60), write(vmm, now ^ 1 << 32)] == [None, "EBUSY", "EBUSY"]


def test_6_1_lets_csv2_and_csv3_change_at_any_time_and_nothing_else() -> None:
    vmm = Vmm(1, layers=layers_of("v6.1"))
    was = IdAa64Pfr0(read(vmm))
    assert [write(vmm, was.but(gic=0)), write(vmm, was.but(el0=1))] == ["EINVAL", "EINVAL"]
    assert vmm.run() is None
    assert write(vmm, was.but(csv2=0, csv3=0)) is None
    assert read(vmm) == was.but(csv2=0, csv3=0)
    assert write(vmm, 0, ID_PFR1_EL1) == "EINVAL"
