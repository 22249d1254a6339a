"""null-collection-save: an event without a collection cannot be saved.

MAPC with V=0 takes the collection from its events. Saving looks at each event's collection and does not ask
whether there is one (docs/facts/races.md#variants; CVE-2026-89912, mended in 6.12.113).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.its.save import ItsSave
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.its.records import Ite


@replaces(ItsSave)
class NullCollectionSave(ItsSave):
    """The collection of an event is used without a check for NULL."""

    def is_saved(self, ite: Ite) -> bool:
        return True


LAYERS = (NullCollectionSave,)

BUG = Bug(
    id="null-collection-save",
    layers=LAYERS,
    kinds=("model-bug",),
    scenario="save-vs-mapc",
    cve="CVE-2026-89912",
    doc=__doc__,
)
