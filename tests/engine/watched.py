"""Searching small programs with all detectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.detect import Detectors
from aiovgic.engine.explore import explore
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.sync import LockOrder
from tests.engine.programs import program

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from aiovgic.record.finding import Finding
    from aiovgic.sync import Part
    from tests.engine.programs import Body

NO_ORDER = LockOrder()


def found(
    make: type[Part], bodies: Mapping[str, Body], order: LockOrder = NO_ORDER, isrs: Collection[str] = ()
) -> list[Finding]:
    """Everything that all orders of a program show, each once. ``isrs`` run on the CPU of the first task."""
    detectors = Detectors(order)
    search = explore(program(make, bodies, isrs=isrs), DfsStrategy(), 20_000, watches=detectors.watches)
    assert search.complete or search.broken is not None
    return list(search.found.values())


def rules(
    make: type[Part], bodies: Mapping[str, Body], order: LockOrder = NO_ORDER, isrs: Collection[str] = ()
) -> list[str]:
    """Kind and rule of everything that all orders of a program show."""
    return [f"{broken.kind}: {broken.rule}" for broken in found(make, bodies, order, isrs)]
