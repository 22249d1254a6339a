"""The list of themes, for either host."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from . import (
    cpuif,
    its,
    lpi,
    migrate,
    mix,
    mmio,
    msi,
    tables,
    uapi_addr,
    uapi_attrs,
    uapi_create,
    uapi_regs,
    v2_guest,
    v2_user,
    wires,
)
from .script import Script

Theme: TypeAlias = Callable[[Script], None]
"""Writes one script."""

GICV3_THEMES: dict[str, Theme] = {
    "uapi-create": uapi_create.create,
    "uapi-forgotten": uapi_create.forgotten,
    "uapi-nr-irqs": uapi_create.nr_irqs,
    "uapi-addresses": uapi_addr.addresses,
    "uapi-regions": uapi_addr.regions,
    "uapi-overlaps": uapi_addr.overlaps,
    "uapi-has-attr": uapi_attrs.has_attr,
    "uapi-has-registers": uapi_attrs.has_registers,
    "uapi-attributes": uapi_attrs.attributes,
    "uapi-registers": uapi_regs.registers,
    "uapi-level-info": uapi_regs.level_info,
    "uapi-sysregs": uapi_regs.sysregs,
    "uapi-its-registers": uapi_regs.its_registers,
    "uapi-mpidr": uapi_regs.mpidr,
    "mmio-dist": mmio.dist,
    "mmio-redist": mmio.redist,
    "mmio-its": mmio.its,
    "mmio-edges": mmio.edges,
    "mmio-active": mmio.active_state,
    "cpuif-nesting": cpuif.nesting,
    "cpuif-groups": cpuif.groups,
    "cpuif-overflow": cpuif.overflow,
    "cpuif-modes": cpuif.modes,
    "cpuif-user": cpuif.user_edits,
    "cpuif-directions": cpuif.directions,
    "wires-sgis": wires.sgis,
    "wires-lines": wires.lines,
    "wires-routes": wires.routes,
    "wires-disabled": wires.disabled,
    "lpi-delivery": lpi.delivery,
    "lpi-crowd": lpi.crowd,
    "lpi-enabling": lpi.enabling,
    "lpi-bases": lpi.bases,
    "lpi-save-pending": lpi.save_pending,
    "lpi-direct": lpi.direct,
    "its-commands": its.commands,
    "its-noise": its.noise,
    "its-moving": its.moving,
    "its-two": its.two,
    "its-ring": its.ring,
    "its-switches": its.switches,
    "its-limits": its.limits,
    "its-lpi-numbers": its.lpi_numbers,
    "msi-signals": msi.signals,
    "msi-cache": msi.cache,
    "msi-routing": msi.routing,
    "msi-eventfds": msi.eventfds,
    "msi-several": msi.several,
    "tables-saving": tables.saving,
    "tables-round-trip": tables.round_trip,
    "tables-made": tables.made,
    "tables-garbage": tables.garbage,
    "tables-resets": tables.resets,
    "tables-exchanged": tables.exchanged,
    "migrate-wires": migrate.wires,
    "migrate-lpis": migrate.lpis,
    "migrate-partly": migrate.partly,
    "mix-walk": mix.walk,
}

GICV2_THEMES: dict[str, Theme] = {
    "v2-dist": v2_guest.dist,
    "v2-interface": v2_guest.interface,
    "v2-nesting": v2_guest.nesting,
    "v2-sgis": v2_guest.sgis,
    "v2-lines": v2_guest.lines,
    "v2-mixed": v2_guest.mixed,
    "v2-edges": v2_guest.edges,
    "v2-registers": v2_user.registers,
    "v2-attributes": v2_user.attributes,
    "v2-making": v2_user.making,
    "v2-saved": v2_user.saved,
}

BY_NAME = GICV3_THEMES | GICV2_THEMES
