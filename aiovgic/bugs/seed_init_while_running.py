"""seed-init-while-running: userspace handles an address of the ITS at first, and the kernel does later.

INIT may come while vCPUs run. A guest's access of its ITS exits to userspace until INIT registers the device
at that address (docs/facts/races.md#2.1; own reading of v7 of July 2016; from 4.12 on ADDR registers the device). The
design itself has this fault. No commit is known.
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.bugs.structures import init_registers

LAYERS = init_registers.LAYERS

BUG = Bug(id="seed-init-while-running", layers=LAYERS, kinds=("expectation",), doc=__doc__, scenario="guest-vs-init")
