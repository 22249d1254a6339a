"""The probes: layers that change nothing, and write down what rules and excuses ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.halted import ProbedVm
from aiovgic.model.unqueued import PROBES as OF_UNQUEUED

if TYPE_CHECKING:
    from aiovgic.sync import Layer

PROBES: tuple[Layer, ...] = (*OF_UNQUEUED, ProbedVm)
"""Go over the layers of a revision and of a what-if."""
