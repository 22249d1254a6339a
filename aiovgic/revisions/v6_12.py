"""Linux 6.12.117: the base with the catalogued faults that it still has, and without the orders that came later."""

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
    lpi_mapped_twice,
    lpi_release_vs_readd,
    mapd_loses_device,
    redist_slot_lost,
    retarget_strands,
    vcpu_init_leaks_irqs,
    vcpu_vs_init,
    vcpu_vs_vgic_creation,
    vlpi_double_unmap,
    vlpi_forwarding_race,
    vlpi_lost_by_route,
    vlpi_moved_unlocked,
)
from aiovgic.model.init import VgicInit
from aiovgic.sync import replaces


@replaces(VgicInit)
class ReadyIsPlain(VgicInit):
    """The flag that the first run sets is read and written without an order (docs/facts/races.md#1.4)."""

    async def vgic_ready(self) -> bool:
        return await self.vm.dist.ready.load()

    async def say_ready(self) -> None:
        await self.vm.dist.ready.store(value=True)


LAYERS = (
    ReadyIsPlain,
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
    *lpi_mapped_twice.LAYERS,
    *mapd_loses_device.LAYERS,
    *redist_slot_lost.LAYERS,
    *retarget_strands.LAYERS,
    *vcpu_init_leaks_irqs.LAYERS,
    *vlpi_double_unmap.LAYERS,
    *vlpi_forwarding_race.LAYERS,
    *vlpi_lost_by_route.LAYERS,
    *vlpi_moved_unlocked.LAYERS,
)
