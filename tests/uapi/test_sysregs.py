"""CPU_SYSREGS: the interface's registers from userspace (docs/facts/uapi.md#7.2)."""

from __future__ import annotations

import pytest

from aiovgic.model.host import Host
from tests.uapi.vmm import Vmm, on_vcpu, ready

GROUP = "CPU_SYSREGS"
PMR = 0xC230
CTLR = 0x8C00
"""ICC_CTLR_EL1 as this host has it: A3V, 24 bits of INTID, 5 of priority."""


def initialised(host: Host) -> Vmm:
    """A VM after INIT on another host."""
    vmm = Vmm(1, "vgic-v3", host=host)
    vmm.must_set("CTRL", "INIT")
    return vmm


def test_a_vcpu_that_is_not_there_is_said_before_init_is_missed() -> None:
    assert Vmm(1, "vgic-v3").set(GROUP, on_vcpu(7, PMR)) == "EINVAL"


def test_init_is_missed_before_a_bad_pointer() -> None:
    assert Vmm(1, "vgic-v3").set(GROUP, PMR, bad=True) == "EBUSY"


def test_a_bad_pointer_is_said_before_an_unknown_register() -> None:
    assert ready().set(GROUP, 0xC660, bad=True) == "EFAULT"


@pytest.mark.parametrize(
    "reg",
    ["ICC_IAR0", "ICC_IAR1", "ICC_EOIR0", "ICC_EOIR1", "ICC_HPPIR1", "ICC_DIR", "ICC_RPR", "ICC_SGI1R", "MPIDR", 0],
)
def test_what_does_something_is_not_accessible(reg: str | int) -> None:
    vmm = ready()
    assert [vmm.set(GROUP, reg), vmm.get_errno(GROUP, reg)] == ["ENOENT", "ENOENT"]


@pytest.mark.parametrize(
    ("reg", "value", "kept", "loaded"),
    [
        pytest.param("ICC_PMR", 0x1FF, 0xFF, 0xFF, id="8 bits of PMR, which stay"),
        pytest.param("ICC_BPR0", 8, 0, 2, id="3 bits of BPR0"),
        pytest.param("ICC_BPR1", 9, 1, 3, id="3 bits of BPR1"),
        pytest.param("ICC_IGRPEN0", 3, 1, 1, id="1 bit of IGRPEN0"),
        pytest.param("ICC_IGRPEN1", 2, 0, 0, id="1 bit of IGRPEN1"),
        pytest.param("ICC_AP0R0", 1 << 33 | 5, 5, 5, id="32 bits of AP0R0"),
        pytest.param("ICC_AP1R0", 0x80000000, 0x80000000, 0x80000000, id="the highest bit of AP1R0"),
    ],
)
def test_userspace_reads_back_what_it_wrote_and_after_a_run_what_the_hardware_keeps(
    reg: str, value: int, kept: int, loaded: int
) -> None:
    vmm = ready()
    vmm.must_set(GROUP, reg, value)
    assert vmm.get(GROUP, reg) == kept
    assert vmm.run() is None
    assert vmm.get(GROUP, reg) == loaded


def test_registers_are_each_vcpus_own() -> None:
    vmm = ready(2)
    vmm.must_set(GROUP, on_vcpu(1, PMR), 0x80)
    assert [vmm.get(GROUP, on_vcpu(vcpu, PMR)) for vcpu in (0, 1)] == [0, 0x80]


def test_a_get_fills_the_whole_buffer() -> None:
    assert ready().get(GROUP, PMR, 0xFFFFFFFFFFFFFFFF) == 0


@pytest.mark.parametrize(
    ("value", "errno"),
    [pytest.param(0, "EINVAL", id="SRE off"), pytest.param(1, None, id="SRE alone"), pytest.param(7, None, id="all")],
)
def test_sre_is_always_7(value: int, errno: str | None) -> None:
    vmm = ready()
    assert vmm.set(GROUP, "ICC_SRE", value) == errno
    assert vmm.get(GROUP, "ICC_SRE") == 7


@pytest.mark.parametrize(
    ("bpr0", "bpr1"), [pytest.param(3, 4, id="one more than BPR0"), pytest.param(7, 7, id="at most 7")]
)
def test_with_cbpr_bpr1_follows_bpr0_and_ignores_writes(bpr0: int, bpr1: int) -> None:
    vmm = ready()
    vmm.must_set(GROUP, "ICC_BPR1", 5)
    vmm.must_set(GROUP, "ICC_BPR0", bpr0)
    vmm.must_set(GROUP, "ICC_CTLR", CTLR | 1)
    vmm.must_set(GROUP, "ICC_BPR1", 6)
    assert vmm.get(GROUP, "ICC_BPR1") == bpr1
    vmm.must_set(GROUP, "ICC_CTLR", CTLR)
    assert vmm.get(GROUP, "ICC_BPR1") == 5


@pytest.mark.parametrize(
    ("value", "errno", "after"),
    [
        pytest.param(CTLR, None, CTLR, id="as it is"),
        pytest.param(CTLR | 3, None, CTLR | 3, id="CBPR and EOImode"),
        pytest.param(0x8D00, "EINVAL", CTLR, id="more priority bits"),
        pytest.param(0x9400, "EINVAL", CTLR, id="more INTID bits"),
        pytest.param(0xCC00, "EINVAL", CTLR, id="SEIS, which the host has not"),
        pytest.param(0x0C00, "EINVAL", CTLR, id="no A3V, which the host has"),
        pytest.param(0x8B00, None, 0x8B00, id="fewer priority bits"),
        pytest.param(0x9300, "EINVAL", 0x8B00, id="fewer priority bits, which stay though the rest is refused"),
        pytest.param(0x0400, "EINVAL", 0x8400, id="fewer INTID bits, which stay though the rest is refused"),
    ],
)
def test_ctlr_can_only_be_narrowed(value: int, errno: str | None, after: int) -> None:
    vmm = ready()
    assert vmm.set(GROUP, "ICC_CTLR", value) == errno
    assert vmm.get(GROUP, "ICC_CTLR") == after


def test_what_was_narrowed_never_widens_again() -> None:
    vmm = ready()
    vmm.must_set(GROUP, "ICC_CTLR", 0x8300)
    assert vmm.set(GROUP, "ICC_CTLR", CTLR) == "EINVAL"


@pytest.mark.parametrize(
    ("pri_bits", "last"),
    [pytest.param(5, 0, id="5 bits"), pytest.param(6, 1, id="6 bits"), pytest.param(7, 3, id="7 bits")],
)
@pytest.mark.parametrize("group", [0, 1])
def test_the_number_of_active_priorities_registers_comes_from_the_priority_bits(
    group: int, pri_bits: int, last: int
) -> None:
    vmm = initialised(Host(pri_bits=pri_bits))
    regs = [f"ICC_AP{group}R{n}" for n in range(4)]
    expected = [None if n <= last else "EINVAL" for n in range(4)]
    assert [vmm.set(GROUP, reg) for reg in regs] == expected
    assert [vmm.get_errno(GROUP, reg) for reg in regs] == expected
