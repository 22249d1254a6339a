"""seed-hasits-stale: a VM whose ITS could not be created has has_its set.

CREATE sets has_its, and then there is no descriptor for the device. It is destroyed; the flag stays, and LPIs are
advertised from then on (docs/facts/races.md#2.1; the ITS's part in device-fd-after-create, unchanged in 7.3). No commit
is known.
"""

from __future__ import annotations

from aiovgic.bugs import device_fd_after_create
from aiovgic.bugs.catalogue import Bug

LAYERS = device_fd_after_create.LAYERS

BUG = Bug(id="seed-hasits-stale", layers=LAYERS, kinds=("expectation",), scenario="its-without-descriptor", doc=__doc__)
