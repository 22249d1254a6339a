"""seed-msi-before-init: an MSI to an ITS that has its address finds no device there.

The address is set long before INIT puts the device on the bus. An MSI in between is lost with EINVAL, as if there
were no ITS there (docs/facts/races.md#2.1; own reading of v7 of July 2016; from 4.12 on ADDR registers the device).
The design itself has this fault. No commit is known.
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.bugs.structures import init_registers

LAYERS = init_registers.LAYERS

BUG = Bug(id="seed-msi-before-init", layers=LAYERS, kinds=("expectation",), doc=__doc__, scenario="msi-vs-init")
