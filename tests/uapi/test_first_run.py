"""The first KVM_RUN maps the vGIC, or the VM is dead."""

from __future__ import annotations

import pytest

from tests.machines import DIST, GRP, REDIST, Bench

ADDRS = {"DIST": DIST, "REDIST": REDIST}


def incomplete(*addrs: str, init: bool) -> Bench:
    """A VM with one vCPU and a vGIC that has only these addresses."""
    bench = Bench()
    bench.ok("create_vm")
    bench.ok("create_device", type="vgic-v3")
    bench.ok("create_vcpu", id=0)
    bench.ok("arm_vcpu_init", vcpu=0)
    for addr in addrs:
        attr = f"KVM_VGIC_V3_ADDR_TYPE_{addr}"
        bench.ok("set_device_attr", dev=0, group=f"{GRP}ADDR", attr=attr, value=ADDRS[addr])
    if init:
        bench.ok("set_device_attr", dev=0, group=f"{GRP}CTRL", attr=0)
    return bench


@pytest.mark.parametrize(
    ("addrs", "init", "errno"),
    [
        pytest.param(("DIST",), True, "ENXIO", id="no redistributor"),
        pytest.param(("REDIST",), True, "ENXIO", id="no distributor"),
        pytest.param(("DIST", "REDIST"), False, "EBUSY", id="not initialised"),
    ],
)
def test_a_first_run_that_cannot_map_the_vgic_kills_the_vm(addrs: tuple[str, ...], init: bool, errno: str) -> None:
    bench = incomplete(*addrs, init=init)
    assert bench.errno("run", vcpu=0) == errno
    assert bench.errno("run", vcpu=0) == "EIO"
    assert bench.errno("create_vcpu", id=1) == "EIO"
    assert bench.errno("get_device_attr", dev=0, group=f"{GRP}NR_IRQS", attr=0) == "EIO"


def test_a_vcpu_that_was_not_initialised_does_not_run_and_kills_nothing() -> None:
    bench = Bench()
    bench.ok("create_vm")
    bench.ok("create_vcpu", id=0)
    assert bench.errno("run", vcpu=0) == "ENOEXEC"
    bench.ok("arm_vcpu_init", vcpu=0)
    bench.ok("run", vcpu=0)


def test_no_vcpu_is_created_after_init() -> None:
    bench = incomplete("DIST", "REDIST", init=True)
    assert bench.errno("create_vcpu", id=1) == "EBUSY"


def test_an_access_that_nobody_answers_leaves_to_userspace() -> None:
    bench = incomplete("DIST", "REDIST", init=True)
    result = bench.ok("mmio_write", vcpu=0, addr=0x09000000, size=2, value=0x12345)
    assert result["mmio_exit"] == {"phys_addr": "0x9000000", "is_write": 1, "len": 2, "data": "0x2345"}
