"""The ITS: registers, command queue, mappings, tables in memory, and MSI translation (vgic-its.c)."""

from aiovgic.model.its.its import Its as Its
from aiovgic.model.its.msi import Msi as Msi
from aiovgic.model.its.msi import MsiInjection as MsiInjection
