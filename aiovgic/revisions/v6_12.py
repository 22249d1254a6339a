"""Linux 6.12.117: the base with the catalogued faults that it still has."""

from __future__ import annotations

from aiovgic.bugs import (
    cache_after_off,
    disable_lpis_running,
    inv_stale_config,
    its_base_stuck,
    its_clear_unlocked,
    lpi_import_erases,
    lpi_release_vs_readd,
    vcpu_vs_vgic_creation,
)

LAYERS = (
    *its_base_stuck.LAYERS,
    *its_clear_unlocked.LAYERS,
    *vcpu_vs_vgic_creation.LAYERS,
    *lpi_release_vs_readd.LAYERS,
    *lpi_import_erases.LAYERS,
    *inv_stale_config.LAYERS,
    *cache_after_off.LAYERS,
    *disable_lpis_running.LAYERS,
)
