"""KVM_CHECK_EXTENSION on a VM (docs/facts/uapi.md#1)."""

from __future__ import annotations

import pytest

from aiovgic.model.host import Host
from tests.uapi.vmm import Vmm


@pytest.mark.parametrize(
    ("cap", "value"),
    [
        ("KVM_CAP_IRQCHIP", 1),
        ("KVM_CAP_NR_VCPUS", 1),
        ("KVM_CAP_IRQ_ROUTING", 4096),
        (26, 0),
        ("KVM_CAP_IRQFD", 1),
        ("KVM_CAP_IOEVENTFD", 1),
        ("KVM_CAP_MAX_VCPUS", 512),
        ("KVM_CAP_SIGNAL_MSI", 1),
        ("KVM_CAP_IRQFD_RESAMPLE", 1),
        ("KVM_CAP_ARM_SET_DEVICE_ADDR", 1),
        ("KVM_CAP_DEVICE_CTRL", 1),
        ("KVM_CAP_MAX_VCPU_ID", 512),
        ("KVM_CAP_MSI_DEVID", 0),
        ("KVM_CAP_IMMEDIATE_EXIT", 1),
        ("KVM_CAP_ARM_USER_IRQ", 1),
        ("KVM_CAP_ARM_VM_IPA_SIZE", 40),
        ("KVM_CAP_ARM_IRQ_LINE_LAYOUT_2", 1),
        (0xFFFFFFFF, 0),
    ],
)
def test_a_capability(cap: str | int, value: int) -> None:
    assert Vmm().ok("check_extension", cap=cap)["ret"] == value


def test_the_first_its_makes_device_ids_a_must_even_without_a_vgic() -> None:
    assert Vmm(1, "vgic-its").ok("check_extension", cap="KVM_CAP_MSI_DEVID")["ret"] == 1


@pytest.mark.parametrize(("cpus", "value"), [(6, 6), (600, 512)], ids=["few CPUs", "more CPUs than a VM can use"])
def test_recommended_vcpus_are_the_hosts_cpus(cpus: int, value: int) -> None:
    assert Vmm(host=Host(cpus=cpus)).ok("check_extension", cap="KVM_CAP_NR_VCPUS")["ret"] == value


@pytest.mark.parametrize(("gic", "value"), [(3, 1), (2, 1), (0, 0)], ids=["GICv3", "GICv2", "no GIC"])
def test_an_irqchip_needs_a_gic_in_the_host(gic: int, value: int) -> None:
    assert Vmm(host=Host(gic=gic)).ok("check_extension", cap="KVM_CAP_IRQCHIP")["ret"] == value


def test_the_address_space_is_the_hosts_not_the_vms() -> None:
    vmm = Vmm(host=Host(ipa_limit=48))
    vmm.ok("create_vm", ipa_bits=36)
    assert vmm.ok("check_extension", cap="KVM_CAP_ARM_VM_IPA_SIZE")["ret"] == 48


@pytest.mark.parametrize(
    ("bits", "errno"),
    [
        pytest.param(0, None, id="40 by default"),
        pytest.param(32, None, id="the fewest"),
        pytest.param(31, "EINVAL", id="one too few"),
        pytest.param(40, None, id="the host's limit"),
        pytest.param(41, "EINVAL", id="one too many"),
    ],
)
def test_a_vm_has_32_bits_of_address_or_more_up_to_the_hosts(bits: int, errno: str | None) -> None:
    assert Vmm().errno("create_vm", ipa_bits=bits) == errno


@pytest.mark.parametrize(
    ("gpa", "size", "errno"),
    [
        pytest.param(0x40000800, 0x1000, "EINVAL", id="no whole page in place"),
        pytest.param(0x40000000, 0x1800, "EINVAL", id="no whole page in size"),
        pytest.param(0x40000000, 0, "EINVAL", id="nothing"),
        pytest.param((1 << 40) - 0x1000, 0x2000, "EFAULT", id="beyond the address space"),
        pytest.param((1 << 40) - 0x1000, 0x1000, None, id="the last page"),
    ],
)
def test_memory_is_whole_pages_inside_the_address_space(gpa: int, size: int, errno: str | None) -> None:
    assert Vmm().errno("create_vm", ram_gpa=gpa, ram_size=size) == errno
