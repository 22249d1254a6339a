"""Linux 6.12.117: the base with the catalogued faults that it still has."""

from __future__ import annotations

from aiovgic.bugs import (
    cache_after_off,
    cache_store_leaks,
    device_fd_after_create,
    disable_lpis_running,
    init_not_undone,
    inv_stale_config,
    its_base_stuck,
    its_clear_unlocked,
    lpi_add_self_deadlock,
    lpi_import_erases,
    lpi_import_half_done,
    lpi_release_vs_readd,
    mapd_loses_device,
    redist_slot_lost,
    vcpu_init_leaks_irqs,
    vcpu_vs_init,
    vcpu_vs_vgic_creation,
)

LAYERS = (
    *its_base_stuck.LAYERS,
    *its_clear_unlocked.LAYERS,
    *vcpu_vs_vgic_creation.LAYERS,
    *vcpu_vs_init.LAYERS,
    *lpi_release_vs_readd.LAYERS,
    *lpi_import_erases.LAYERS,
    *inv_stale_config.LAYERS,
    *cache_after_off.LAYERS,
    *disable_lpis_running.LAYERS,
    *cache_store_leaks.LAYERS,
    *device_fd_after_create.LAYERS,
    *init_not_undone.LAYERS,
    *lpi_add_self_deadlock.LAYERS,
    *lpi_import_half_done.LAYERS,
    *mapd_loses_device.LAYERS,
    *redist_slot_lost.LAYERS,
    *vcpu_init_leaks_irqs.LAYERS,
)
