"""KVM_SIGNAL_MSI: the checks in their order (docs/facts/uapi.md#10)."""

from __future__ import annotations

import pytest

from aiovgic.arch.commands import Mapti
from tests.machines import DIST, ITS
from tests.model.its_guest import CTLR, DOORBELL, LPI, ItsGuest
from tests.uapi.vmm import Vmm, ready

NOT_AN_ITS = DIST


def mapped() -> ItsGuest:
    """Event 0 of device 2 is LPI 8192, enabled, on vCPU 0."""
    guest = ItsGuest()
    guest.config(LPI)
    guest.map((0, LPI, 0))
    return guest


@pytest.mark.parametrize(
    ("devices", "flags", "errno"),
    [
        pytest.param((), 1, "EINVAL", id="nothing"),
        pytest.param(("vgic-its",), 1, "EINVAL", id="an ITS, but no vGIC"),
        pytest.param(("vgic-v3",), 2, "EINVAL", id="unknown flags, before the ITS is missed"),
        pytest.param(("vgic-v3",), 0, "ENODEV", id="no ITS, before the DeviceID is missed"),
        pytest.param(("vgic-v3", "vgic-its"), 0, "EINVAL", id="no DeviceID"),
        pytest.param(("vgic-v3", "vgic-its"), 1, "EINVAL", id="an ITS without address"),
    ],
)
def test_an_incomplete_vm_refuses(devices: tuple[str, ...], flags: int, errno: str) -> None:
    vmm = Vmm(1, *devices)
    assert vmm.errno("signal_msi", address=DOORBELL, devid=2, flags=flags) == errno


def test_before_init_an_addressed_its_is_only_off() -> None:
    vmm = Vmm(1, "vgic-v3", "vgic-its")
    vmm.must_set("ADDR", "ITS", ITS, dev=1)
    assert vmm.errno("signal_msi", address=DOORBELL, flags=1) == "EBUSY"


@pytest.mark.parametrize(
    "address",
    [
        pytest.param(ITS, id="its first byte"),
        pytest.param(ITS + 0x1FFFF, id="its last byte"),
        pytest.param(DOORBELL, id="the doorbell"),
    ],
)
def test_any_address_of_an_its_is_a_doorbell(address: int) -> None:
    assert mapped().msi(0, address=address) == 1


@pytest.mark.parametrize(
    "address",
    [
        pytest.param(ITS - 1, id="below an ITS"),
        pytest.param(ITS + 0x20000, id="above an ITS, a redistributor"),
        pytest.param(NOT_AN_ITS, id="the distributor"),
        pytest.param(0x09000000, id="no device"),
        pytest.param(0x40000000, id="memory"),
        pytest.param(1 << 63, id="far beyond"),
    ],
)
def test_any_other_address_is_invalid_on_or_off(address: int) -> None:
    guest = mapped()
    assert guest.msi(0, address=address) == "EINVAL"
    guest.reg(CTLR, 0, size=4)
    assert guest.msi(0, address=address) == "EINVAL"


def test_an_its_that_is_off_is_busy_whatever_the_event() -> None:
    guest = ItsGuest(on=False)
    assert guest.msi(0xFFFFFFFF, 0xFFFFFFFF) == "EBUSY"


@pytest.mark.parametrize(
    ("event", "device"),
    [
        pytest.param(1, 2, id="an event that is not mapped"),
        pytest.param(0, 3, id="a device that is not mapped"),
        pytest.param(1 << 16, 2, id="an event beyond 16 bits"),
        pytest.param(0, 1 << 16 | 2, id="a device beyond 16 bits"),
    ],
)
def test_what_is_not_mapped_is_blocked_without_error(event: int, device: int) -> None:
    assert mapped().msi(event, device) == 0


def test_an_event_of_an_unmapped_collection_is_blocked_before_lpis_are_found_off() -> None:
    guest = ItsGuest(lpis_on=False)
    guest.map()
    guest.send(Mapti(2, 0, LPI, 5))
    assert guest.msi(0) == 0


def test_an_event_whose_vcpu_has_lpis_off_is_busy() -> None:
    guest = mapped()
    guest.lpis(0, on=False)
    assert guest.msi(0) == "EBUSY"


def test_a_delivered_msi_is_pending() -> None:
    guest = mapped()
    assert guest.msi(0) == 1
    assert guest.take() == LPI


def test_a_disabled_lpi_counts_as_delivered_and_only_latches() -> None:
    guest = ItsGuest()
    guest.map((0, LPI, 0))
    assert guest.msi(0) == 1
    assert guest.lpi()["latch"]
    assert guest.lpi()["listed"] is None


def test_without_its_device_id_an_msi_is_accepted_only_while_cached() -> None:
    guest = mapped()
    assert guest.msi(0, valid=False) == "EINVAL"
    assert guest.msi(0) == 1
    assert guest.msi(0, valid=False) == 1


def test_unknown_flags_are_refused_even_of_a_cached_msi() -> None:
    guest = mapped()
    assert guest.msi(0) == 1
    assert guest.bench.errno("signal_msi", address=DOORBELL, devid=2, flags=3) == "EINVAL"


def test_device_and_data_are_32_bits() -> None:
    guest = mapped()
    result = guest.bench.ok("signal_msi", address=DOORBELL, data=1 << 32, devid=1 << 32 | 2, flags=1)
    assert result["ret"] == 1


def test_a_guests_store_to_the_doorbell_does_nothing() -> None:
    guest = mapped()
    guest.bench.write(DOORBELL, 0)
    assert not guest.lpi()["latch"]
    assert guest.bench.read(DOORBELL) == 0


def test_a_dead_vm_answers_no_msi() -> None:
    vmm = ready(1, "vgic-its")
    vmm.rt.finish(vmm.vm.mark_dead())
    assert vmm.errno("signal_msi", address=DOORBELL, flags=1) == "EIO"
