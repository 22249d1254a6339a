"""KVM_SET_GSI_ROUTING and irqfds (docs/facts/uapi.md#11)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.model.its_guest import DEVICE, DOORBELL, LPI, ItsGuest
from tests.uapi.vmm import SPI_LINE, Vmm, ready

PIN, MSI = 1, 2
DEASSIGN = 1
PENDING1 = 0x204
MESSAGE = {"type": MSI, "address": DOORBELL, "data": 0, "devid": DEVICE}


def routed(guest: ItsGuest, *entries: dict[str, Any]) -> None:
    """Set routes, and assign an irqfd to GSI 5."""
    guest.bench.ok("set_gsi_routing", entries=list(entries))
    guest.bench.ok("irqfd", gsi=5)


def mapped() -> ItsGuest:
    """Event 0 of device 2 is LPI 8192, enabled, on vCPU 0."""
    guest = ItsGuest()
    guest.config(LPI)
    guest.map((0, LPI, 0))
    return guest


@pytest.mark.parametrize(
    ("entries", "errno"),
    [
        pytest.param([], None, id="nothing"),
        pytest.param([{"gsi": 4095, "type": PIN, "pin": 987}], None, id="the last GSI to the last pin"),
        pytest.param([{"gsi": 4096, "type": PIN}], "EINVAL", id="a GSI too high"),
        pytest.param([{"gsi": 0, "type": PIN, "pin": 988}], "EINVAL", id="a pin too high"),
        pytest.param([{"gsi": 0, "type": PIN, "irqchip": 1}], "EINVAL", id="a second irqchip"),
        pytest.param([{"gsi": 0, "type": PIN, "flags": 1}], "EINVAL", id="a flag on a pin"),
        pytest.param([{**MESSAGE, "gsi": 0, "flags": 1}], None, id="an MSI with its DeviceID"),
        pytest.param([{**MESSAGE, "gsi": 0}], None, id="an MSI without its DeviceID"),
        pytest.param([{**MESSAGE, "gsi": 0, "flags": 2}], "EINVAL", id="another flag on an MSI"),
        pytest.param([{"gsi": 0, "type": 0}], "EINVAL", id="no type"),
        pytest.param([{"gsi": 0, "type": 3}], "EINVAL", id="a type of s390"),
        pytest.param([{"gsi": 0, "type": PIN}, {"gsi": 0, "type": PIN, "pin": 1}], "EINVAL", id="one GSI to two pins"),
        pytest.param([{"gsi": 0, "type": PIN}, {**MESSAGE, "gsi": 0}], "EINVAL", id="one GSI to a pin and an MSI"),
        pytest.param([{"gsi": 0, "type": PIN}, {"gsi": 1, "type": PIN}], None, id="two GSIs to one pin"),
        pytest.param([{"gsi": gsi, "type": PIN} for gsi in range(4096)], None, id="all GSIs"),
        pytest.param([{"gsi": gsi % 4096, "type": PIN} for gsi in range(4097)], "EINVAL", id="more than there are"),
    ],
)
def test_a_routing_table(entries: list[dict[str, Any]], errno: str | None) -> None:
    assert Vmm(1).errno("set_gsi_routing", entries=entries) == errno


def test_the_table_itself_has_no_flags() -> None:
    assert Vmm(1).errno("set_gsi_routing", entries=[], flags=1) == "EINVAL"


def test_a_table_that_is_refused_leaves_the_old_one() -> None:
    vmm = ready()
    assert vmm.errno("set_gsi_routing", entries=[{"gsi": 0, "type": 9}]) == "EINVAL"
    vmm.ok("irqfd", gsi=0)
    vmm.ok("irqfd_signal", gsi=0)
    assert vmm.get("DIST_REGS", PENDING1) == 1


def test_after_init_gsi_n_is_spi_32_plus_n() -> None:
    vmm = ready()
    vmm.ok("irqfd", gsi=5)
    vmm.ok("irqfd_signal", gsi=5)
    assert vmm.get("DIST_REGS", PENDING1) == 1 << 5


def test_a_new_table_replaces_all_of_the_old_one() -> None:
    vmm = ready()
    vmm.ok("set_gsi_routing", entries=[{"gsi": 6, "type": PIN, "pin": 9}])
    for gsi in (5, 6):
        vmm.ok("irqfd", gsi=gsi)
        vmm.ok("irqfd_signal", gsi=gsi)
    assert vmm.get("DIST_REGS", PENDING1) == 1 << 9


@pytest.mark.parametrize(
    ("flags", "errno"),
    [
        pytest.param(0, "EAGAIN", id="assigning"),
        pytest.param(DEASSIGN, None, id="deassigning"),
        pytest.param(4, "EINVAL", id="unknown flags"),
        pytest.param(5, "EINVAL", id="unknown flags beside deassigning"),
    ],
)
@pytest.mark.parametrize("devices", [(), ("vgic-v3",)], ids=["no vGIC", "no INIT"])
def test_an_irqfd_before_init(devices: tuple[str, ...], flags: int, errno: str | None) -> None:
    assert Vmm(1, *devices).errno("irqfd", gsi=5, flags=flags) == errno


def test_an_eventfd_is_assigned_once() -> None:
    vmm = ready()
    vmm.ok("irqfd", gsi=5)
    assert vmm.errno("irqfd", gsi=5) == "EBUSY"


def test_an_eventfd_that_was_deassigned_raises_nothing_and_is_free_again() -> None:
    vmm = ready()
    vmm.ok("irqfd", gsi=5)
    vmm.ok("irqfd", gsi=5, flags=DEASSIGN)
    vmm.ok("irqfd_signal", gsi=5)
    assert vmm.get("DIST_REGS", PENDING1) == 0
    assert vmm.errno("irqfd", gsi=5) is None


def test_an_eventfd_that_was_never_made_cannot_be_written() -> None:
    assert ready().errno("irqfd_signal", gsi=5) == "EBADF"


def test_a_level_behind_an_irqfd_stays_high_until_it_is_lowered() -> None:
    vmm = ready()
    vmm.must_set("DIST_REGS", 0xC08, 0)
    vmm.ok("irqfd", gsi=0)
    vmm.ok("irqfd_signal", gsi=0)
    assert vmm.get("LEVEL_INFO", 32) == 1
    vmm.ok("irq_line", irq=SPI_LINE | 32, level=0)
    assert vmm.get("LEVEL_INFO", 32) == 0


def test_a_pin_beyond_the_number_of_interrupts_is_dropped() -> None:
    vmm = ready()
    vmm.ok("set_gsi_routing", entries=[{"gsi": 5, "type": PIN, "pin": 300}])
    vmm.ok("irqfd", gsi=5)
    assert vmm.errno("irqfd_signal", gsi=5) is None


@pytest.mark.parametrize(
    ("entry", "taken"),
    [
        pytest.param({**MESSAGE, "flags": 1}, LPI, id="its DeviceID"),
        pytest.param(MESSAGE, 1023, id="no DeviceID"),
        pytest.param({**MESSAGE, "flags": 1, "address": 0x09000000}, 1023, id="the address of no device"),
        pytest.param({**MESSAGE, "flags": 1, "data": 7}, 1023, id="an event that is not mapped"),
    ],
)
def test_an_msi_route_with(entry: dict[str, Any], taken: int) -> None:
    guest = mapped()
    routed(guest, {**entry, "gsi": 5})
    guest.bench.ok("irqfd_signal", gsi=5)
    assert guest.take() == taken


def test_an_msi_route_without_device_id_works_while_the_translation_is_cached() -> None:
    guest = mapped()
    assert guest.msi(0) == 1
    assert guest.take() == LPI
    routed(guest, {**MESSAGE, "gsi": 5})
    guest.bench.ok("irqfd_signal", gsi=5)
    assert guest.take() == LPI


def test_an_msi_route_without_an_its_is_nobodys_business() -> None:
    vmm = ready()
    vmm.ok("set_gsi_routing", entries=[{**MESSAGE, "gsi": 5, "flags": 1}])
    vmm.ok("irqfd", gsi=5)
    assert vmm.errno("irqfd_signal", gsi=5) is None
