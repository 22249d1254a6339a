"""Linux 6.12.117: the base with the catalogued faults that it still has."""

from __future__ import annotations

from aiovgic.bugs import its_base_stuck, its_clear_unlocked

LAYERS = (*its_base_stuck.LAYERS, *its_clear_unlocked.LAYERS)
