"""The lock order of KVM's vGIC (vgic.c's comment; docs/facts/races.md#1.1, docs/facts/interrupts.md#8), outermost
first.

Two chains that meet at config_lock. ``lpi_list_lock`` is what 6.1 has in place of the index's own
lock. The routing mutex and the locks of irqfds lie apart: nothing of the vGIC is held around them.
"""

from __future__ import annotations

from aiovgic.sync import LockOrder

ORDER = LockOrder(
    chains=(
        (
            "kvm->lock",
            "vcpu->mutex",
            "config_lock",
            "cmd_lock",
            "its_lock",
            "ap_list_lock",
            "lpi_xa_lock",
            "irq_lock",
        ),
        ("kvm->lock", "slots_lock", "srcu", "config_lock"),
        ("ap_list_lock", "lpi_list_lock", "irq_lock"),
        ("irqfds.lock", "wqh.lock", "ap_list_lock"),
    ),
    irq_safe=("ap_list_lock", "lpi_xa_lock", "lpi_list_lock", "irq_lock", "wqh.lock", "irqfds.lock"),
    nested={"irq_lock": "ap_list_lock"},
)
