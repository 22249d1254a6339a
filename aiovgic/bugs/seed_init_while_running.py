"""seed-init-while-running: one guest address is userspace's at first, the kernel's later.

INIT may come while vCPUs run. A guest that knows where its ITS is leaves to userspace there, until INIT registers the
device under it (docs/facts/races.md#2.1; own reading of v7 of July 2016; from 4.12 on the address registers). It is
the structure itself, with nothing forgotten. No commit is known.
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.bugs.structures import init_registers

LAYERS = init_registers.LAYERS

BUG = Bug(id="seed-init-while-running", layers=LAYERS, kinds=("expectation",), doc=__doc__, scenario="guest-vs-init")
